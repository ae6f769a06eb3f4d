// A scanner on a USB plug types like a person, only faster. Keys closer than 35 ms, six of them
// at least, ended by Enter, are a scan: they are taken back out of the field they fell into, and
// submit nothing. A field made for scans (data-scan) is read whole: a busy machine may pause in
// the middle of a number, and half a number is somebody else's.

const APART = 35;
const SHORTEST = 6;
// Nobody ends a name or an address with one of our numbers, or with a card's: it is a scan,
// however slowly it came.
const OURS = /(?:[A-Z]{2}\d{9}VN|LD-?\d{6}-?\d{5}|GS-\d{1,18}-\d{1,3}-[0-9A-Z]{13}|\d{12}\|.*)$/i;

/** Call *heard* with the text of each scan. */
export function listen(heard) {
  let text = "";
  let last = -Infinity;
  let field = null;
  let before = "";

  addEventListener("keydown", (key) => {
    const fast = key.timeStamp - last < APART;
    last = key.timeStamp;
    if (key.key === "Enter") {
      // no code has a blank in it but a card's; a name that is typed has
      const blank = text.includes(" ") && !text.includes("|");
      let scan = fast && text.length >= SHORTEST && !blank ? text : "";
      text = "";
      const ours = OURS.exec(document.activeElement?.value ?? "");
      if (ours && !document.activeElement.hasAttribute("data-scan")) {
        field = document.activeElement;
        before = field.value.slice(0, ours.index);
        [scan] = ours;
      }
      if (!scan) return;
      key.preventDefault();
      key.stopImmediatePropagation();
      if (field?.hasAttribute("data-scan")) {
        scan = field.value;
        field.value = "";
      } else if (field && "value" in field) field.value = before;
      heard(scan);
      return;
    }
    if (key.key.length !== 1 || key.ctrlKey || key.altKey || key.metaKey) return;
    if (!fast || document.activeElement !== field) {
      text = "";
      field = document.activeElement;
      before = field?.value ?? "";
    }
    text += key.key;
  }, true);
}
