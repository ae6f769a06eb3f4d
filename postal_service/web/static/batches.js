// An organisation's file: the form goes once, and the page looks again while the worker is at it.
// The keys are the table's (keys.js).

const main = document.getElementById("main");

// Once is enough: the page's own id finds the first press anyway.
main?.addEventListener("submit", (event) => {
  if (main.dataset.sent) event.preventDefault();
  main.dataset.sent = "yes";
});
addEventListener("pageshow", () => delete main?.dataset.sent);

if (document.querySelector("[data-waiting]")) setTimeout(() => location.reload(), 2000);
