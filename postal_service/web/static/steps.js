// Through the form without the mouse: Enter goes to the next field, F8 counts the papers.

const STOPS = 'input:not([type="hidden"], [type="radio"], [type="checkbox"], [type="number"]), select, #all-papers';
const seen = (field) => !field.disabled && field.offsetParent !== null;
/** Papers beyond the list and copies of single papers are for the few: Tab goes there. */
const usual = (field) => !field.closest("#extras");

/** The field after *from* that a clerk types in; the button that saves after the last. */
export function next(form, from) {
  const after = (field) => from.compareDocumentPosition(field) & Node.DOCUMENT_POSITION_FOLLOWING;
  const field = [...form.querySelectorAll(STOPS)].find((each) => after(each) && seen(each) && usual(each));
  return field ?? document.getElementById("save");
}

/** Move on from the field that *key* was pressed in; a button and a link keep their Enter. */
export function moveOn(form, key) {
  if (key.key !== "Enter" || key.defaultPrevented || !key.target.matches("input, select")) return;
  key.preventDefault();
  const field = next(form, key.target);
  field?.focus();
  if (field?.matches('input:not([type="checkbox"])')) field.select();
}

/** Required papers, then every paper, then none: which rows the next press of F8 leaves ticked. */
export function wanted(rows, ticked) {
  const required = rows.filter((row) => row.dataset.required);
  if (!required.every(ticked)) return rows.filter((row) => row.dataset.required || ticked(row));
  return rows.every(ticked) ? [] : rows;
}
