// Multiple choice: choose, press Answer, read what the choice says. Answers stay in this browser.
const key = (form) => `rnncourse:choice:${form.id}`;
const stored = (act) => { try { return act(localStorage); } catch { return null; } };   // private mode: nothing is kept

for (const form of document.querySelectorAll("form.choice")) {
  const sheet = document.createElement("div");
  sheet.setAttribute("role", "status");
  const folded = form.querySelector("details");
  sheet.append(...[...folded.children].slice(1));
  const feedback = [...sheet.querySelectorAll(".choice-feedback")];
  const reveal = sheet.querySelector(".choice-reveal");
  const options = [...form.querySelectorAll("input")];

  const button = (type, text) => Object.assign(document.createElement("button"), {type, textContent: text});
  const answer = button("submit", "Answer");
  const clear = button("button", "Clear");
  const buttons = document.createElement("p");
  buttons.className = "choice-buttons";
  const hint = Object.assign(document.createElement("span"), {className: "choice-hint"});
  hint.setAttribute("role", "status");
  buttons.append(answer, clear, hint);
  folded.replaceWith(buttons, sheet);

  const show = (chosen) => {
    feedback.forEach((part, i) => { part.hidden = i !== chosen; });
    reveal.hidden = clear.hidden = chosen < 0;
    hint.textContent = "";
    answer.textContent = "Answer";
    options.forEach((option, i) => {
      const row = option.closest("label");
      row.classList.toggle("right", i === chosen && feedback[i].classList.contains("right"));
      row.classList.toggle("wrong", i === chosen && !feedback[i].classList.contains("right"));
    });
  };

  // What was said of the choice before does not hold for a new one.
  form.addEventListener("change", () => {
    const again = !reveal.hidden;
    show(-1);
    clear.hidden = false;
    if (again) answer.textContent = "Answer again";
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const chosen = options.findIndex((option) => option.checked);
    if (chosen < 0) {
      hint.textContent = "Choose one first.";
      options[0].focus();
      return;
    }
    stored((storage) => storage.setItem(key(form), chosen));
    show(chosen);
  });
  clear.addEventListener("click", () => {
    stored((storage) => storage.removeItem(key(form)));
    form.reset();
    show(-1);
    options[0].focus();
  });

  const before = Number(stored((storage) => storage.getItem(key(form))) ?? -1);
  if (options[before]) options[before].checked = true;
  show(options[before] ? before : -1);
}
