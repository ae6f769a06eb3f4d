// The week's grid by keyboard: arrows go from cell to cell, a letter fills the cell one is on.

const form = document.querySelector("#roster");
const KEYS = { c: "day", s: "morning", h: "afternoon", n: "off" };

function move(cell, right, down) {
  const row = cell.closest("tr");
  const rows = [...row.parentElement.children];
  const cells = [...row.querySelectorAll("select")];
  const to = rows[rows.indexOf(row) + down]?.querySelectorAll("select");
  to?.[cells.indexOf(cell) + right]?.focus();
}

form?.addEventListener("keydown", (event) => {
  const cell = event.target;
  if (cell.tagName !== "SELECT" || event.ctrlKey || event.altKey || event.metaKey) return;
  const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
  const shift = KEYS[event.key.toLowerCase()];
  if (!way && !shift) return;
  event.preventDefault();
  if (way) move(cell, ...way);
  else {
    cell.value = shift;
    move(cell, 1, 0);
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "F9" || !form) return;
  event.preventDefault();
  form.requestSubmit();
});

form?.querySelector("select")?.focus();
