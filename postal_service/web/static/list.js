// A list to read: F9 leads on, Esc back, a scan to whatever it names.

import { back, onKeys } from "./keys.js";
import { listen } from "./wedge.js";

const print = document.getElementById("print");
const next = document.getElementById("next");

onKeys({ F9: () => next.click(), Escape: back });
listen((text) => location.assign(`/counter/hand-overs/find?code=${encodeURIComponent(text)}`));
// what was just laid down is printed first
if (new URLSearchParams(location.search).has("laid")) print?.focus();
