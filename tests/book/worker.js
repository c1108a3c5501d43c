// For tests: the page's worker, asked one thing at a time. ask(message) -> the last answer to it.
(base) => {
  const worker = new Worker(`${base}worker.js`, {type: "module"});
  window.heard = [];
  window.ask = (message) => new Promise((done) => {
    const last = {start: "ready", run: "done", frame: "frame", hint: "hint"}[message.type];
    worker.onmessage = ({data}) => {
      heard.push(data);
      if ([last, "failed"].includes(data.type)) done(data);
    };
    worker.onerror = (event) => done({type: "failed", what: "worker", sentence: event.message});
    worker.postMessage(message);
    if (!last) done();
  });
  window.over = () => worker.terminate();
  return ask({type: "start", base});
}
