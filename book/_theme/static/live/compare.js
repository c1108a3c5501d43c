// Whether two outputs of a cell are the same: letter for letter, pictures too, whose matplotlib is the browser's.
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

// same(stored, got): true, or what differs: [{line, stored, got}], `line` counting from 1.
export const same = (stored, got) => {
  const [a, b] = [lines(stored), lines(got)], differs = [];
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const [one, other] = [a[i] ?? {}, b[i] ?? {}];
    if (one.kind !== other.kind || one.line !== other.line) differs.push({line: i + 1, stored: one.line ?? null, got: other.line ?? null});
  }
  return differs.length ? differs : true;
};
