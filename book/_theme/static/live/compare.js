// Whether two outputs of a cell are the same, as the tests mean it: text as it is, pictures but for their ids.
const text = (value) => Array.isArray(value) ? value.join("") : value ?? "";

// An id in a picture begins with a hash of the picture; a changed explorable is drawn frame by frame.
const plain = (html) => text(html)
  .replace(/\bf[0-9a-f]{8}-(?=\d)/g, "")
  .replace(/ data-explorable="[^"]*"/g, "")
  .replace(/<script type="application\/json">[^]*?<\/script>/g, "");

const lines = (outputs) => {
  const rows = [];
  for (const output of outputs) {
    const {data = {}} = output;
    const kind = output.output_type === "stream" ? output.name : "shown";
    const said = kind !== "shown" ? text(output.text) : data["text/html"] ? plain(data["text/html"]) : text(data["text/plain"]);
    const last = rows.at(-1);
    if (last?.kind === kind && kind !== "shown") last.said += said;   // streams may come in pieces
    else rows.push({kind, said});
  }
  return rows.flatMap(({kind, said}) => said.replace(/\n$/, "").replace(/></g, ">\n<").split("\n").map((line) => [kind, line]));
};

// same(stored, got): true, or what differs: [{line, stored, got}], `line` counting from 1.
export const same = (stored, got) => {
  const [a, b] = [lines(stored), lines(got)], differs = [];
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const alike = a[i] && b[i] && a[i][0] === b[i][0] && a[i][1] === b[i][1];
    if (!alike) differs.push({line: i + 1, stored: a[i]?.[1] ?? null, got: b[i]?.[1] ?? null});
  }
  return differs.length ? differs : true;
};
