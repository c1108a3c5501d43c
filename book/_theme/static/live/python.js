// Python in a worker: one a page, made at the first request, thrown away by stop(); `gone` is told when its names are lost.
export class Python {
  constructor(base, loading, gone) {
    Object.assign(this, {base, loading, gone, waiting: new Map(), last: 0, ready: false});
  }

  // Ask the worker; the answer comes back, or an error {what, sentence}.
  ask(message, running = () => {}) {
    this.worker ??= this.start();
    const id = ++this.last;
    return new Promise((done, failed) => {
      this.waiting.set(id, {done, failed, running});
      this.worker.postMessage({...message, id});
    });
  }

  start() {
    const worker = new Worker(new URL("worker.js", this.base), {type: "module"});
    worker.addEventListener("message", ({data}) => worker === this.worker && data?.type && this.hear(data));
    worker.addEventListener("error", () => worker === this.worker && this.fail({
      what: "worker", sentence: "Python could not be started, or broke down. Press Run to begin anew.",
    }));
    worker.postMessage({type: "start", base: this.base.href, lock: `rnncourse:${Math.random()}`});
    return worker;
  }

  hear({type, id, ...data}) {
    if (type === "loading") return this.loading(data);
    if (type === "ready") { this.ready = true; return; }
    if (type === "held") return this.watch(data.lock);
    if (type === "failed") return this.fail(data);
    const request = this.waiting.get(id);
    if (type === "running") return request?.running();
    this.waiting.delete(id);
    request?.done(data);
  }

  // The worker's lock comes free when it has ended, and at no other time: one that computes is only slow.
  watch(lock) {
    const {signal} = this.watching = new AbortController();
    const ended = () => this.fail({what: "worker", sentence: "Python has ended; it begins anew with your next Run."});
    navigator.locks.request(lock, {signal}, ended).catch(() => {});   // aborted by stop()
  }

  fail(reason) {
    const waiting = [...this.waiting.values()];
    this.waiting = new Map();
    this.stop();
    for (const {failed} of waiting) failed(reason);
  }

  // The variables are gone; whoever still waits is told.
  stop() {
    this.watching?.abort();
    this.worker?.terminate();
    this.gone();
    const waiting = [...this.waiting.values()];
    Object.assign(this, {worker: null, ready: false, waiting: new Map()});
    for (const {failed} of waiting) failed({what: "stopped"});
  }
}
