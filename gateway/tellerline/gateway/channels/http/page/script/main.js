// The page begins here.

import { App } from "./app.js";
import { language, speak } from "./language.js";

speak(language());
new App(document.getElementById("page")).begin();
