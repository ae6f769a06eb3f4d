// Reading what a count came to: F9 closes it, or leads on once it is closed; Esc goes back to the
// beeping. A scan changes nothing here.

import { back, onKeys } from "./keys.js";
import { listen } from "./wedge.js";

const form = document.getElementById("closing");

onKeys({
  F2: () => location.assign("/counter/evening"),
  F9: () => (form ? form.requestSubmit() : document.getElementById("next").click()),
  Escape: back,
});
listen(() => {});
form?.addEventListener("submit", (event) => {
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
});
addEventListener("pageshow", () => { if (form) delete form.dataset.sent; });
