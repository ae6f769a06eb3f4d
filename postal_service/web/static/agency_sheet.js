// One list on the agency's desk. A beep marks a line, F9 signs for all marked lines at once: a
// scan never commits. What is marked is kept in this tab until the server has it, under the list
// and the officer, so that a reload or a lost connection costs no beep.

import { listen } from "/static/wedge.js";

const form = document.querySelector("#sheet");
const scan = document.querySelector("#scan");
const say = document.querySelector("#said");
const extras = document.querySelector("#extras");
const rows = [...document.querySelectorAll("tr[data-s10]")];
const all = new Map(rows.map((row) => [row.dataset.s10, row]));
const open = rows.filter((row) => "open" in row.dataset);
const elsewhere = form ? JSON.parse(form.dataset.elsewhere) : {};
const WORDS = { accepted: "nhận", damaged: "nhận, hư hỏng", missing: "thiếu", declined: "không nhận" };

let at = -1;
let sent = false;

const shelf = (number) => `list:${number}:${form.dataset.who}`;
const kept = (number) => JSON.parse(sessionStorage.getItem(shelf(number)) ?? '{"marks":{},"extras":{}}');
const put = (number, what) => sessionStorage.setItem(shelf(number), JSON.stringify(what));
const mine = form ? kept(form.dataset.number) : { marks: {}, extras: {} };

function keep() {
  put(form.dataset.number, mine);
  const count = { accepted: 0, damaged: 0, missing: 0, declined: 0 };
  for (const mark of Object.values(mine.marks)) count[mark.outcome] += 1;
  for (const [name, n] of Object.entries(count)) tell(`#${name}`, n);
  tell("#left", open.length - Object.keys(mine.marks).length);
}

function tell(where, what) {
  const place = document.querySelector(where);
  if (place) place.textContent = what;
}

function speak(text, bad = false) {
  say.textContent = text;
  say.classList.toggle("err", bad);
}

function show(row) {
  const mark = mine.marks[row.dataset.s10];
  if (mark) row.dataset.mark = mark.outcome;
  else delete row.dataset.mark;
  row.querySelector("input").checked = ["accepted", "damaged"].includes(mark?.outcome);
  row.querySelector("[data-said]").textContent = mark ? WORDS[mark.outcome] + (mark.why ? `: ${mark.why}` : "") : "chờ";
}

function point(row) {
  open[at]?.removeAttribute("aria-current");
  at = open.indexOf(row);
  row.setAttribute("aria-current", "true");
  row.scrollIntoView({ block: "nearest" });
}

function mark(row, outcome, reason, why) {
  const s10 = row.dataset.s10;
  if (outcome) mine.marks[s10] = { id: crypto.randomUUID(), outcome, reason, why };
  else delete mine.marks[s10];
  show(row);
  point(row);
  keep();
  const left = open.length - Object.keys(mine.marks).length;
  scan.focus({ preventScroll: true });
  speak(`${s10}: ${outcome ? WORDS[outcome] : "bỏ đánh dấu"}. ${left ? `Còn ${left} dòng.` : "Đủ mọi dòng: bấm F9 để ký."}`);
}

/** Whether the eleventh figure of an S10 number checks the eight before it. */
function whole(s10) {
  if (!/^[A-Z]{2}\d{9}[A-Z]{2}$/.test(s10)) return false;
  const sum = [8, 6, 4, 2, 3, 5, 9, 7].reduce((total, weight, n) => total + weight * s10[n + 2], 0);
  const check = 11 - (sum % 11);
  return ({ 10: 0, 11: 5 }[check] ?? check) === +s10[10];
}

const tidy = (text) => text.replace(/[\s-]/g, "").toUpperCase();

/** A scanner that hesitated leaves the head of the number in the field: it belongs to the scan. */
function heard(text) {
  const both = scan.value + text;
  beep(document.activeElement === scan && whole(tidy(both)) ? both : text);
}

function beep(text) {
  const s10 = tidy(text);
  const row = all.get(s10);
  scan.value = "";
  if (row && open.includes(row)) {
    if (mine.marks[s10]?.outcome === "accepted") {
      point(row);
      speak(`${s10} đã đánh dấu rồi.`);
    } else mark(row, "accepted");
  } else if (row) {
    row.scrollIntoView({ block: "center" });
    speak(`${s10} đã trả lời trước đó: ${row.querySelector(".answer .tag").textContent}.`, true);
  } else if (elsewhere[s10]) {
    const there = kept(elsewhere[s10]);
    there.marks[s10] ??= { id: crypto.randomUUID(), outcome: "accepted" };
    put(elsewhere[s10], there);
    const name = elsewhere[s10] === "loose" ? "bưu gửi lẻ" : `bảng kê ${elsewhere[s10]}`;
    speak(`${s10} thuộc ${name}: đã đánh dấu ở đó, ký khi mở ${name}.`);
  } else if (!whole(s10)) {
    speak(`«${text}» không phải số bưu gửi. Tắt bộ gõ tiếng Việt rồi quét lại.`, true);
  } else if (form.dataset.number === "loose") {
    speak(`${s10} chưa được bưu tá đưa đến cơ quan này. Hỏi bưu tá trước khi nhận.`, true);
  } else {
    mine.extras[s10] ??= crypto.randomUUID();
    showExtras();
    keep();
    speak(`${s10} không có trong bảng kê: F9 ghi là bưu gửi thừa, trả lại bưu tá.`, true);
  }
}

function showExtras() {
  extras.replaceChildren(...Object.keys(mine.extras).map((s10) => {
    const item = document.createElement("li");
    const away = document.createElement("button");
    away.type = "button";
    away.className = "small ghost";
    away.textContent = "Bỏ";
    away.addEventListener("click", () => {
      delete mine.extras[s10];
      showExtras();
      keep();
      scan.focus();
    });
    item.append(`Thừa, không có trong bảng kê: ${s10} `, away);
    return item;
  }));
  extras.hidden = !extras.children.length;
}

function choose(outcome) {
  const row = open[at];
  if (!row) return speak("Chọn một dòng trước: quét bì thư hoặc bấm mũi tên.", true);
  if (outcome === "missing") return mark(row, "missing");
  const dialog = document.querySelector(`#${outcome}-why`);
  dialog.querySelector("[data-which]").textContent = row.dataset.s10;
  dialog.showModal();
  dialog.querySelector("select").focus();
}

for (const name of ["damaged", "declined"]) {
  const dialog = document.querySelector(`#${name}-why`);
  const select = dialog.querySelector("select");
  const done = () => {
    const chosen = select.selectedOptions[0];
    if (!chosen) return;
    dialog.close();
    mark(open[at], name, chosen.value, chosen.textContent);
  };
  dialog.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    done();
  });
  select.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    done();
  });
  dialog.querySelector("[data-cancel]").addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => scan?.focus());
}
document.querySelector("#help").addEventListener("close", () => scan?.focus());

function step(by) {
  const next = Math.min(Math.max(at + by, 0), open.length - 1);
  if (!open[next]) return;
  point(open[next]);
  const mark = mine.marks[open[next].dataset.s10];
  speak(`${open[next].dataset.s10}: ${mark ? WORDS[mark.outcome] : "chờ"}`);
}

const KEYS = {
  F2: () => { scan.focus(); scan.select(); },
  F6: () => choose("missing"),
  F7: () => choose("damaged"),
  F8: () => choose("declined"),
  F9: () => form.requestSubmit(),
  ArrowDown: () => step(1),
  ArrowUp: () => step(-1),
  "?": () => document.querySelector("#help").showModal(),
  " ": () => (open[at] ? mark(open[at], mine.marks[open[at].dataset.s10] ? null : "accepted") : step(1)),
};

/** Keys that type, in the field or on a button, stay what they are everywhere else. */
function typing(key) {
  const where = document.activeElement;
  if (where !== scan && where !== document.body) return key === " " || key.startsWith("Arrow") || key === "?";
  return (key === " " || key === "?") && scan.value !== "";
}

function press(event) {
  if (document.querySelector("dialog[open]") || event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.key === "Escape") return leave();
  if (event.key === "Enter" && document.activeElement === scan) {
    event.preventDefault(); // a typed number marks its line; only F9 or its button signs
    if (scan.value.trim()) beep(scan.value);
    return;
  }
  if (!KEYS[event.key] || typing(event.key)) return;
  event.preventDefault();
  KEYS[event.key]();
}

function leave() {
  if (scan.value) scan.value = "";
  else location.assign("/agency");
}

function send(event) {
  const marks = Object.entries(mine.marks);
  const more = Object.entries(mine.extras);
  const some = marks.length || more.length || !open.length;
  if (some && !sent && !scan.value.trim()) {
    sent = true;
    form.elements.lines.value = marks.map(([s10, m]) => `${s10} ${m.id} ${m.outcome} ${m.reason ?? ""}`).join("\n");
    form.elements.extras.value = more.map(([s10, id]) => `${s10} ${id}`).join("\n");
    speak("Đang ghi…");
    return;
  }
  event.preventDefault();
  if (scan.value.trim()) beep(scan.value);
  else if (!sent) speak("Chưa đánh dấu dòng nào. Quét từng bì thư rồi bấm F9.", true);
}

/** Take up where this tab left off; what has been answered meanwhile needs no mark. */
function resume() {
  const noted = new Set([...document.querySelectorAll(".note.bad .code")].map((code) => code.textContent));
  for (const s10 of Object.keys(mine.marks)) if (!open.includes(all.get(s10))) delete mine.marks[s10];
  for (const s10 of Object.keys(mine.extras)) if (noted.has(s10)) delete mine.extras[s10];
  for (const row of open) {
    if (mine.marks[row.dataset.s10]) show(row);
    row.addEventListener("click", () => point(row));
    row.querySelector("input").addEventListener("change", (event) => {
      mark(row, event.target.checked ? "accepted" : null);
    });
  }
  showExtras();
  keep();
  const beeped = new URLSearchParams(location.search).get("beep");
  if (beeped) {
    beep(beeped);
    history.replaceState(null, "", location.pathname);
  }
}

if (form) {
  listen(heard);
  document.addEventListener("keydown", press);
  document.querySelector("[data-help]")?.addEventListener("click", () => KEYS["?"]());
  for (const button of document.querySelectorAll("[data-act]")) {
    button.addEventListener("click", () => choose(button.dataset.act));
  }
  form.addEventListener("submit", send);
  resume();
}
