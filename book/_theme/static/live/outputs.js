// What a cell has printed and shown, as elements; text stays text, and HTML loses what could act.
export const el = (tag, props = {}, ...inside) => {
  const {dataset, ...plain} = props;
  const node = Object.assign(document.createElement(tag), plain);
  Object.assign(node.dataset, dataset);
  node.append(...inside.filter((one) => one != null && one !== false));
  return node;
};

const ACTING = "script:not([type='application/json']), iframe, object, embed, link, meta, base, style, frame, portal, animate, set";
export const harmless = (html) => {
  const page = new DOMParser().parseFromString(html, "text/html");
  page.querySelectorAll(ACTING).forEach((one) => one.remove());
  for (const one of page.body.querySelectorAll("*")) {
    for (const {name, value} of [...one.attributes]) {
      const acts = /^on/i.test(name) || name === "srcdoc" || (/^(xlink:)?href$|^src$|action$/i.test(name) && /^\s*(javascript|data:text)/i.test(value));
      const source = /^(src|poster|background)$/.test(name) || (/^(xlink:)?href$/.test(name) && !one.matches("a"));
      const loads = name === "srcset" || (source && !/^(data:image\/|#)/.test(value)) || (name === "style" && /url\((?!["\x27]?#)|image-set|position:\s*fixed/i.test(value));
      if (acts || loads) one.removeAttribute(name);
    }
  }
  const fragment = document.createDocumentFragment();
  fragment.append(...page.body.childNodes);
  return fragment;
};

const string = (value) => (Array.isArray(value) ? value.join("") : value ?? "");

const lines = (text, changed, kind) => {
  const pre = el("pre");
  const rows = text.replace(/\n$/, "").split("\n");
  rows.forEach((row, i) => {
    const end = i < rows.length - 1 ? "\n" : "";
    pre.append(changed.has(row) && row.trim() ? el("mark", {textContent: row}) : row, end);
  });
  return el("div", {className: `output ${kind}`}, el("div", {className: "highlight"}, pre));
};

// The outputs (nbformat) with the lines in `changed` tinted; what scrolls sideways in them is reached by keyboard.
export const draw = (outputs, changed) => outputs.map((output) => {
  const box = drawOne(output, changed);
  window.reachable(box);
  return box;
});
const drawOne = ({output_type: type, name, text, data = {}}, changed = new Set()) => {
  if (type === "stream") return lines(string(text), changed, name === "stderr" ? "stream warned" : "stream");
  if (data["text/html"]) return el("div", {className: "output text_html"}, harmless(string(data["text/html"])));
  return lines(string(data["text/plain"]), changed, "text_plain");
};

export const isFigure = (outputs) => outputs.some(({data = {}}) => /<svg/.test(string(data["text/html"])));

// A verdict's panel as {head, body}: the words without their box, with links to the equations that they name.
export const verdict = ({data, metadata}, equations) => {
  const panel = harmless(string(data["text/html"]));
  const box = panel.querySelector(".rnn-check") ?? panel;
  box.querySelector("strong")?.closest("p")?.remove();
  for (const code of box.querySelectorAll("code")) {
    const found = equations[code.textContent];
    if (found) code.replaceWith(el("a", {href: found[1], textContent: `(${found[0]})`}));
  }
  const said = metadata.verdict;
  const first = box.querySelector("p")?.firstChild;   // the mistake's name is in the head
  if (said.mistake && first?.data?.startsWith(`${said.mistake}: `)) first.data = first.data.slice(said.mistake.length + 2);
  const name = said.mistake ? `: ${said.mistake.replaceAll("-", " ").replaceAll("+", " and ")}` : "";
  return {passed: said.passed, head: `${said.status}${name}`, body: box.innerHTML};
};
