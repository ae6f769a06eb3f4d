// What a lost phone sent: tick with the space bar, F9 records what is ticked, F4 lets it fall.

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

document.addEventListener("keydown", (event) => {
  const action = { F9: "/quarantine/admission", F4: "/quarantine/rejection" }[event.key];
  if (!action) return;
  event.preventDefault();
  const button = form.querySelector(`[formaction="${action}"]`);
  if (button) form.requestSubmit(button);
});
