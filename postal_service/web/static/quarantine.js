// What a lost phone sent: tick with the space bar, F9 records what is ticked, F7 lets it fall.

import { lookUp, onKeys } from "./keys.js";
import { listen } from "./wedge.js";

const form = document.querySelector("#kept");
const boxes = [...form.querySelectorAll("input[name=line]")];
const all = form.querySelector("[data-all]");

all?.addEventListener("change", () => {
  for (const box of boxes) box.checked = all.checked;
});

form.addEventListener("submit", (event) => {
  if (form.dataset.sent || !boxes.some((box) => box.checked)) event.preventDefault();
  else form.dataset.sent = "yes";
});
addEventListener("pageshow", () => delete form.dataset.sent);

function decide(action) {
  const button = form.querySelector(`[formaction="${action}"]`);
  if (button) form.requestSubmit(button);
}

onKeys({ F9: () => decide("/quarantine/admission"), F7: () => decide("/quarantine/rejection") });
listen(lookUp);
