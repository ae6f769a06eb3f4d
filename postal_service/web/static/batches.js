// An organisation's file: F9 the main button, Esc back; the page looks again while the worker is at it.
import { back, onKeys, toScan } from "./keys.js";

const main = document.getElementById("main");

onKeys({ F2: toScan, F9: () => main?.requestSubmit(), Escape: back });

// Once is enough: the page's own id finds the first press anyway.
main?.addEventListener("submit", (event) => {
  if (main.dataset.sent) event.preventDefault();
  main.dataset.sent = "yes";
});
addEventListener("pageshow", () => delete main?.dataset.sent);

if (document.querySelector("[data-waiting]")) setTimeout(() => location.reload(), 2000);
