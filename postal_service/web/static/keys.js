// The keys of every desk page: F2, F4, F9, Esc and the list of keys. A page says what each does.

const keys = document.getElementById("keys");
const TYPING = 'input:not([type="checkbox"], [type="radio"]), textarea, select';

/** Whether the focus is where a letter is a letter. */
export const typing = (target) => Boolean(target.closest?.(TYPING));

/** Call *acts* by the name of the key; a key held down acts once, and none under an open dialog. */
export function onKeys(acts) {
  addEventListener("keydown", (key) => {
    if (key.defaultPrevented || document.querySelector("dialog[open]")) return;
    const act = acts[key.key];
    if (key.key === "?" && !typing(key.target)) {
      key.preventDefault();
      keys?.showModal();
    } else if (act) {
      key.preventDefault();
      if (!key.repeat) act();
    }
  });
  document.getElementById("show-keys")?.addEventListener("click", () => keys.showModal());
}

/** Back to where this page was opened from; what is on it is kept. */
export function back() {
  document.querySelector("a[data-back]")?.click();
}

/** To the field a scanner fills. */
export function toScan() {
  const code = document.getElementById("code");
  code?.focus();
  code?.select();
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
