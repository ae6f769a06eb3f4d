// The agency's work list and one dossier's page: F9 does the page's one main thing, F2 goes to
// where numbers are scanned or typed. One box may tick all results that are to be given out.

const scan = document.querySelector("#scan");
const boxes = [...document.querySelectorAll("input[type=checkbox][name=item]")];
const all = document.querySelector("input[data-all]");

all?.addEventListener("change", () => {
  for (const box of boxes) box.checked = all.checked;
});

// The list of missing papers grows by a line as soon as its last one is begun.
const asked = document.querySelector(".asked");
const MOST = 30;

asked?.addEventListener("input", () => {
  const lines = asked.querySelectorAll("fieldset");
  const last = lines[lines.length - 1];
  if (lines.length >= MOST || !last.querySelector("[name=paper]").value) return;
  const next = last.cloneNode(true);
  next.querySelector("legend").textContent = `Giấy tờ thứ ${lines.length + 1}`;
  for (const box of next.querySelectorAll("input")) {
    box.value = "";
    box.required = false;
    box.setAttribute("aria-label", box.ariaLabel.replace(/\d+$/, lines.length + 1));
  }
  asked.append(next);
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
