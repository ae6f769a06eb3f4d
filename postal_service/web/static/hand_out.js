// Handing a paper out at the counter, by keyboard: F9 alone hands it over, and once.

import { back, onKeys } from "./keys.js";
import { listen } from "./wedge.js";

const form = document.getElementById("hand-out");

onKeys({ F9: () => form.requestSubmit(), Escape: back });
// A scan in the middle of the form changes nothing.
listen(() => {});

// Enter in a field may come from a scanner: it hands nothing over.
form.addEventListener("keydown", (key) => {
  if (key.key === "Enter" && key.target.matches("input, select")) key.preventDefault();
});
form.addEventListener("submit", (event) => {
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
});
addEventListener("pageshow", () => { delete form.dataset.sent; });
