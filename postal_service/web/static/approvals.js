// Lists of cases, approvals and incidents: arrows choose one, F9 and F4 do its two things.

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
  if (event.key === "F9" || event.key === "F4") {
    event.preventDefault();
    const form = chosen()?.querySelector(`form[data-${event.key.toLowerCase()}]`);
    const open = form && [...form.elements].find((field) => field.required && !field.value);
    if (open) open.focus(); // what is still to be said, rather than a refusal
    else form?.requestSubmit();
  }
  if (event.key === "Escape" && typing) chosen()?.focus();
});

if (cases.length) cases[0].focus({ preventScroll: true });
