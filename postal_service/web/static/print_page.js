// One button: put this page on paper.

document.querySelector("[data-print]")?.addEventListener("click", () => print());
