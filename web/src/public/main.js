// The public pages of badges and organizations come whole from the worker; this adds the line work of the head.

import { engraving } from "../view/engraving.js";

document.querySelector("#head")?.prepend(engraving());
