// Changing what a citizen asked, by keyboard: F9 alone writes it down, and once.

import { back, onKeys } from "./keys.js";
import { listen } from "./wedge.js";

const form = document.getElementById("change");

onKeys({ F9: () => form.requestSubmit(), Escape: back });
// A scan in the middle of the form changes nothing.
listen(() => {});

// Enter in a field may come from a scanner: it changes nothing.
form.addEventListener("keydown", (key) => {
  if (key.key === "Enter" && key.target.matches("input, select")) key.preventDefault();
});
form.addEventListener("submit", (event) => {
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
});
addEventListener("pageshow", () => { delete form.dataset.sent; });
document.getElementById("errors")?.focus();
