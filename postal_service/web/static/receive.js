// Taking a bag or a list line by line. Beeps and keys only mark; F9 signs for what is marked and
// closes the list once every line is accounted for, F4 writes the marks down and leaves the rest.

import { back, onKeys, toScan, typing } from "./keys.js";
import { at, draw, forgive, kept, main, now, onBeep, refuse, say, send, show, tidy } from "./papers.js";
import { listen } from "./wedge.js";

const number = main.dataset.number;
const irregular = main.dataset.irregular === "yes";
const store = kept(`receive:${number}`);
const rows = [...document.querySelectorAll("#lines tr")];
const byNumber = new Map(rows.map((row) => [row.dataset.s10, row]));
const WORDS = { accepted: "đã nhận", missing: "thiếu", damaged: "hỏng", declined: "từ chối", recalled: "đã thu hồi" };
//: lines: what is marked and not yet sent, by number; extras: what lay here and stands on no line
let draft = store.read() ?? { lines: {}, extras: {}, at: null };
const extras = new Set(JSON.parse(main.dataset.extras));

const isAnswered = (row) => Boolean(row.dataset.outcome);
const outcomeOf = (row) => row.dataset.outcome || draft.lines[row.dataset.s10]?.outcome || "";
const open = () => rows.filter((row) => !outcomeOf(row));

function keep() {
  if (draft.at || Object.keys(draft.lines).length || Object.keys(draft.extras).length) store.write(draft);
  else store.drop();
  tell();
}

function paint(row) {
  const outcome = outcomeOf(row);
  row.className = row.classList.contains("last") ? "last" : "";
  if (outcome) row.classList.add({ accepted: "got", recalled: "gone" }[outcome] ?? "bad");
  const mark = draft.lines[row.dataset.s10];
  const reason = mark?.reason ? ` · ${at("reason").querySelector(`[value="${mark.reason}"]`).textContent}` : "";
  row.querySelector("[data-says]").textContent = outcome ? WORDS[outcome] + reason : "";
  row.querySelector("input").checked = Boolean(outcome);
}

/** nhận + thiếu + hỏng + từ chối = gửi, or how many are left. */
function tell() {
  const counts = { accepted: 0, missing: 0, damaged: 0, declined: 0, recalled: 0 };
  for (const row of rows) if (outcomeOf(row)) counts[outcomeOf(row)] += 1;
  for (const [outcome, count] of Object.entries(counts)) at(`n-${outcome}`).textContent = count;
  const left = open().length;
  at("left").textContent = left ? `Còn ${left} dòng chưa trả lời` : "Đã cân: mọi dòng đều có trả lời";
  at("left").className = `tag ${left ? "warn" : "ok"}`;
  at("rest").hidden = left === 0;
  at("rest-count").textContent = left;
  const lying = [...new Set([...extras, ...Object.keys(draft.extras)])];
  at("extras").hidden = lying.length === 0;
  at("extra-list").replaceChildren(...lying.map((code) => {
    const line = document.createElement("li");
    line.className = "code";
    line.textContent = code;
    return line;
  }));
}

/** Mark a line; the same mark again, from the keyboard, takes it back. */
function mark(row, outcome, { reason = null, beeped = false } = {}) {
  if (isAnswered(row)) {
    say(`${row.dataset.s10}: đã ghi «${WORDS[row.dataset.outcome]}».`);
    return;
  }
  const { s10 } = row.dataset;
  draft.lines[s10] = { id: draw(), outcome, reason, beeped };
  paint(row);
  keep();
}

function unmark(row) {
  delete draft.lines[row.dataset.s10];
  paint(row);
  keep();
}

function beep(text) {
  const code = tidy(text);
  const row = byNumber.get(code);
  if (!row) {
    if (!/^[A-Z]{2}\d{9}[A-Z]{2}$/.test(code)) {
      refuse(code, "Mã này không phải số bưu gửi. Tắt bộ gõ tiếng Việt rồi quét lại.");
    } else {
      if (!extras.has(code)) draft.extras[code] ??= draw();
      keep();
      refuse(code, "không có trong bảng kê: ghi là bưu gửi thừa.");
    }
    return;
  }
  forgive();
  show(row);
  const had = outcomeOf(row);
  const damaged = draft.lines[code]?.outcome === "damaged";
  if (damaged) draft.lines[code].beeped = true;
  else if (!isAnswered(row)) mark(row, "accepted", { beeped: true });
  keep();
  say(had ? `${code} đã quét rồi.` : `Đã quét ${code}.`, "saved");
}

/** Ask the reason; the answer marks the row. */
function ask(row, outcome) {
  if (isAnswered(row)) return;
  const { s10 } = row.dataset;
  if (irregular && !draft.lines[s10]?.beeped) {
    refuse(s10, "Túi sai niêm phong hoặc sai số lượng: quét bì này trước rồi mới ghi.");
    return;
  }
  at("reason-title").textContent = `${s10}: ${WORDS[outcome]}`;
  at("reason").value = outcome === "damaged" ? "CD07" : "CD08";
  at("why").dataset.outcome = outcome;
  at("why").dataset.s10 = s10;
  at("why").showModal();
  at("reason").focus();
}

function answered() {
  const { outcome, s10 } = at("why").dataset;
  const row = byNumber.get(s10);
  if (at("why").returnValue === "yes") {
    mark(row, outcome, { reason: at("reason").value, beeped: Boolean(draft.lines[s10]?.beeped) });
  }
  row.querySelector("input").focus();
}

/** A whole bag is taken at one press only where its seal and its count were right. */
function takeAll() {
  for (const row of open()) mark(row, "accepted");
  say(`Đã đánh dấu nhận ${rows.length} dòng. Bấm F9 để ký.`, "saved");
}

function missTheRest() {
  for (const row of open()) mark(row, "missing");
  say("Các dòng chưa quét được ghi là thiếu. Bấm F9 để ký.", "saved");
}

function keysOfRow(key) {
  const row = key.target.closest?.("#lines tr");
  if (!row || typing(key.target) || key.ctrlKey || key.altKey || key.metaKey) return;
  const step = { ArrowDown: 1, ArrowUp: -1 }[key.key];
  const acts = {
    m: () => mark(row, "missing"),
    h: () => ask(row, "damaged"),
    t: () => ask(row, "declined"),
    Delete: () => unmark(row),
    Backspace: () => unmark(row),
  };
  const act = acts[key.key.length === 1 ? key.key.toLowerCase() : key.key];
  if (step) rows[rows.indexOf(row) + step]?.querySelector("input").focus();
  else if (act) act();
  else return;
  key.preventDefault();
}

/** Space on a line takes it, or takes the mark back. */
function ticked(event) {
  const row = event.target.closest("tr");
  if (isAnswered(row)) event.target.checked = true;
  else if (!event.target.checked) unmark(row);
  else if (irregular) {
    event.target.checked = false;
    refuse(row.dataset.s10, "Túi sai niêm phong hoặc sai số lượng: phải quét từng bì.");
  } else mark(row, "accepted");
}

/** Send what is marked. Each line has its own answer; true when all of it is written. */
async function write() {
  let refusedNow = false;
  draft.at ??= now();
  store.write(draft);
  const answers = Object.entries(draft.lines).map(([s10, line]) => ({ s10, ...line }));
  if (answers.length) {
    const answer = await send(`/hand-overs/${number}/answers`, { answers, at: draft.at });
    if (!answer.data) return failed(answer);
    refusedNow = settle(answer.data.lines);
  }
  for (const [s10, id] of Object.entries(draft.extras)) {
    const answer = await send(`/hand-overs/${number}/extras`, { id, s10 });
    if (!answer.data) return failed(answer, s10);
    extras.add(s10);
    delete draft.extras[s10];
  }
  draft.at = null;
  keep();
  return !refusedNow;
}

/** Whether any line was refused. */
function settle(lines) {
  for (const line of lines) {
    const row = byNumber.get(line.s10);
    if (line.problem) {
      refuse(line.s10, line.problem.detail);
    } else {
      row.dataset.outcome = draft.lines[line.s10].outcome;
    }
    delete draft.lines[line.s10];
    paint(row);
  }
  const refused = lines.some((line) => line.problem);
  if (refused) say("Một số dòng không ghi được: xem lý do ở trên, rồi tải lại trang.", "bad");
  return refused;
}

function failed(answer, s10) {
  if (!answer.lost) {
    draft.at = null;
    if (s10) {
      delete draft.extras[s10];
      refuse(s10, answer.said);
    }
  }
  keep();
  say(answer.lost ? `${answer.said} Bấm lại để gửi tiếp; không bị ghi hai lần.` : answer.said, "bad");
  return false;
}

async function busy(work) {
  if (at("save").disabled || at("save").getAttribute("aria-busy")) return;
  at("save").setAttribute("aria-busy", "true");
  say("Đang gửi…");
  await work();
  at("save").removeAttribute("aria-busy");
}

async function close() {
  const left = open();
  if (left.length) {
    say(`Còn ${left.length} dòng chưa trả lời: quét, hoặc ghi thiếu, hỏng, từ chối. F4 ghi phần đã làm.`, "bad");
    left[0].querySelector("input").focus();
    return;
  }
  if (!await write()) return;
  if (irregular) {
    store.drop();
    at("ask").requestSubmit();
    return;
  }
  const answer = await send(`/hand-overs/${number}/closing`, {});
  if (!answer.data) {
    failed(answer);
    return;
  }
  store.drop();
  location.assign(`/counter/bags/${number}`);
}

async function layAside() {
  if (await write()) location.assign("/counter/hand-overs");
}

for (const row of rows) paint(row);
tell();
if (Object.keys(draft.lines).length) at("recovered").hidden = false;
listen(beep);
onBeep(beep);
onKeys({ F2: toScan, F4: () => busy(layAside), F9: () => busy(close), Escape: back });
addEventListener("keydown", keysOfRow);
at("lines").addEventListener("change", ticked);
at("why").addEventListener("close", answered);
at("save").addEventListener("click", () => busy(close));
at("aside").addEventListener("click", () => busy(layAside));
at("rest").addEventListener("click", missTheRest);
at("all")?.addEventListener("click", takeAll);
