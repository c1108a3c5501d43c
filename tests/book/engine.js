// What every browser engine must do, on a page of the book; returns what came of it, step by step.
async (worker, base) => {
  const came = {}, run = (id, code) => ask({type: "run", id, code, name: `cell ${id}`});
  came.ready = (await worker(base)).type;
  came.sum = (await run(1, "import numpy as np\nprint(np.arange(4).sum())")).outputs;
  came.wrong = (await run(2, "from rnncourse.check import check\ncheck('1a', lambda W, x: W.T)")).outputs;
  came.error = (await run(3, "a = 1\nb = nothing")).error;
  came.figure = (await run(4, "from rnncourse.figures import chapter_1 as pictures\npictures.unrolled()")).outputs;
  ask({type: "run", id: 5, code: "while True: pass", name: "cell 5"});
  await new Promise((done) => setTimeout(done, 1000));
  came.looping = heard.at(-1);
  over();
  came.again = (await worker(base)).type;
  came.after = (await run(6, "print(6 * 7)")).outputs;
  over();
  return came;
}
