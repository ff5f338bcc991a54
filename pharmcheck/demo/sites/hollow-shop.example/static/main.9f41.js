"use strict";
// Draws the whole shop in a browser; without one there is nothing to read.
document.getElementById("root").textContent = "Loading the catalogue";
