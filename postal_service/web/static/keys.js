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
