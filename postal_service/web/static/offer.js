// Filling a bag or a courier's list. A beep looks the paper up and puts it on the list; only F9
// lays the list down. What was beeped is kept on this machine until the server has it.

import { combobox } from "./combobox.js";
import { back, onKeys, toScan } from "./keys.js";
import { at, draw, forgive, kept, main, now, onBeep, refuse, say, send, show, tidy } from "./papers.js";
import { listen } from "./wedge.js";

const kind = main.dataset.kind;
const store = kept(`${kind}:${main.dataset.office}`);
const rows = new Map([...document.querySelectorAll("#lines tr")].map((row) => [row.dataset.s10, row]));
const asking = new Set();
let draft = fresh();

function fresh() {
  return { id: draw(), at: null, to: "", toName: "", seal: "", lines: [] };
}

const boxOf = (row) => row.querySelector("input");
const isOn = (s10) => draft.lines.some((line) => line.s10 === s10);

function keep() {
  if (draft.lines.length || draft.seal || draft.to) store.write(draft);
  else store.drop();
  tell();
}

/** The figures beside the list, and what still keeps it from being laid down. */
function tell() {
  at("count").textContent = draft.lines.length;
  at("empty").hidden = rows.size > 0;
  const sent = Boolean(draft.at);
  at("discard").hidden = sent || draft.lines.length === 0;
  at("frozen").hidden = !sent;
  for (const field of document.querySelectorAll("[data-part]")) field.disabled = sent;
}

function rowOf(line) {
  const row = at("line").content.firstElementChild.cloneNode(true);
  row.dataset.s10 = line.s10;
  for (const cell of row.querySelectorAll("[data-cell]")) cell.textContent = line[cell.dataset.cell] ?? "";
  boxOf(row).setAttribute("aria-label", `Giao ${line.s10}`);
  rows.set(line.s10, row);
  at("lines").prepend(row);
  return row;
}

function putOn(line) {
  const row = rows.get(line.s10) ?? rowOf(line);
  if (!isOn(line.s10)) draft.lines.push({ ...line, id: draw() });
  boxOf(row).checked = true;
  row.classList.add("got");
  row.classList.remove("bad");
  return row;
}

function takeOff(s10) {
  draft.lines = draft.lines.filter((line) => line.s10 !== s10);
  const row = rows.get(s10);
  boxOf(row).checked = false;
  row.classList.remove("got");
}

/** What a row that the server drew says of its paper. */
function lineOf(row) {
  const said = [...row.querySelectorAll("[data-cell]")].map((cell) => [cell.dataset.cell, cell.textContent]);
  return { s10: row.dataset.s10, ...Object.fromEntries(said) };
}

async function beep(text) {
  const code = tidy(text);
  if (draft.at) return refuse(code, "Danh sách này đang chờ máy chủ trả lời. Bấm F9 gửi lại trước.");
  if (asking.has(code)) return undefined;
  const known = rows.get(code);
  if (known) {
    const already = isOn(code);
    const row = putOn(lineOf(known));
    at("lines").prepend(row);
    show(row);
    say(already ? `${code} đã có trong danh sách.` : `Đã thêm ${code}.`, already ? "" : "saved");
    forgive();
    keep();
    return undefined;
  }
  asking.add(code);
  say(`Đang tra ${code}…`);
  const answer = await send("/counter/beeps", { code: text, kind });
  asking.delete(code);
  if (answer.data) {
    show(putOn(answer.data));
    forgive();
    say(`Đã thêm ${answer.data.s10}.`, "saved");
    keep();
  } else {
    refuse(code, answer.said);
    say("");
  }
  return undefined;
}

/** What is missing before the list can be laid down, and where to say it. */
function lacking() {
  if (!draft.to) return [kind === "bag" ? "Chọn bưu cục đến." : "Chọn bưu tá.", kind === "bag" ? "office_text" : "to"];
  if (kind === "bag" && !draft.seal.trim()) return ["Nhập số niêm phong.", "seal"];
  if (!draft.lines.length) return ["Chưa có bưu gửi nào. Quét từng bì vào danh sách.", "code"];
  return null;
}

async function layDown() {
  if (at("save").getAttribute("aria-busy")) return;
  const wrong = lacking();
  if (wrong) {
    say(wrong[0], "bad");
    at(wrong[1]).focus();
    return;
  }
  at("save").setAttribute("aria-busy", "true");
  say("Đang gửi…");
  draft.at ??= now();
  keep();
  const answer = await send("/hand-overs", {
    id: draft.id, kind, to: Number(draft.to), at: draft.at, seal: kind === "bag" ? draft.seal.trim() : null,
    items: draft.lines.map(({ id, s10 }) => ({ id, s10 })),
  });
  at("save").removeAttribute("aria-busy");
  if (answer.data) laidDown(answer.data);
  else if (answer.lost) say(`${answer.said} Bấm F9 để gửi lại; không bị giao hai lần.`, "bad");
  else {
    draft.at = null;
    keep();
    say(answer.said, "bad");
  }
}

/** Every envelope has its own answer: what was refused is said, and stays out of the bag. */
function laidDown({ number, lines }) {
  const refused = lines.filter((line) => line.problem);
  for (const line of refused) {
    takeOff(line.s10);
    rows.get(line.s10).classList.add("bad");
    refuse(line.s10, line.problem.detail);
  }
  if (!number) {
    draft = { ...draft, id: draw(), at: null };
    keep();
    say("Chưa giao được bưu gửi nào. Xem lý do ở trên.", "bad");
    return;
  }
  store.drop();
  if (!refused.length) {
    location.assign(`/counter/bags/${number}?laid=1`);
    return;
  }
  draft = fresh();
  for (const [s10, row] of rows) if (!row.classList.contains("bad")) { row.remove(); rows.delete(s10); }
  tell();
  const link = at("next");
  link.href = `/counter/bags/${number}?laid=1`;
  link.hidden = false;
  link.focus();
  say(`Đã giao ${lines.length - refused.length} bưu gửi theo ${number}. ${refused.length} bưu gửi không giao được.`, "bad");
}

/** Put back what the power took. */
function recover() {
  const found = store.read();
  if (!found) return;
  draft = { ...fresh(), ...found, lines: [] };
  for (const line of found.lines) {
    const row = putOn(line);
    draft.lines[draft.lines.length - 1].id = line.id;
    at("lines").prepend(row);
  }
  if (at("seal")) at("seal").value = draft.seal;
  if (at("office_text")) at("office_text").value = draft.toName;
  if (at("to").tagName === "SELECT") chooseCourier(draft.to);
  if (found.lines.length) at("recovered").hidden = false;
}

function discard() {
  for (const line of [...draft.lines]) takeOff(line.s10);
  draft = fresh();
  store.drop();
  location.reload();
}

/** Mark what lies on the chosen courier's round of today. */
function chooseCourier(id) {
  at("to").value = id;
  let near = 0;
  for (const row of rows.values()) {
    const on = (row.dataset.rounds ?? "").split(" ").includes(id);
    row.querySelector(".tag")?.toggleAttribute("hidden", !on);
    near += on ? 1 : 0;
  }
  at("suggest").hidden = near === 0;
  at("suggested").textContent = near;
}

function suggest() {
  for (const row of rows.values()) {
    if ((row.dataset.rounds ?? "").split(" ").includes(draft.to)) putOn(lineOf(row));
  }
  keep();
}

function startFields() {
  if (kind === "bag") {
    combobox(at("office_text"), {
      chosen: (option) => {
        Object.assign(draft, { to: option.dataset.id, toName: option.dataset.text });
        keep();
        at("seal").focus();
      },
      cleared: () => { draft.to = ""; },
    });
    at("seal").addEventListener("input", () => { draft.seal = at("seal").value; keep(); });
    at("seal").addEventListener("keydown", (key) => { if (key.key === "Enter") at("code").focus(); });
    return;
  }
  at("to").addEventListener("change", () => { draft.to = at("to").value; chooseCourier(draft.to); keep(); });
  at("suggest").addEventListener("click", suggest);
  if (at("to").value) draft.to = at("to").value;
}

/** A scan into the seal's field is the seal; anywhere else it is an envelope. */
function scanned(text) {
  if (document.activeElement?.id !== "seal") return beep(text);
  at("seal").value = draft.seal = text;
  keep();
  at("code").focus();
  return undefined;
}

startFields();
recover();
tell();
if (kind === "courier") chooseCourier(draft.to);
listen(scanned);
onBeep(beep);
onKeys({ F2: toScan, F4: back, F9: layDown, Escape: back });
at("save").addEventListener("click", layDown);
at("discard").addEventListener("click", discard);
at("lines").addEventListener("change", (event) => {
  const row = event.target.closest("tr");
  if (draft.at) event.target.checked = isOn(row.dataset.s10);
  else if (event.target.checked) putOn(lineOf(row));
  else takeOff(row.dataset.s10);
  keep();
});
