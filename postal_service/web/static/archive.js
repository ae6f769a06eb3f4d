// The list of printed papers by keyboard: F2 to the search, arrows along the lines, F9 prints a copy.

import { onKeys } from "./keys.js";
import { listen } from "./wedge.js";

const search = document.getElementById("q");
const lines = [...document.querySelectorAll("#papers tbody tr")];
let at = -1;

for (const line of lines) line.tabIndex = -1;

function go(to) {
  if (!lines.length) return;
  at = Math.max(0, Math.min(lines.length - 1, to));
  lines[at].focus();
}

function print() {
  const line = lines.find((each) => each.contains(document.activeElement));
  line?.querySelector("button, a[role=button]")?.click();
}

document.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step || event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.target.matches("input[type=date]")) return;
  event.preventDefault();
  go(at + step);
});
onKeys({
  F2: () => {
    search.select();
    search.focus();
  },
  F9: print,
});
// a scan is what is searched for
listen((text) => {
  search.value = text;
  search.form.requestSubmit();
});
