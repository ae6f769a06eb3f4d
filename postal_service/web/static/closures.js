// What is closed: only the fields of the chosen kind are asked for; F9 writes it down, once.

const form = document.querySelector("#closing");

function arrange() {
  for (const field of form.querySelectorAll("[data-for]")) {
    const asked = field.dataset.for.split(" ").includes(form.elements.kind.value);
    field.hidden = !asked;
    for (const select of field.querySelectorAll("select")) select.required = asked;
  }
}

form.addEventListener("change", arrange);
form.addEventListener("submit", (event) => {
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "F9") return;
  event.preventDefault();
  form.requestSubmit();
});
addEventListener("pageshow", () => delete form.dataset.sent);
arrange();
