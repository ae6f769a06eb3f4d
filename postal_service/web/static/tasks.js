// What is to be done, by keyboard: arrows along the lines, F9 ticks off the one that is chosen.

import { lookUp, onKeys } from "./keys.js";
import { listen } from "./wedge.js";

const buttons = [...document.querySelectorAll("form[data-once] button")];

function go(step) {
  const here = buttons.indexOf(document.activeElement);
  buttons[Math.min(Math.max(here + step, 0), buttons.length - 1)]?.focus();
}

/** The first press chooses a line, the second ticks it off: nobody is called by a slip. */
function done() {
  if (buttons.includes(document.activeElement)) document.activeElement.click();
  else buttons[0]?.focus();
}

onKeys({ F9: done, ArrowDown: () => go(1), ArrowUp: () => go(-1) });
listen(lookUp);
for (const form of document.querySelectorAll("form[data-once]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
}
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});
