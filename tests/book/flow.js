// On the page itself, in an engine that only runs scripts: press, write, wait; returns what the page said. `full`: with sliders too.
async (full) => {
  const find = (selector) => document.querySelector(selector);
  const until = async (test) => {
    for (const end = performance.now() + 120_000; performance.now() < end; await new Promise((done) => setTimeout(done, 50))) {
      const found = test();
      if (found) return found;
    }
    throw new Error(`in vain: ${test}`);
  };
  const write = async (box, text) => {
    find(`${box} textarea`)?.click();
    if (!find(`${box} .cm-content`)) find(`${box} .do-edit`)?.click();
    (await until(() => find(`${box} .cm-content`))).focus();
    document.execCommand("selectAll");
    document.execCommand("insertText", false, text);
  };
  const head = (kind) => until(() => find(`${CARD} .verdict.${kind} .head`)?.textContent);
  const status = (box, words) => until(() => find(`${box} .status`)?.textContent.includes(words) && find(`${box} .status`).textContent);
  const CARD = "[data-label=ex-1a-1]", FIGURE = "[data-cell=a003]", NUMBERS = "[data-cell=a005]", SLIDERS = "[data-cell=a019]", came = {};

  await until(() => find(`${CARD} .do-check`));
  if (localStorage.getItem("rnncourse:cell:a022")) {   // the second visit
    came.kept = await until(() => find(`${CARD} .pill`).textContent === "✓ done" && find(`${CARD} .cm-content`)?.textContent);
    return came;
  }
  find(`${FIGURE} .do-run`).click();
  came.figure = await status(FIGURE, "printed");
  await write(CARD, `jacobian = lambda W, x: W * rnn.dsigma(W @ x); check("1a", jacobian)`);
  find(`${CARD} .do-check`).click();
  came.wrong = await head("wrong");
  await write(CARD, `jacobian = lambda W, x: rnn.dsigma(W @ x)[:, None] * W; check("1a", jacobian)`);
  find(`${CARD} .do-check`).click();
  came.right = await head("right");
  if (full) {
    await write(SLIDERS, "explore(pictures.jacobian, z=[-1, 0, 5], preset=list(pictures.PRESETS))");
    find(`${SLIDERS} .do-run`).click();
    await status(SLIDERS, "Differs");
    const slider = find(`${SLIDERS} .mine input[type=range]`), said = () => find(`${SLIDERS} .mine svg`).ariaLabel, before = said();
    slider.value = slider.max;
    slider.dispatchEvent(new Event("input", {bubbles: true}));
    came.moved = await until(() => said() !== before && find(`${SLIDERS} .mine output`).textContent);
  }
  await write(NUMBERS, "while True: pass");
  find(`${NUMBERS} .do-run`).click();
  came.running = await status(NUMBERS, "Running");
  find(`${NUMBERS} .do-run`).click();
  came.stopped = await status(NUMBERS, "Stopped");
  await write(NUMBERS, "print(6 * 7)");
  find(`${NUMBERS} .do-run`).click();
  came.differs = await status(NUMBERS, "Differs");
  came.own = find(`${NUMBERS} .mine pre`).textContent;
  return came;
}
