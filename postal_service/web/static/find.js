// A page without a scanner's work of its own: the keys, and a scan is looked up at the counter.

import { lookUp } from "./keys.js";
import { listen } from "./wedge.js";

listen(lookUp);
