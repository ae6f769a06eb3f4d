// The supervisor's live pages. The server tells figures; when they change the part they are about
// is fetched again, with ticks and focus kept. It nags in words, in colour and on the browser's tab,
// and never makes a sound.

const at = (id) => document.getElementById(id);
const main = document.querySelector("[data-feed]");
const part = at("part");
const live = at("live");
const title = document.title;
//: Milliseconds without a word from the server after which the line is dead: two pulses and a bit.
const DEAD = 40_000;
const AGAIN = 3_000;

//: What the figures were when the part was made.
let shown = main.dataset.mark;
let line = null;
let watchdog = 0;

function say(name) {
  live.classList.toggle("lost", name !== "on");
  live.textContent = live.dataset[name];
  if (name !== "closed") return;
  const way = document.createElement("a");
  way.href = `/signin?next=${location.pathname}`;
  way.textContent = "Đăng nhập";
  live.append(" ", way);
}

function ticked() {
  return [...part.querySelectorAll('input[name="alarm"]:checked')];
}

function count() {
  const said = at("ticked");
  if (!said) return;
  const marked = ticked().length;
  said.textContent = marked
    ? `Trả lời ${marked} cảnh báo đã đánh dấu:`
    : "Đánh dấu cảnh báo, rồi chọn câu trả lời:";
}

/** Fetch what the figures are about; what was ticked and where the person was stay. */
async function refresh() {
  const answer = await fetch(location.pathname, { headers: { "HX-Request": "true" } });
  if (answer.status === 401) {
    say("closed");
    return false;
  }
  if (!answer.ok) throw new Error(`${answer.status}`);
  const text = await answer.text();
  const marked = new Set(ticked().map((box) => box.id));
  const here = document.activeElement?.id;
  part.innerHTML = text;
  for (const box of part.querySelectorAll('input[name="alarm"]')) box.checked = marked.has(box.id);
  if (at("bar")) at("bar").hidden = !part.querySelector('input[name="alarm"]');
  if (here && document.activeElement === document.body) at(here)?.focus();
  count();
  return true;
}

async function figures(event) {
  const told = JSON.parse(event.data);
  document.title = told.loud ? `(${told.loud}) ${title}` : title;
  main.classList.toggle("loud", told.loud > 0);
  try {
    // the first word after a break may be about what happened meanwhile
    if (told.mark !== shown && !(await refresh())) return;
    shown = told.mark;
    say("on");
  } catch {
    say("lost");
  }
}

function alive() {
  clearTimeout(watchdog);
  watchdog = setTimeout(() => again("lost"), DEAD);
}

function again(name) {
  line?.close();
  clearTimeout(watchdog);
  say(name);
  watchdog = setTimeout(open, AGAIN);
}

function open() {
  line = new EventSource(main.dataset.feed);
  alive();
  line.addEventListener("figures", (event) => {
    alive();
    figures(event);
  });
  line.addEventListener("pulse", alive);
  line.addEventListener("away", () => {
    alive();
    say("away");
  });
  line.addEventListener("closed", signedOut);
  line.onerror = broken;
}

/** A line that is refused does not say why: ask once, plainly. */
async function broken() {
  line.close();
  const asked = await fetch(location.pathname, { headers: { "HX-Request": "true" } }).catch(() => null);
  if (asked?.status === 401) signedOut();
  else again("lost");
}

function signedOut() {
  line.close();
  clearTimeout(watchdog);
  document.title = `(?) ${title}`;
  say("closed");
}

function move(step) {
  const boxes = [...part.querySelectorAll('input[name="alarm"]')];
  const next = boxes.indexOf(document.activeElement) + step;
  boxes[Math.max(0, Math.min(boxes.length - 1, next))]?.focus();
}

/** 1 to 4 answer what is ticked; where nothing is, the line one is on. */
function reply(key) {
  const button = document.querySelector(`button[data-key="${key}"]`);
  if (!button) return;
  const here = document.activeElement;
  if (!ticked().length && here?.name === "alarm") here.checked = true;
  if (ticked().length) button.form.requestSubmit(button);
  else move(1);
}

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-all]")) {
    for (const box of event.target.closest("section").querySelectorAll('input[name="alarm"]')) {
      box.checked = event.target.checked;
    }
  }
  count();
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    if (!part.querySelector('input[name="alarm"]')) return;
    event.preventDefault();
    move(event.key === "ArrowDown" ? 1 : -1);
  } else if (/^[1-9]$/.test(event.key)) reply(event.key);
});

at("answers")?.addEventListener("submit", (event) => {
  if (!ticked().length || event.currentTarget.dataset.sent) {
    event.preventDefault();
    return;
  }
  event.currentTarget.dataset.sent = "yes";
});

addEventListener("offline", broken);
// a page taken from the browser's memory is old, and its form may have been sent
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});
open();
