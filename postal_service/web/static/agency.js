// The agency's work list and one dossier's page: F9 does the page's one main thing, F2 goes to
// where numbers are scanned or typed. One box may tick all results that are to be given out.

const scan = document.querySelector("#scan");
const boxes = [...document.querySelectorAll("input[type=checkbox][name=item]")];
const all = document.querySelector("input[data-all]");

all?.addEventListener("change", () => {
  for (const box of boxes) box.checked = all.checked;
});

document.addEventListener("keydown", (event) => {
  if (event.key === "F2") {
    event.preventDefault();
    if (!scan) return location.assign("/agency");
    scan.select();
    scan.focus();
  }
  if (event.key === "F9") {
    event.preventDefault();
    document.querySelector("form[data-f9]")?.requestSubmit();
  }
});
