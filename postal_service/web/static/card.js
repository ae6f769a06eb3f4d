// A citizen's card: it fills what is empty, and says beside a field what stands on the card and
// differs. Nothing is overwritten unasked, nothing of the card is kept.

const at = (id) => document.getElementById(id);
/** What the card tells of whom: the applicant, or whoever stands here for her. */
const PLACES = {
  people: { number: "citizen_id", name: "name", address: "address" },
  representative: { number: "rep_id", name: "rep_name" },
};
const plain = (text) => text.normalize("NFC").toLowerCase().replace(/[\s.,]+/g, " ").trim();
const digits = (text) => text.replace(/[\s.]/g, "");

/** Whether a scan means to be a card: none of our own codes holds a bar. */
export const isCard = (text) => text.split("|").length >= 5;

function say(text, bad = false) {
  const said = at("card-says");
  said.textContent = text;
  said.className = bad ? "err" : "hint";
}

async function ask(form, text, by) {
  try {
    const answer = await fetch("/counter/card", {
      method: "POST",
      headers: { "content-type": "application/json", accept: "application/json", "x-csrf-token": form.elements.csrf.value },
      body: JSON.stringify({ text: text.replace(/\p{C}/gu, "").slice(0, 600), by }),
    });
    const data = await answer.json();
    if (answer.ok) return data;
    say(data.detail, true);
  } catch {
    say("Mất kết nối, chưa đọc được thẻ. Quét lại khi có mạng, hoặc gõ tay.", true);
  }
  return null;
}

/** "Trên thẻ: …" under the field, with a button that takes it over. */
function offer(field, value) {
  const line = document.createElement("div");
  line.className = "on-card";
  line.dataset.of = field.id;
  const words = document.createElement("small");
  words.className = "hint";
  words.append("Trên thẻ: ", Object.assign(document.createElement("b"), { textContent: value }));
  const take = document.createElement("button");
  take.type = "button";
  take.className = "ghost small";
  take.dataset.fill = field.id;
  take.dataset.value = value;
  take.textContent = "Lấy theo thẻ";
  take.setAttribute("aria-label", `Lấy theo thẻ: ${value}`);
  line.append(words, " ", take);
  field.after(line);
  return take;
}

/** What was offered beside *id*, gone: the field was filled or typed in anew. */
export function settled(id) {
  for (const line of document.querySelectorAll(`.on-card[data-of="${id}"]`)) line.remove();
}

/** Read the scan *text* and hold it against the form. */
export async function take(form, text, by) {
  const forOther = Boolean(document.activeElement.closest?.("#representative"));
  say("Đang đọc thẻ…");
  const card = await ask(form, text, by);
  if (!card) return;
  const differing = [];
  for (const [part, id] of Object.entries(PLACES[forOther ? "representative" : "people"])) {
    const field = at(id);
    const same = part === "number" ? digits : plain;
    settled(id);
    if (!card[part] || same(card[part]) === same(field.value)) continue;
    if (field.value.trim()) {
      differing.push(offer(field, card[part]));
    } else {
      field.value = card[part];
      field.dispatchEvent(new Event("change", { bubbles: true }));
    }
  }
  const names = by === "camera" ? "" : " Họ tên và địa chỉ ghi tay.";
  say(`Đã đọc thẻ: ${card.said}.${differing.length ? " Có chỗ khác với thẻ." : names}`);
  const empty = [...form.querySelectorAll("#people input:not([type=checkbox])")];
  const open = empty.find((field) => !field.value && field.offsetParent !== null && !field.disabled);
  (differing[0] ?? open)?.focus();
}
