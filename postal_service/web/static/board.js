// The list of bags: a scan opens one, a digit leads to one of the three jobs.

import { onKeys, toScan, typing } from "./keys.js";
import { listen } from "./wedge.js";

const APART = 120;
const code = document.getElementById("code");
let pressed = 0;

listen((text) => {
  pressed += 1;
  code.value = text;
  code.form.requestSubmit();
});
onKeys({ F2: toScan });
addEventListener("keydown", (key) => {
  pressed += 1;
  const bare = !key.ctrlKey && !key.altKey && !key.metaKey;
  if (typing(key.target) || !bare || !/^[123]$/.test(key.key)) return;
  // A seal may begin with this digit: a scanner's next key comes sooner than a person's.
  const mine = pressed;
  setTimeout(() => { if (pressed === mine) document.getElementById(`way-${key.key}`).click(); }, APART);
});
