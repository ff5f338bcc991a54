"use strict";
// Fills the empty policy pages from the affiliate programme's own server; the sample has no such server.
document.querySelectorAll("[data-policy]").forEach((box) => { box.textContent = ""; });
