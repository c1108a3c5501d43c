// Moves the explorable figures: native controls choose a frame, and only what differs in it is set anew.
const unpack = ([, , parts, rows], k) => {
  if (!parts) return rows[k];
  let sum = 0;   // rows hold differences of hundredths
  return rows[k].reduce((text, step, j) => text + (sum += step) / 100 + parts[j + 1], parts[0]);
};

// Where the frames were not drawn beforehand, as after a reader's change, `draw(places)` gives the picture of one.
const move = (box, draw) => {
  const {grids, frames, bases, slots, start} = JSON.parse(box.querySelector("script").textContent);
  const [picture, form, said] = [".rnn-figure", ".explore-controls", ".explore-said"].map((name) => box.querySelector(name));
  const inputs = grids.map(([name]) => form.elements.namedItem(name));
  const places = frames?.map((group, i) => frames.slice(0, i).filter((other) => other === group).length);
  if (bases) bases[0] = picture.innerHTML;
  let group = 0, elements, timer;

  const setFrame = () => {
    const frame = grids.reduce((index, [, , values], i) => index * values.length + +inputs[i].value, 0);
    if (frames[frame] !== group) {
      group = frames[frame];
      picture.innerHTML = bases[group];
      elements = null;
    }
    elements ??= picture.querySelectorAll("*");
    for (const slot of slots[group]) {
      const [i, name] = slot, text = unpack(slot, places[frame]);
      if (name === "text") elements[i].textContent = text; else elements[i].setAttribute(name, text);
    }
  };

  const drawn = new Map();
  let drawing = false, again = false;
  const askFrame = async () => {
    again = true;
    if (drawing) return;   // the latest place is drawn next
    for (drawing = true; again;) {
      again = false;
      const at = inputs.map((input) => +input.value), key = at.join();
      try {
        if (!drawn.has(key)) drawn.set(key, (await draw(at)).querySelector(".rnn-figure"));
        picture.replaceChildren(...drawn.get(key).cloneNode(true).childNodes);
      } catch { break; }
    }
    drawing = false;
  };

  const show = () => {
    if (draw) askFrame(); else setFrame();
    grids.forEach(([, label, values], i) => {
      if (inputs[i].type !== "range") return;
      inputs[i].setAttribute("aria-valuetext", `${label}: ${values[inputs[i].value]}`);
      inputs[i].closest(".explore-control").querySelector("output").value = values[inputs[i].value];
    });
    // A reader who listens hears what the picture shows once it rests.
    clearTimeout(timer);
    timer = setTimeout(() => { said.textContent = picture.firstElementChild.getAttribute("aria-label"); }, 600);
  };

  form.addEventListener("input", show);
  // A part of the picture may stand for a place of the first slider.
  picture.addEventListener("click", ({target}) => {
    const part = target.closest("[data-go]"), slider = inputs.find(({type}) => type === "range");
    if (!part || !slider) return;
    slider.value = part.dataset.go;
    slider.dispatchEvent(new Event("input", {bubbles: true}));
  });
  form.addEventListener("reset", () => setTimeout(show));   // the values are back only after the event
  form.addEventListener("submit", (event) => event.preventDefault());

  // On paper: the picture as it stands on the page first, and as it is at two other places of its first slider.
  let before;
  addEventListener("beforeprint", () => {
    if (before) return;
    before = inputs.map(({value}) => value);
    form.reset();
    show();
    const k = inputs.findIndex(({type}) => type === "range"), slider = inputs[k];
    if (draw || !slider) return;
    const [, label, values] = grids[k], last = values.length - 1, first = slider.value;
    const strip = Object.assign(document.createElement("div"), {className: "explore-frames"});
    for (const at of [0, Math.round(last / 2), last].filter((at) => at !== +first).slice(-2)) {
      slider.value = at;
      setFrame();
      const one = document.createElement("figure");
      one.innerHTML = `<div class="rnn-figure">${picture.innerHTML}</div><figcaption></figcaption>`;
      one.lastChild.textContent = `${label}: ${values[at]}`;
      strip.append(one);
    }
    slider.value = first;
    setFrame();
    const now = Object.assign(document.createElement("p"), {className: "explore-now", textContent: `${label}: ${values[first]}`});
    picture.after(now, strip);
  });
  addEventListener("afterprint", () => {
    box.querySelectorAll(".explore-frames, .explore-now").forEach((part) => part.remove());
    before?.forEach((value, i) => { inputs[i].value = value; });
    before = null;
    show();
  });

  form.querySelectorAll(".explore-play").forEach((button) => {
    const slider = button.closest(".explore-control").querySelector("input");
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    let running;
    const stop = () => {
      running = clearInterval(running);
      button.textContent = "Play";
      box.classList.remove("playing");
    };
    const step = () => {
      slider.value = +slider.value < +slider.max ? +slider.value + 1 : 0;   // after the last comes the first
      show();
      if (slider.value === slider.max) stop();
    };
    button.hidden = still;
    button.addEventListener("click", () => {
      if (running) return stop();
      running = setInterval(step, 400);
      button.textContent = "Pause";
      box.classList.add("playing");
    });
    const steps = document.createElement("span");
    steps.className = "explore-steps";
    button.replaceWith(steps);
    const single = (kind, sign, words, by) => {
      const one = Object.assign(document.createElement("button"), {type: "button", className: `explore-step-${kind}`, textContent: sign});
      one.setAttribute("aria-label", words);
      one.addEventListener("click", () => { stop(); slider.value = +slider.value + by; show(); });
      steps.append(one);
    };
    single("back", "◂", "One step back", -1);
    steps.append(button);
    single("on", "▸", "One step on", 1);
    form.addEventListener("reset", stop);
    slider.addEventListener("input", stop);
    stop();
  });

  form.hidden = false;
  box.querySelector(".explore-range").hidden = true;
};

// A term of an equation lights up in the pictures that show it, and the reverse; the rest of both goes pale.
let lit;
const light = ({target}) => {
  const term = target.closest?.("[data-term]")?.dataset.term;
  if (term === lit) return;
  lit = term;
  document.querySelectorAll(".katex [data-term], .rnn-figure [data-term]").forEach((one) => {
    one.classList.toggle("lit", one.dataset.term === term);
    one.closest("div.math, .rnn-figure")?.classList.toggle("terms-lit", term !== undefined);
  });
};
if (document.querySelector(".figure-terms")) ["pointerover", "focusin", "click"].forEach((kind) => addEventListener(kind, light));

document.querySelectorAll(".explore").forEach((box) => move(box));
window.moveExplorable = move;
