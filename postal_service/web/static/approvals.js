// Lists of cases, approvals and incidents: arrows choose one, F9 and F7 do its two things, and a
// scan chooses the case of that paper.

import { lookUp, onKeys } from "./keys.js";
import { listen } from "./wedge.js";

const cases = [...document.querySelectorAll(".case")];

function chosen() {
  return document.activeElement?.closest(".case") ?? null;
}

function go(step) {
  const at = cases.indexOf(chosen());
  const next = cases[Math.min(Math.max(at + step, 0), cases.length - 1)];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

// A second press while the first is under way would be harmless; it need not be sent.
for (const form of document.querySelectorAll("form[data-once], .case form")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
}
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

document.addEventListener("keydown", (event) => {
  const typing = document.activeElement?.matches("select, input, textarea");
  if ((event.key === "ArrowDown" || event.key === "ArrowUp") && !typing) {
    event.preventDefault();
    go(event.key === "ArrowDown" ? 1 : -1);
  }
  if (event.key === "Escape" && typing) chosen()?.focus();
});

/** Do what the key stands for on the chosen case, or ask first for what is still to be said. */
function act(name) {
  const form = chosen()?.querySelector(`form[data-${name}]`);
  const open = form && [...form.elements].find((field) => field.required && !field.value);
  if (open) open.focus();
  else form?.requestSubmit();
}

function scanned(text) {
  const code = text.replace(/[\s-]/g, "").toUpperCase();
  const found = cases.find((each) => each.textContent.replace(/[\s-]/g, "").includes(code));
  if (found) found.focus();
  else lookUp(text);
}

onKeys({ F9: () => act("f9"), F7: () => act("f7") });
listen(scanned);
if (cases.length) cases[0].focus({ preventScroll: true });
