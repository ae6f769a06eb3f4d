// Before a bag is opened: the seal, whether it is whole, the count. F9 writes them down.

import { back, onKeys } from "./keys.js";
import { listen } from "./wedge.js";

const form = document.getElementById("opening");
const seal = document.getElementById("seal");

function open() {
  if (form.dataset.sent || !form.reportValidity()) return;
  form.requestSubmit();
}

listen((text) => {
  seal.value = text;
  document.getElementById("counted").focus();
});
form.addEventListener("submit", (event) => {
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
  document.getElementById("state").textContent = "Đang ghi…";
});
// Enter may come from a scanner: only the button and F9 open the bag.
form.addEventListener("keydown", (key) => {
  if (key.key !== "Enter" || !key.target.matches("input")) return;
  key.preventDefault();
  if (key.target === seal) document.getElementById("counted").focus();
});
addEventListener("pageshow", () => { delete form.dataset.sent; });
onKeys({ F2: () => { seal.focus(); seal.select(); }, F9: open, Escape: back });
