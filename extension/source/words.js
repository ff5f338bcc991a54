// For pages that only hold words.
import { fillPage } from "./page.js";

fillPage();
document.body.dataset.ready = "yes";
