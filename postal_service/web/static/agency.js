// The agency's desk: a beep ticks a line, F9 does the page's one main thing. A scan never commits.

const scan = document.querySelector("#scan");
const boxes = [...document.querySelectorAll("input[data-s10]")];
const ticked = document.querySelector("#ticked");

function tell(last) {
  const count = boxes.filter((box) => box.checked).length;
  ticked.textContent = `${last ? `${last} ✔ ` : ""}Đã đánh dấu ${count}/${boxes.length}`;
}

scan?.form.addEventListener("submit", (event) => {
  const code = scan.value.replace(/[\s-]/g, "").toUpperCase();
  const box = boxes.find((one) => one.dataset.s10 === code);
  if (!box) return; // not among the arrivals: the server opens it, or says why not
  event.preventDefault();
  box.checked = true;
  scan.value = "";
  tell(code);
});

for (const box of boxes) box.addEventListener("change", () => tell(""));
if (boxes.length) tell("");

document.addEventListener("keydown", (event) => {
  if (event.key === "F2" && scan) {
    event.preventDefault();
    scan.select();
    scan.focus();
  }
  if (event.key === "F9") {
    event.preventDefault();
    document.querySelector("form[data-f9]")?.requestSubmit();
  }
});
