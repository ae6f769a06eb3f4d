// What the courier's page does better with a script. Everything works without it.

// A button names how many papers are ticked, so that a missing envelope is noticed.
for (const button of document.querySelectorAll("button[data-count][form]")) {
  const form = document.getElementById(button.getAttribute("form"));
  const count = () => {
    const ticked = form.querySelectorAll("[name=items]:checked").length;
    button.textContent = button.dataset.count.replace("{n}", ticked);
    button.disabled = ticked === 0;
  };
  form.addEventListener("change", count);
  count();
}

// One press is one act: the button says it was heard, and waits.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  const button = event.submitter;
  if (!button || form.dataset.sent) {
    if (form.dataset.sent) event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  button.setAttribute("aria-busy", "true");
  button.textContent = "Đang gửi…";
});

// Coming back by the phone's own button shows the page as it was left: let it be used again.
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});

// A scanner types faster than a thumb, wherever the cursor is: its keys go to the scan field.
const field = document.querySelector("[name=envelope], [name=code]");
const FASTEST_THUMB_MS = 35;
let typed = "";
let last = 0;
document.addEventListener("keydown", (event) => {
  if (!field || event.target.matches("input:not([type=checkbox], [type=radio]), select")) return;
  const quick = event.timeStamp - last < FASTEST_THUMB_MS;
  last = event.timeStamp;
  if (event.key === "Enter" && typed.length >= 13) {
    event.preventDefault();
    field.value = typed;
    typed = "";
    field.focus();
    if (field.name === "code") field.form.requestSubmit();
  } else if (event.key.length === 1) {
    typed = quick ? typed + event.key : event.key;
  }
});
