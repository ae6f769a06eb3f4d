// The list of printed papers by keyboard: F2 to the search, arrows along the lines, F9 prints a copy.

const search = document.getElementById("q");
const lines = [...document.querySelectorAll("#papers tbody tr")];
let at = -1;

for (const line of lines) line.tabIndex = -1;

function go(to) {
  if (!lines.length) return;
  at = Math.max(0, Math.min(lines.length - 1, to));
  lines[at].focus();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.key === "F2") {
    event.preventDefault();
    search.select();
    search.focus();
  } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    if (event.target.matches("input[type=date]")) return;
    event.preventDefault();
    go(event.key === "ArrowDown" ? at + 1 : at - 1);
  } else if (event.key === "F9") {
    const line = lines.find((each) => each.contains(document.activeElement));
    const way = line?.querySelector("button, a[role=button]");
    if (way) {
      event.preventDefault();
      way.click();
    }
  }
});
