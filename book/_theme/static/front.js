// The front page's figure reads its curves at the length that the slider chooses; bars say how far one is.
const hero = document.querySelector(".hero");
if (hero) {
  const {steps, ...networks} = JSON.parse(hero.querySelector("script").textContent);
  const form = hero.querySelector("form"), slider = form.querySelector("input"), play = form.querySelector("button");
  const last = steps.length - 1;
  let timer;
  const show = () => {
    const k = +slider.value;
    form.querySelector("output").value = steps[k];
    slider.setAttribute("aria-valuetext", `${steps[k]} numbers`);
    for (const [kind, runs] of Object.entries(networks)) {
      const fan = hero.querySelector(`[data-network="${kind}"]`);
      fan.querySelectorAll("i").forEach((dot, i) => {
        dot.style.left = `${100 * steps[k] / steps[last]}%`;
        dot.style.top = `${100 * (1 - runs[k].says[i])}%`;
      });
      fan.querySelector("output").value = runs[k].says.at(-1).toFixed(2);
      fan.querySelector(".plot").setAttribute("aria-label", `${fan.querySelector("h2").firstChild.data}: asked for 0.9, it answers ${runs[k].says.at(-1).toFixed(2)} after ${steps[k]} steps.`);
    }
    hero.querySelector(".learnt").textContent = `${steps[k]} steps: ${networks.plain[k].solved} of 7 plain networks learnt it, ${networks.LSTM[k].solved} of 7 LSTMs.`;
  };
  const stop = () => { clearInterval(timer); timer = null; play.textContent = "Play"; };
  const run = () => {
    play.textContent = "Stop";
    slider.value = 0;
    show();
    timer = setInterval(() => { slider.value = +slider.value + 1; show(); if (+slider.value === last) stop(); }, 550);
  };
  slider.addEventListener("input", () => { stop(); show(); });
  form.addEventListener("submit", (event) => event.preventDefault());
  play.addEventListener("click", () => { if (timer) stop(); else run(); });
  form.hidden = false;
  slider.value = last;
  if (!matchMedia("(prefers-reduced-motion: reduce)").matches) run();
}

const begun = () => { try { return Object.keys(localStorage).some((key) => key.startsWith("rnncourse:")); } catch { return false; } };
if (begun()) {
  import(new URL("live/progress.js", document.querySelector("script[src$='front.js']").src)).then(async () => {
    const {pages} = await courseProgress();
    for (const bar of document.querySelectorAll(".bar")) {
      const own = pages.filter((page) => bar.dataset.pages.split(" ").includes(page.doc));
      const sum = (key) => own.reduce((total, page) => total + page[key], 0);
      if (!sum("total")) continue;
      bar.style.setProperty("--done", sum("done") / sum("total"));
      bar.setAttribute("role", "img");
      bar.ariaLabel = `${sum("done")} of ${sum("total")} done`;
    }
  }).catch(() => {});
}
