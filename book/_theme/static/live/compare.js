// Whether two outputs of a cell are the same: text as it is; of a picture its elements, words and styles as they
// are, its places within two pixels, since another release of matplotlib measures letters a little otherwise.
const NEAR = 2;
const PLACES = /\b(?:d|x|y|x[12]|y[12]|dx|dy|width|height|points|transform|viewBox)="[^"]*"/g;
const NUMBER = /-?\d+(?:\.\d+)?/g;
const text = (value) => Array.isArray(value) ? value.join("") : value ?? "";

// An id in a picture begins with a hash of the picture; an explorable's other frames come when asked for.
const plain = (html) => text(html)
  .replace(/\bf[0-9a-f]{8}-(?=\d)/g, "")
  .replace(/ data-explorable="[^"]*"/g, "")
  .replace(/<script type="application\/json">[^]*?<\/script>/g, "");

const lines = (outputs) => {
  const rows = [];
  for (const {output_type, name, data = {}, ...output} of outputs) {
    const kind = output_type === "stream" ? name : data["text/html"] ? "html" : "shown";
    const said = {html: plain(data["text/html"]), shown: text(data["text/plain"])}[kind] ?? text(output.text);
    const last = rows.at(-1);
    if (last?.kind === kind && output_type === "stream") last.said += said;   // streams come in pieces
    else rows.push({kind, said});
  }
  return rows.flatMap(({kind, said}) =>
    said.replace(/\n$/, "").replace(/></g, ">\n<").split("\n").map((line) => ({kind, line})));
};

const near = (a, b) => {
  const numbers = ([a, b].map((line) => (line.match(PLACES) ?? []).join().match(NUMBER) ?? []));
  const bare = (line) => line.replace(PLACES, (place) => place.replace(NUMBER, "0"));
  return bare(a) === bare(b) && numbers[0].every((number, i) => Math.abs(number - numbers[1][i]) <= NEAR);
};

// same(stored, got): true, or what differs: [{line, stored, got}], `line` counting from 1.
export const same = (stored, got) => {
  const [a, b] = [lines(stored), lines(got)], differs = [];
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const [one, other] = [a[i] ?? {}, b[i] ?? {}];
    const alike = one.kind === other.kind
      && (one.line === other.line || (one.kind === "html" && one.line !== undefined && near(one.line, other.line)));
    if (!alike) differs.push({line: i + 1, stored: one.line ?? null, got: other.line ?? null});
  }
  return differs.length ? differs : true;
};
