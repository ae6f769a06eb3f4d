// The evening's count. Each beep is kept on this machine until the server has named its id; the
// list shows what was beeped, never what is still to be found.

import { back, onKeys, toScan } from "./keys.js";
import { at, draw, forgive, kept, main, now, onBeep, refuse, say, send, show, tidy } from "./papers.js";
import { listen } from "./wedge.js";

const store = kept(`evening:${main.dataset.office}-${main.dataset.day}`);
const rows = new Map([...document.querySelectorAll("#lines tr")].map((row) => [row.dataset.s10, row]));
const MOST = 200;
const LOOKS = { here: "got", elsewhere: "bad", unknown: "bad", again: "got" };
//: beeps the server has not answered, in the order of the beeps
let queue = (store.read() ?? { items: [] }).items;
let sending = false;
let turn = Number(main.dataset.turn);

function keep() {
  if (queue.length) store.write({ items: queue });
  else store.drop();
  at("waiting").textContent = queue.length;
  at("waiting-line").hidden = queue.length === 0;
  at("empty").hidden = rows.size > 0;
}

/** The row of a number, drawn where there is none. */
function rowOf(s10) {
  const known = rows.get(s10);
  if (known) return known;
  const row = at("line").content.firstElementChild.cloneNode(true);
  row.dataset.s10 = s10;
  row.querySelector('[data-cell="s10"]').textContent = s10;
  rows.set(s10, row);
  at("lines").prepend(row);
  return row;
}

function beep(text) {
  const s10 = tidy(text);
  if (!/^[A-Z]{2}\d{9}[A-Z]{2}$/.test(s10)) {
    refuse(s10, "Mã này không phải số bưu gửi. Tắt bộ gõ tiếng Việt rồi quét lại.");
    return;
  }
  if (rows.has(s10)) {
    at("lines").prepend(rows.get(s10));
    show(rows.get(s10));
    say(`${s10} đã quét rồi.`);
    return;
  }
  queue.push({ id: draw(), code: s10, at: now(), turn });
  const row = rowOf(s10);
  row.querySelector('[data-cell="words"]').textContent = "chờ gửi";
  show(row);
  forgive();
  keep();
  flush();
}

/** Send what waits, oldest first, until nothing does or nobody answers. True: nothing waits. */
async function flush() {
  if (sending) return false;
  sending = true;
  while (queue.length) {
    const items = queue.slice(0, MOST);
    const answer = await send("/counter/evening/beeps", { items });
    if (!answer.data) {
      failed(answer);
      break;
    }
    settle(answer.data);
  }
  sending = false;
  return queue.length === 0;
}

function failed(answer) {
  if (answer.status === 409 && !answer.lost) {
    queue = [];
    keep();
    refuse("Kiểm đếm", answer.said);
    return;
  }
  say(`${answer.said} ${queue.length} lần quét chờ gửi; cứ quét tiếp.`, "bad");
}

function settle({ lines, here, counted, turn: current }) {
  turn = current;
  at("here").textContent = here;
  at("count").textContent = counted;
  const named = new Set(lines.map((line) => line.id));
  queue = queue.filter((item) => !named.has(item.id));
  for (const line of lines) paint(line);
  keep();
}

function paint(line) {
  if (line.said === "refused" || line.said === "anew") {
    rows.get(line.s10)?.remove();
    rows.delete(line.s10);
    refuse(line.s10, line.words);
    return;
  }
  const row = rowOf(line.s10);
  row.className = row.classList.contains("last") ? "last" : "";
  row.classList.add(LOOKS[line.said]);
  for (const cell of row.querySelectorAll("[data-cell]")) cell.textContent = line[cell.dataset.cell] ?? "";
  if (LOOKS[line.said] === "bad") {
    refuse(line.s10, `thừa: ${line.words}.`);
    say("");
  } else say(`${line.s10} ${line.words}.`, "saved");
}

async function review() {
  if (at("save").getAttribute("aria-busy")) return;
  at("save").setAttribute("aria-busy", "true");
  const sent = await flush();
  at("save").removeAttribute("aria-busy");
  if (sent) location.assign("/counter/evening/closing");
  else say(`Còn ${queue.length} lần quét chưa gửi được. Chờ có mạng rồi bấm F9.`, "bad");
}

for (const item of queue) {
  const row = rowOf(tidy(item.code));
  row.querySelector('[data-cell="words"]')?.replaceChildren("chờ gửi");
}
at("recovered").hidden = queue.length === 0;
keep();
flush();
listen(beep);
onBeep(beep);
onKeys({ F2: toScan, F9: review, Escape: back });
at("save").addEventListener("click", review);
addEventListener("online", flush);
addEventListener("visibilitychange", () => { if (!document.hidden) flush(); });
setInterval(() => { if (queue.length) flush(); }, 5000);
toScan();
