// What the hand-over pages share: the server's clock, its answers, and a list that outlives a
// power cut. The list lies on this machine alone and holds numbers, no names.

export const at = (id) => document.getElementById(id);
export const main = document.querySelector("main");

const started = performance.now();
const drawn = Date.parse(main.dataset.now);

/** The moment by the server's clock: a counter's own clock may be wrong. */
export const now = () => new Date(drawn + performance.now() - started).toISOString();

/** A number nobody else draws; plain http on a village line has no randomUUID. */
export function draw() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** A code as a label has it, however it was typed. */
export const tidy = (text) => text.replace(/[\s-]/g, "").toUpperCase();

/**
 * Post *body*; the answer's ``data``, or ``said``: why not. ``lost``: nobody knows what became of
 * it, and the same thing is to be sent again.
 */
export async function send(url, body) {
  let answer;
  try {
    answer = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", accept: "application/json", "x-csrf-token": main.dataset.csrf },
      body: JSON.stringify(body),
    });
  } catch {
    return { lost: true, said: "Mất kết nối. Danh sách vẫn còn trên máy này." };
  }
  const data = await answer.json().catch(() => ({}));
  if (answer.ok) return { data };
  if (answer.status === 401) return { said: "Phiên làm việc đã hết. Đăng nhập lại; danh sách vẫn còn trên máy này." };
  const said = data.detail ?? "Máy chủ không trả lời được. Thử lại sau ít giây.";
  return { lost: answer.status >= 500, said, status: answer.status };
}

/** What this machine keeps under *name*, until it is let go. */
export function kept(name) {
  const key = `postal:${name}`;
  return {
    read() {
      try {
        return JSON.parse(localStorage.getItem(key)) ?? null;
      } catch {
        return null;
      }
    },
    write(value) {
      try {
        localStorage.setItem(key, JSON.stringify(value));
      } catch {
        say("Máy này không giữ được danh sách: đừng đóng trang trước khi lưu.", "bad");
      }
    },
    drop: () => localStorage.removeItem(key),
  };
}

/** The line under the button: what the page is doing, what it did, what is wrong. */
export function say(text, kind = "") {
  const state = at("state");
  state.textContent = text;
  state.className = `status ${kind}`;
}

/** Put a refusal where it stays until it has been seen: a beep makes no sound here. */
export function refuse(code, said) {
  const line = document.createElement("li");
  const number = document.createElement("b");
  number.className = "code";
  number.textContent = code;
  line.append(number, ` ${said}`);
  at("refused").prepend(line);
  while (at("refused").children.length > 5) at("refused").lastElementChild.remove();
  at("wrong").hidden = false;
  at("scan").classList.add("wrong");
}

export function forgive() {
  at("scan").classList.remove("wrong");
}

/** A scan, or a number typed and sent by Enter, comes to *heard*; the field is empty again. */
export function onBeep(heard) {
  at("scan").addEventListener("submit", (event) => {
    event.preventDefault();
    const text = at("code").value.trim();
    at("code").value = "";
    if (text) heard(text);
  });
  at("seen")?.addEventListener("click", () => {
    at("refused").replaceChildren();
    at("wrong").hidden = true;
    forgive();
    at("code").focus();
  });
}

/** Bring the row the last beep spoke of into sight. */
export function show(row) {
  document.querySelector("tr.last")?.classList.remove("last");
  row.classList.add("last");
  row.scrollIntoView({ block: "nearest" });
}
