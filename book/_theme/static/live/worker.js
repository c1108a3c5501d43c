// Python for one page: Pyodide, the course and, once a cell draws, matplotlib; all from the book's own host.
let base, files, pyodide, page;
const post = postMessage.bind(self);   // whatever a cell does to it
const say = (type, more) => post({type, ...more});
self.close = () => { throw new Error("a cell cannot close Python; Stop does"); };

const SENTENCES = {
  network: "Python could not be fetched: is there a network, and is the book's server still there?",
  wasm: "This browser cannot run Python: it lacks WebAssembly.",
  memory: "The memory that the browser gives to a page is full.",
  python: "Python broke down; it begins anew with your next Run.",
  deep: "It called itself, or put one thing into another, too deep for a browser; Python begins anew with your next Run.",
  exit: "It ended Python itself, which begins anew with your next Run.",
};
class Failure extends Error {
  constructor(what) { super(SENTENCES[what]); this.what = what; }
}

const group = (name) => Object.keys(files.all).filter((file) => files.all[file].group === name);

// Bytes as they come; what has come of the group is counted as a host sends it. A lost connection is tried once more.
const progress = {};
const get = async (name, group, again = true) => {
  const {size, sent, hash} = files.all[name], count = progress[group] ??= {loaded: 0, total: files.groups[group]};
  let mine = 0;
  try {
    const answer = await fetch(`${base}${name}?${hash}`);
    if (!answer.ok) throw new Error(answer.status);
    const bytes = new Uint8Array(size), reader = answer.body.getReader();
    for (let part; !(part = await reader.read()).done;) {
      bytes.set(part.value, mine);
      mine += part.value.length;
      count.loaded += part.value.length * sent / size;
      say("loading", {what: group, ...count});
    }
    if (mine !== size) throw new Error("cut short");
    return bytes;
  } catch {
    count.loaded -= mine * sent / size;
    if (again) return get(name, group, false);
    throw new Failure("network");
  }
};

const TYPES = {wasm: "application/wasm", mjs: "text/javascript", zip: "application/zip"};
const boot = async () => {
  if (typeof WebAssembly !== "object") throw new Failure("wasm");
  try {
    files = await (await fetch(`${base}files.json`, {cache: "no-cache"})).json();
  } catch {
    throw new Failure("network");
  }
  const wheels = group("numpy").map((name) => [name, get(name, "numpy")]);
  const core = new Map(group("Python").map((name) => [name, get(name, "Python")]));
  [...core.values(), ...wheels.map(([, bytes]) => bytes)].forEach((bytes) => bytes.catch(() => 0));   // awaited below
  // Pyodide asks for its parts by fetch: it is given those that are on their way already.
  const {fetch: really} = self;
  self.fetch = async (address, ...more) => {
    const name = new URL(address?.url ?? address, base).href.slice(base.length).split("?")[0];
    if (!core.has(name)) return really(address, ...more);
    return new Response(await core.get(name), {headers: {"content-type": TYPES[name.split(".").pop()]}});
  };
  const {loadPyodide} = await import(`${base}pyodide/pyodide.mjs`).catch(() => { throw new Failure("network"); });
  pyodide = await loadPyodide({indexURL: `${base}pyodide/`, lockFileContents: files.lock, packageBaseUrl: base});
  self.fetch = really;
  for (const [name, bytes] of wheels) unpack(name, await bytes);
  pyodide.runPython("import os, sys; os.environ['MPLBACKEND'] = 'agg'");
  page = pyodide.pyimport("runner").Page(matplotlibNow);
};

const unpack = (name, bytes) => {
  const site = pyodide.runPython("import site; site.getsitepackages()[0]");
  if (name.endsWith(".py")) pyodide.FS.writeFile(`${site}/${name}`, bytes);
  else pyodide.unpackArchive(bytes, "zip", {extractDir: site});
};

let drawing = false;   // matplotlib is here
const matplotlib = async () => {
  const wheels = await Promise.all(group("matplotlib").map(async (name) => [name, await get(name, "matplotlib")]));
  wheels.forEach(([name, bytes]) => unpack(name, bytes));
  drawing = true;
};

// The same for a cell that is running, which can wait for nothing but a request that blocks.
const matplotlibNow = () => {
  const {matplotlib: total} = files.groups;
  let loaded = 0;
  for (const name of group("matplotlib")) {
    const request = new XMLHttpRequest();
    request.open("GET", `${base}${name}?${files.all[name].hash}`, false);
    request.responseType = "arraybuffer";
    request.send();
    if (request.status !== 200) throw new Failure("network");
    unpack(name, new Uint8Array(request.response));
    say("loading", {what: "matplotlib", loaded: loaded += files.all[name].sent, total});
  }
  drawing = true;
};

const answer = async ({type, id, ...asked}) => {
  if (type === "run") {
    if (!drawing && page.draws(asked.code)) await matplotlib();
    say("running", {id});
    const done = page.run(asked.code, asked.name, Boolean(asked.printed), asked.strays ?? []);
    if (!done) throw new Failure("exit");
    say("done", {id, ...JSON.parse(done)});
  } else if (type === "frame") {
    say("frame", {id, html: page.frame(asked.explorable, pyodide.toPy(asked.values))});
  } else if (type === "hint") {
    say("hint", {id, ...JSON.parse(page.hint(asked.exercise))});
  } else if (type === "fresh") {
    page.fresh();
  }
};

let queue = Promise.resolve();
addEventListener("message", ({data}) => {
  queue = queue.then(async () => {
    if (data.type === "start") {
      // Held as long as this worker lives: the page, which waits for it, sees it end (where there are locks: over https).
      self.navigator.locks?.request(data.lock, () => { say("held", {lock: data.lock}); return new Promise(() => {}); }).catch(() => {});
      base = new URL(data.base, location).href.replace(/\/?$/, "/");
      await boot();
      say("ready");
    } else await answer(data);
  }).catch((error) => {
    const what = error.what ?? (/memory/i.test(error) ? "memory" : /call stack/.test(error) ? "deep" : "python");
    say("failed", {id: data.id, what, sentence: error.what ? error.message : SENTENCES[what], text: String(error)});
  });
});
