// The forms of a door: who takes the paper, the code, the signature, a photo.

import { MOST_WRONG, Tries, fits, verifierFor } from "./code_check.js";
import { busy, free } from "./courier.js";
import { Pad, Refused, send, shrunk } from "./proofs.js";

const form = document.querySelector("form[data-scan]");
const scan = form.dataset.scan;
for (const part of form.querySelectorAll("[data-script]")) part.hidden = false;

// Only what the chosen person needs is asked for.
const asked = [...form.querySelectorAll("[data-for]")];
const choose = () => {
  const relation = form.querySelector("[name=relation]:checked")?.value ?? "";
  for (const part of asked) {
    const needed = part.dataset.for.split(" ").includes(relation);
    part.hidden = !needed;
    part.querySelector("input").required = needed;
  }
};
form.addEventListener("change", choose);
choose();

// A signature, drawn with a finger.
const canvas = form.querySelector("canvas");
const pad = canvas && new Pad(canvas);
form.querySelector("[data-clear]")?.addEventListener("click", () => {
  pad.clear();
  form.elements.signature.value = "";
});

// The code is looked at as soon as it has six digits; after five wrong ones only a paper helps.
const code = form.elements.code;
let looking = Promise.resolve(true);
if (code) {
  const said = document.getElementById("code-said");
  const tries = new Tries(form.dataset);
  const verifier = verifierFor(form.dataset).catch(() => null);
  const tell = (words, kind = "") => {
    said.textContent = words;
    said.className = `status ${kind}`;
  };
  const lock = () => {
    code.value = "";
    code.disabled = true;
    form.querySelector("[name=no_code][value=locked]").checked = true;
    document.getElementById("by-id").open = true;
    tell(`Đã khóa sau ${MOST_WRONG} lần sai. Kiểm tra giấy tờ tùy thân ở dưới.`, "wrong");
  };
  const look = async (typed) => {
    const against = await verifier;
    if (!against || !crypto.subtle) {
      tell("Máy chủ sẽ kiểm tra mã khi gửi.");
      return true;
    }
    tell("Đang kiểm tra mã…");
    if (await fits(against, typed)) {
      tell("Mã đúng.", "saved");
      return true;
    }
    tries.add();
    if (tries.locked) lock();
    else tell(`Mã không đúng, còn ${MOST_WRONG - tries.wrong} lần thử. Hỏi lại mã.`, "wrong");
    return false;
  };
  let looked = "";
  code.addEventListener("input", () => {
    const typed = code.value.replace(/\D/g, "");
    if (typed.length !== 6) {
      looked = "";
      tell("");
      looking = Promise.resolve(true);
    } else if (typed !== looked) {
      looked = typed;
      looking = look(typed);
    }
  });
  if (tries.locked) lock();
}

// Photos are made small as soon as they are taken.
const photo = form.querySelector("[data-photo]");
let taken = null;
photo?.addEventListener("change", async () => {
  const told = document.getElementById("photo-said");
  taken = null;
  if (!photo.files.length) return;
  try {
    taken = await shrunk(photo.files[0]);
    told.textContent = `Đã có ảnh, ${Math.round(taken.size / 1024)} kB.`;
  } catch {
    told.textContent = "Ảnh không đọc được. Chụp lại.";
  }
});

function hidden(name, value) {
  const found = document.createElement("input");
  Object.assign(found, { type: "hidden", name, value });
  form.append(found);
}

function alarm(words) {
  form.querySelector("[role=alert]")?.remove();
  const notice = document.createElement("div");
  notice.className = "notice bad";
  notice.setAttribute("role", "alert");
  const line = document.createElement("p");
  line.textContent = words;
  notice.append(line);
  form.prepend(notice);
  notice.scrollIntoView({ block: "center" });
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (form.dataset.sent) return;
  const button = event.submitter;
  busy(form, button);
  try {
    if (!(await looking)) {
      free(form, button);
      if (!code.disabled) code.focus();
      return;
    }
    const token = form.elements.csrf.value;
    if (pad && !pad.empty) {
      form.elements.signature.value = await send(scan, "signature", await pad.picture(), token);
    }
    if (taken) {
      hidden("photos", await send(scan, "photo", taken, token));
      taken = null;
    }
    form.submit();
  } catch (error) {
    free(form, button);
    alarm(error instanceof Refused ? error.message
      : "Chưa gửi được chữ ký hoặc ảnh. Giữ trang này và bấm lại khi có sóng.");
  }
});
