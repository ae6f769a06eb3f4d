// The till's sum while the notes are counted; the server counts again when the sheet is printed.

const form = document.getElementById("count");
const money = (amount) => `${amount.toLocaleString("vi-VN")} ₫`;

function add() {
  let counted = 0;
  for (const field of form.querySelectorAll("[data-value]")) {
    const sum = Number(field.dataset.value) * (/^\d{1,4}$/.test(field.value) ? Number(field.value) : 0);
    field.closest("tr").querySelector("[data-sum]").textContent = field.value ? money(sum) : "–";
    counted += sum;
  }
  const gap = counted - Number(form.dataset.expected);
  document.getElementById("counted").textContent = money(counted);
  document.getElementById("gap").textContent =
    gap === 0 ? "khớp" : `${gap > 0 ? "thừa" : "thiếu"} ${money(Math.abs(gap))}`;
}

form.addEventListener("input", add);
add();
