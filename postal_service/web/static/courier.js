// What the courier's pages do better with a script. Taking and handing over work without it.

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

/** The button says that it was heard, and its form is sent once. */
export function busy(form, button) {
  form.dataset.sent = "yes";
  if (!button) return;
  button.dataset.words = button.textContent;
  button.setAttribute("aria-busy", "true");
  button.textContent = "Đang gửi…";
}

/** It was not sent after all: the button may be pressed again. */
export function free(form, button) {
  delete form.dataset.sent;
  if (!button) return;
  button.removeAttribute("aria-busy");
  button.textContent = button.dataset.words;
}

// One press is one act.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sent) event.preventDefault();
  else busy(form, event.submitter);
});

// Coming back by the phone's own button shows the page as it was left: let it be used again.
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});

// The last press may be taken back for a minute, and the button says how long.
for (const button of document.querySelectorAll("[data-seconds]")) {
  const until = performance.now() + Number(button.dataset.seconds) * 1000;
  const tick = setInterval(() => {
    const left = Math.ceil((until - performance.now()) / 1000);
    if (button.form.dataset.sent) return;
    button.textContent = `Hoàn tác (${Math.max(left, 0)} giây)`;
    if (left > 0) return;
    clearInterval(tick);
    button.form.remove();
  }, 250);
}

// The next door's code is made checkable while there is signal.
const ahead = document.querySelector("[data-attempt]:not(form)");
if (ahead) {
  const { verifierFor } = await import("./code_check.js");
  verifierFor(ahead.dataset).catch(() => {});
}

// A scanner types faster than a thumb, wherever the cursor is. On a list its beep marks the line;
// elsewhere its keys go to the scan field.
const field = document.querySelector("[name=envelope], [name=code]:not(.digits)");
const FASTEST_THUMB_MS = 35;
let typed = "";
let last = 0;
document.addEventListener("keydown", (event) => {
  if (event.target.matches("input:not([type=checkbox], [type=radio]), select, textarea")) return;
  const quick = event.timeStamp - last < FASTEST_THUMB_MS;
  last = event.timeStamp;
  if (event.key === "Enter" && typed.length >= 13) {
    event.preventDefault();
    heard(typed.toUpperCase());
    typed = "";
  } else if (event.key.length === 1) {
    typed = quick ? typed + event.key : event.key;
  }
});

function heard(code) {
  const line = document.querySelector(`.pile label[data-s10="${CSS.escape(code)}"]`);
  if (line) {
    beeped(line);
  } else if (field) {
    field.value = code;
    field.focus();
    if (field.name === "code") field.form.requestSubmit();
  }
}

/** An envelope of the list lies in the hand: its line is ticked and green, and counted. */
function beeped(line) {
  const box = line.querySelector("input");
  box.checked = true;
  line.classList.add("beeped");
  box.dispatchEvent(new Event("change", { bubbles: true }));
  line.scrollIntoView({ block: "center" });
  const pile = line.closest(".pile");
  const said = pile.querySelector("[data-beeped]");
  said.textContent = `đã quét ${pile.querySelectorAll(".beeped").length} / `;
  said.hidden = false;
}
