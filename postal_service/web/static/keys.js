// The keys of every desk page: F2, F4, F7, F9, Esc and the list of keys. What a key does stands as
// a table in that list (templates/keys.html); a page with more to do says so by onKeys.

const keys = document.getElementById("keys");
const TYPING = 'input:not([type="checkbox"], [type="radio"]), textarea, select';
//: what was scanned where nothing takes it: the counter's page looks it up
const CARRIED = "postal-scan";
const own = {};

/** Whether the focus is where a letter is a letter. */
export const typing = (target) => Boolean(target.closest?.(TYPING));

/** Call *acts* by the name of the key; a key held down acts once, and none under an open dialog. */
export function onKeys(acts) {
  Object.assign(own, acts);
}

/** Where the table sends a key: to a field, or to the press of a button. */
function byTable(name) {
  const ways = keys?.dataset[name.toLowerCase()];
  const goal = ways && document.querySelector(ways);
  if (goal) return () => reach(goal);
  return name === "F2" && keys?.dataset.find ? () => lookUp("") : undefined;
}

function reach(goal) {
  if (!goal.matches(TYPING)) {
    goal.click();
    return;
  }
  goal.focus();
  goal.select?.();
}

addEventListener("keydown", (key) => {
  if (key.defaultPrevented || document.querySelector("dialog[open]")) return;
  if (key.key === "?" && !typing(key.target)) {
    key.preventDefault();
    keys?.showModal();
    return;
  }
  const menu = key.key === "Escape" && document.querySelector("details.more[open]");
  const act = menu ? () => { menu.open = false; menu.querySelector("summary").focus(); } : own[key.key] ?? byTable(key.key);
  if (!act) return;
  key.preventDefault();
  if (!key.repeat) act();
});
document.getElementById("show-keys")?.addEventListener("click", () => keys?.showModal());

/** Look a scanned code up: into this page's own field, or else where codes are looked up. */
export function lookUp(text) {
  const field = document.querySelector("[data-scan]");
  if (field && text) {
    field.value = text;
    field.focus();
    return;
  }
  if (!keys?.dataset.find) return;
  sessionStorage.setItem(CARRIED, text);
  location.assign(keys.dataset.find);
}

/** The counter's page takes up what was scanned on another. */
function takeUp() {
  const text = sessionStorage.getItem(CARRIED);
  const code = document.querySelector('form[action="/counter/scan"] #code');
  if (text === null || !code || location.pathname.replace(/\/$/, "") !== "/counter") return;
  sessionStorage.removeItem(CARRIED);
  code.focus();
  if (!text) return;
  code.value = text;
  code.form.requestSubmit();
}

/** Back to where this page was opened from; what is on it is kept. */
export function back() {
  document.querySelector("a[data-back]")?.click();
}

/** To the field a scanner fills, or to where codes are looked up. */
export function toScan() {
  byTable("F2")?.();
}

//: what a list begun on this machine is called, and where it lies
const BEGUN = {
  bag: () => ["túi đang đóng", "/counter/bags/new"],
  courier: () => ["bảng kê bưu tá", "/counter/courier-lists/new"],
  taking: () => ["nhận từ bưu tá", "/counter/taking"],
  evening: () => ["kiểm đếm cuối ngày", "/counter/evening"],
  receive: (number) => [number, `/counter/bags/${number}`],
};

/** Name and place of each list that was begun here and not laid down. */
function begun() {
  return Object.keys(localStorage).flatMap((key) => {
    const [own, kind, id] = key.split(":");
    return own === "postal" && BEGUN[kind] ? [BEGUN[kind](id)] : [];
  });
}

/** Signing out, and somebody else sitting down, empties this machine: what is begun on it is said first, and lost only knowingly. */
function beforeLeaving(event) {
  const lists = begun();
  if (!lists.length || event.currentTarget.dataset.warned) return;
  event.preventDefault();
  event.currentTarget.dataset.warned = "yes";
  const said = document.createElement("p");
  said.className = "note bad";
  said.setAttribute("role", "alert");
  said.append("Trên máy này còn việc đang làm dở, thoát hay đổi người thì mất. Bấm lần nữa để bỏ, hoặc mở lại: ");
  for (const [name, way] of lists) {
    const link = document.createElement("a");
    link.href = way;
    link.textContent = name;
    said.append(link, " ");
  }
  document.getElementById("notice").replaceChildren(said);
}

const swap = document.getElementById("switch");
document.querySelector('form[action="/signout"]')?.addEventListener("submit", beforeLeaving);
swap?.addEventListener("click", beforeLeaving);
addEventListener("keydown", (key) => {
  if (key.key !== "F10" || !swap || key.repeat) return;
  key.preventDefault();
  swap.click();
});
// after the page's own scripts have begun to listen
addEventListener("load", () => setTimeout(takeUp));
