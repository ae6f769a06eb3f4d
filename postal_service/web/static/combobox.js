// The procedure list: the server fills it, arrows move in it, Enter or a click chooses.

/** Wire *input* to its listbox and call *chosen* with the option. Typing again takes it back. */
export function combobox(input, { chosen, cleared }) {
  const list = document.getElementById(input.getAttribute("aria-controls"));
  const options = () => [...list.querySelectorAll('[role="option"]:not([aria-disabled])')];
  const marked = () => options().find((option) => option.getAttribute("aria-selected") === "true");

  function mark(option) {
    for (const each of options()) each.setAttribute("aria-selected", String(each === option));
    if (option) {
      input.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    }
  }

  function close() {
    list.replaceChildren();
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function choose(option) {
    input.value = option.dataset.text;
    close();
    chosen(option);
  }

  new MutationObserver(() => {
    input.setAttribute("aria-expanded", String(list.children.length > 0));
    if (list.children.length) mark(marked());
  }).observe(list, { childList: true });

  input.addEventListener("input", cleared);
  input.addEventListener("blur", () => setTimeout(close, 150));
  input.addEventListener("keydown", (key) => {
    const all = options();
    const step = { ArrowDown: 1, ArrowUp: -1 }[key.key];
    if (step && all.length) {
      key.preventDefault();
      mark(all[(all.indexOf(marked()) + step + all.length) % all.length]);
    } else if (key.key === "Enter") {
      key.preventDefault(); // Enter chooses; F9 saves
      if (marked()) choose(marked());
    } else if (key.key === "Escape" && list.children.length) {
      key.preventDefault(); // one Escape closes the list, the next leaves the page
      close();
    }
  });
  list.addEventListener("mousedown", (press) => {
    const option = press.target.closest('[role="option"]:not([aria-disabled])');
    if (option) {
      press.preventDefault();
      choose(option);
    }
  });
}
