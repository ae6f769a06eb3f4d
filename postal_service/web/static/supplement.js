// Papers brought against a request, by keyboard: a tick counts what was asked, F9 takes them once.

import { onKeys, toScan } from "./keys.js";
import { listen } from "./wedge.js";

const form = document.getElementById("bring");
const code = document.getElementById("code");

onKeys({
  F2: toScan,
  F9: () => form?.requestSubmit(),
  Escape: () => location.assign("/counter"),
});

// A scan looks another receipt up; it never saves.
listen((text) => {
  code.value = text;
  code.form.requestSubmit();
});

form?.addEventListener("change", (event) => {
  if (!event.target.matches("[data-row]")) return;
  for (const count of event.target.closest("tr").querySelectorAll("[data-asked]")) {
    count.value = event.target.checked ? count.dataset.asked : 0;
  }
});
// Enter in a count may come from a scanner: it takes nothing in.
form?.addEventListener("keydown", (key) => {
  if (key.key === "Enter" && key.target.matches("input, select")) key.preventDefault();
});
form?.addEventListener("submit", (event) => {
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
});
addEventListener("pageshow", () => { if (form) delete form.dataset.sent; });
document.getElementById("errors")?.focus();
