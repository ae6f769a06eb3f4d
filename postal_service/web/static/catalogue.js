// The administrator's keys: F2 search, F4 a new version, F9 the main button, Esc back. And the
// list of papers: lines are added, removed and moved without a mouse.

const main = document.querySelector("form[data-f9]");
const rows = document.getElementById("rows");

/** Give every line its number again, in what is seen and in what is read aloud. */
function number() {
  for (const [index, row] of [...rows.children].entries()) {
    const mark = row.querySelector(".n");
    const was = mark.textContent;
    mark.textContent = index + 1;
    for (const field of row.querySelectorAll("[aria-label]")) {
      field.ariaLabel = field.ariaLabel.replace(`giấy tờ ${was}`, `giấy tờ ${index + 1}`);
    }
  }
}

/** A fresh line at the end, with the cursor in it. */
function add() {
  const line = rows.lastElementChild.cloneNode(true);
  for (const input of line.querySelectorAll("input")) {
    input.value = ["d_name_vi", "d_form_no"].includes(input.name) ? "" : "0";
    input.removeAttribute("aria-invalid");
  }
  rows.append(line);
  number();
  line.querySelector("input").focus();
}

/** One place up or down; the focus goes along. */
function move(row, by, focus) {
  if (by < 0) row.previousElementSibling?.before(row);
  else row.nextElementSibling?.after(row);
  number();
  focus.focus();
}

/** The last line is only emptied: there is always one to type into. */
function drop(row) {
  if (rows.children.length === 1) {
    add();
    row.remove();
    return number();
  }
  const next = row.nextElementSibling ?? row.previousElementSibling;
  row.remove();
  number();
  next.querySelector("input").focus();
}

rows?.addEventListener("click", (event) => {
  const row = event.target.closest("[data-paper]");
  if (event.target.matches("[data-up]")) move(row, -1, event.target);
  if (event.target.matches("[data-down]")) move(row, 1, event.target);
  if (event.target.matches("[data-gone]")) drop(row);
});
rows?.addEventListener("keydown", (event) => {
  const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  if (!event.altKey || !by) return;
  event.preventDefault();
  move(event.target.closest("[data-paper]"), by, event.target);
});
document.getElementById("more")?.addEventListener("click", add);

document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.repeat) return;
  const target = {
    F2: () => document.querySelector("[data-f2]")?.focus(),
    F4: () => document.querySelector('[data-key="F4"]')?.click(),
    F9: () => main?.requestSubmit(main.querySelector('button[value="save"]') ?? undefined),
    Escape: () => document.querySelector("[data-back]")?.click(),
  }[event.key];
  if (!target) return;
  event.preventDefault();
  target();
});

// Once is enough: the page's own id finds the first press anyway.
for (const form of document.querySelectorAll("form[data-once]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
}
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-once]")) delete form.dataset.sent;
  document.querySelector("[data-focus]")?.focus();
});

// A file on its way: the page looks again until the worker has read it.
if (document.querySelector("[data-waiting]")) setTimeout(() => location.reload(), 2000);
