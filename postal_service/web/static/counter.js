// The counter by keyboard. The server is the truth: this only moves the focus, shows what belongs
// to the chosen service, counts papers as published, and sends the form once.

import { isCard, settled, take } from "./card.js";
import { combobox } from "./combobox.js";
import { lookUp, onKeys, toScan } from "./keys.js";
import { moveOn, wanted } from "./steps.js";
import { listen } from "./wedge.js";

const OF_AN_AGENCY = /^(?:\d{3}\.\d{2}\.\d{2}\.[GH]\d{2}|[GH]\d{2}(?:\.\d{2,3}){0,3})-\d{6,8}-\d{4,7}$/i;

const at = (id) => document.getElementById(id);
const form = at("intake");
const htmx = () => window.htmx;

function sayState(name) {
  const state = at("state");
  if (state) state.textContent = state.dataset[name] ?? "";
}

/** What belongs to another service is out of sight and out of the way of Tab. */
function arrange() {
  const service = form.elements.service?.value || "both";
  for (const part of form.querySelectorAll("[data-for]")) {
    part.hidden = !part.dataset.for.split(" ").includes(service);
  }
  at("receiver").hidden = !at("other_receiver").checked;
  at("representative").hidden = !at("represented").checked;
  at("exempt").hidden ||= at("state_moment").value !== "exempt";
  at("back-pay").hidden ||= form.elements.return_way.value !== "home";
  at("phone").disabled = at("no_phone").checked;
  const required = [...at("papers").querySelectorAll('tr[data-required="yes"] input[name^="has-"]')];
  if (at("all-papers")) at("all-papers").checked = required.length > 0 && required.every((box) => box.checked);
}

/** A ticked paper counts as published; an unticked one counts nothing. */
function tick(box) {
  const row = box.closest("tr");
  row.classList.toggle("miss", row.dataset.required === "yes" && !box.checked);
  for (const count of row.querySelectorAll('input[type="number"]')) {
    count.value = box.checked ? count.dataset.asked : 0;
  }
}

function papersOf(row) {
  return [...row.closest("tbody").querySelectorAll('input[name^="has-"]')];
}

/** What was wrong with a field is said until the field changes. */
function forgive(id) {
  at(`${id}-err`)?.remove();
  at(id)?.removeAttribute("aria-invalid");
}

/** F8: the whole list by one key, as published. */
function countAll() {
  const rows = [...at("papers").querySelectorAll("tbody tr")];
  const box = (row) => row.querySelector('input[name^="has-"]');
  const on = wanted(rows, (row) => box(row).checked);
  for (const row of rows) {
    if (box(row).checked === on.includes(row)) continue;
    box(row).checked = on.includes(row);
    forgive(box(row).id);
    tick(box(row));
  }
  if (rows.length) form.dispatchEvent(new Event("change", { bubbles: true }));
}

function changed(event) {
  const box = event.target;
  if (box === form) return;
  forgive(box.id);
  settled(box.id);
  if (box.id === "all-papers") {
    for (const row of at("papers").querySelectorAll('tr[data-required="yes"]')) {
      const paper = row.querySelector('input[name^="has-"]');
      paper.checked = box.checked;
      forgive(paper.id);
      tick(paper);
    }
  } else if (box.name?.startsWith("has-")) {
    tick(box);
  } else if (box.type === "number" && Number(box.value) > 0) {
    const paper = box.closest("tr").querySelector('input[name^="has-"]');
    paper.checked = true;
    forgive(paper.id);
    box.closest("tr").classList.remove("miss");
  }
  arrange();
}

function moveInPapers(key) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[key.key];
  if (!step || !key.target.name?.startsWith("has-")) return;
  key.preventDefault();
  const boxes = papersOf(key.target);
  boxes[boxes.indexOf(key.target) + step]?.focus();
}

/** A card that came too slowly for a scan is one all the same: it is no code to look up. */
function slowCard(event) {
  const code = at("code");
  if (!form || event.target !== code?.form || !isCard(code.value)) return;
  event.preventDefault();
  event.stopPropagation();
  const text = code.value;
  code.value = "";
  take(form, text, "keyboard");
}

/** One form, one send: the second press finds the button busy, the server finds the first's receipt. */
function send(event) {
  const away = !event.submitter || event.submitter.formTarget !== "_blank";
  if (!away) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  at("save").setAttribute("aria-busy", "true");
  sayState("saving");
}

function fill(id, value) {
  const field = at(id);
  field.value = value;
  field.focus();
  field.dispatchEvent(new Event("change", { bubbles: true }));
}

/** A scan looks up or fills; it never saves. */
function scanned(text) {
  const digits = text.replace(/[\s.]/g, "");
  if (form && isCard(text)) {
    take(form, text, "keyboard");
    return;
  }
  if (form && /^(\d{9}|\d{12})$/.test(digits)) {
    fill("citizen_id", digits);
    return;
  }
  // from the agency's own slip, where its result is to be registered
  if (form?.elements.service?.value === "return" && OF_AN_AGENCY.test(text.trim())) {
    fill("agency_code", text.trim().toUpperCase());
    return;
  }
  const code = at("code");
  if (!code) {
    lookUp(text);
    return;
  }
  code.value = text;
  code.form.requestSubmit();
  code.focus();
  code.select();
}

function startForm() {
  combobox(at("procedure_text"), {
    chosen: (option) => {
      at("procedure_id").value = option.dataset.id;
      htmx().trigger(at("procedure_id"), "chosen");
      form.dataset.chosen = "yes";
    },
    cleared: () => { at("procedure_id").value = ""; },
  });
  form.addEventListener("change", changed);
  form.addEventListener("keydown", moveInPapers);
  form.addEventListener("keydown", (key) => moveOn(form, key));
  form.addEventListener("submit", send);
  form.addEventListener("click", (press) => {
    const offer = press.target.closest("[data-fill]");
    if (offer) fill(offer.dataset.fill, offer.dataset.value);
  });
  // The summary first, then Tab leads to the first field that is wrong.
  at("errors")?.addEventListener("click", toWrong);
  at("errors")?.focus();
  arrange();
  offerCamera();
}

/** From the summary to the field, its text marked: what is typed next replaces it. */
function toWrong(press) {
  const field = press.target.closest("a") && at(press.target.closest("a").hash.slice(1));
  if (!field) return;
  press.preventDefault();
  const box = field.matches("input, select") ? field : field.querySelector("input") ?? field;
  box.focus();
  if (box.matches('input:not([type="checkbox"], [type="radio"])')) box.select();
}

/** The camera's part is fetched only where there is something to read codes with. */
async function offerCamera() {
  if (!("BarcodeDetector" in window)) return;
  const { able, watch } = await import("./camera.js");
  at("by-camera").hidden = !(await able());
  at("by-camera").addEventListener("click", () => watch((text) => take(form, text, "camera")));
}

function answered() {
  sayState("");
}

/** Papers change hands by a press of the button: Enter in a field may come from a scanner. */
function holdBack(key) {
  const deliberate = key.target.form?.hasAttribute("data-deliberate");
  if (key.key === "Enter" && deliberate && key.target.matches("input, select")) key.preventDefault();
}

/** The seconds in which one's own act may be taken back run out before the clerk's eyes. */
function countDown() {
  const button = at("panel")?.querySelector("[data-seconds]");
  if (!button) return;
  const end = performance.now() + 1000 * Number(button.dataset.seconds);
  const tick = setInterval(() => {
    const left = Math.ceil((end - performance.now()) / 1000);
    if (left <= 0) button.form.remove();
    else button.querySelector("[data-left]").textContent = left;
    if (left <= 0 || !button.isConnected) clearInterval(tick);
  }, 250);
}

function swapped(event) {
  if (!form) return;
  if (event.detail.ctx.target?.id === "panel") {
    countDown();
    // a scanned blank has one way on: the person's own Enter opens it
    at("panel").querySelector("[data-go]")?.focus();
  }
  arrange();
  for (const says of form.querySelectorAll(".says")) {
    const field = at(says.dataset.field);
    if (says.querySelector(".err")) field.setAttribute("aria-invalid", "true");
    else if (says.childElementCount) field.removeAttribute("aria-invalid");
  }
  if (form.dataset.chosen) {
    delete form.dataset.chosen;
    at("agency_id")?.focus();
  }
}

function startPrinting() {
  const receipt = at("receipt");
  receipt?.addEventListener("load", () => {
    // a browser without a PDF viewer shows a link instead: the clerk prints from there
    try {
      receipt.contentWindow.print();
    } catch {
      receipt.focus();
    }
    at("next").focus();
  }, { once: true });
  // a page that asks for something first says so itself
  if (!document.querySelector("[autofocus]")) at("next")?.focus();
}

if (form) startForm();
startPrinting();
listen(scanned);
// the counter's other pages do what the table of keys says
if (form) onKeys({
  F2: toScan,
  F4: () => form.requestSubmit(at("hold")),
  F8: countAll,
  F9: () => form.requestSubmit(at("save")),
});
addEventListener("offline", () => sayState("lost"));
addEventListener("online", () => sayState(""));
// Back from the receipt: the browser may show the sent form again as it was.
addEventListener("pageshow", () => { if (form) delete form.dataset.sent; });
addEventListener("keydown", holdBack);
addEventListener("submit", slowCard, true);
document.addEventListener("htmx:before:response", answered);
document.addEventListener("htmx:after:swap", swapped);
document.addEventListener("htmx:error", () => sayState("lost"));
