// Taking in what couriers bring and offices send: a beep ticks an envelope, F9 signs for what is
// ticked. What stays unticked stays with whoever brought it.

import { back, onKeys, toScan } from "./keys.js";
import { at, draw, forgive, kept, main, now, onBeep, refuse, say, send, show, tidy } from "./papers.js";
import { listen } from "./wedge.js";

const store = kept(`taking:${main.dataset.office}`);
const rows = new Map([...document.querySelectorAll("tr[data-s10]")].map((row) => [row.dataset.s10, row]));
let draft = store.read() ?? { items: {}, at: null };

function keep() {
  store.write(draft);
  tell();
}

function tell() {
  at("count").textContent = Object.keys(draft.items).length;
  at("of").textContent = rows.size;
}

function set(s10, on) {
  const row = rows.get(s10);
  if (on) draft.items[s10] ??= draw();
  else delete draft.items[s10];
  row.querySelector("input").checked = on;
  row.classList.toggle("got", on);
}

function beep(text) {
  const code = tidy(text);
  const row = rows.get(code);
  if (!row) {
    refuse(code, "chưa ai nộp bưu gửi này cho bưu cục. Nhờ người đang giữ bấm «Nộp về bưu cục» rồi tải lại trang.");
    return;
  }
  if (draft.at) {
    refuse(code, "Lần ký trước chưa có trả lời. Bấm F9 gửi lại trước.");
    return;
  }
  set(code, true);
  forgive();
  show(row);
  say(`Đã quét ${code}.`, "saved");
  keep();
}

async function take() {
  if (at("save").getAttribute("aria-busy")) return;
  const items = Object.entries(draft.items).map(([s10, id]) => ({ id, s10 }));
  if (!items.length) {
    say("Chưa quét bì nào.", "bad");
    at("code").focus();
    return;
  }
  at("save").setAttribute("aria-busy", "true");
  say("Đang gửi…");
  draft.at ??= now();
  keep();
  const answer = await send("/hand-overs/taken", { items, at: draft.at });
  at("save").removeAttribute("aria-busy");
  if (answer.data) taken(answer.data.lines);
  else {
    if (!answer.lost) draft.at = null;
    keep();
    say(answer.lost ? `${answer.said} Bấm F9 để gửi lại; không bị ghi hai lần.` : answer.said, "bad");
  }
}

function taken(lines) {
  draft = { items: {}, at: null };
  store.drop();
  const done = lines.filter((line) => !line.problem);
  for (const line of lines) {
    const row = rows.get(line.s10);
    if (line.problem) {
      row.classList.replace("got", "bad");
      row.querySelector("input").checked = false;
      refuse(line.s10, line.problem.detail);
    } else {
      row.remove();
      rows.delete(line.s10);
    }
  }
  for (const group of document.querySelectorAll("[data-giver]")) {
    group.hidden = !group.querySelector("tr[data-s10]");
  }
  at("none").hidden = rows.size > 0;
  tell();
  say(`Đã ký nhận ${done.length} bưu gửi.`, "saved");
  at("code").focus();
}

for (const s10 of Object.keys(draft.items)) {
  if (rows.has(s10)) set(s10, true);
  else if (!draft.at) delete draft.items[s10];
}
tell();
if (draft.at) say("Lần ký trước chưa có trả lời của máy chủ. Bấm F9 để gửi lại.", "bad");
listen(beep);
onBeep(beep);
onKeys({ F2: toScan, F9: take, Escape: back });
at("save").addEventListener("click", take);
addEventListener("change", (event) => {
  const row = event.target.closest?.("tr[data-s10]");
  if (!row) return;
  if (draft.at) event.target.checked = row.dataset.s10 in draft.items;
  else set(row.dataset.s10, event.target.checked);
  keep();
});
