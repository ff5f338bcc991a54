// What the owner of this browser may choose.  A permission is asked for at the moment it is needed, and given back.

import { api } from "./browser.js";
import { readKey } from "./listfile.js";
import { day, fillPage, say } from "./page.js";
import { readSettings, serviceAddress } from "./settings.js";
import { CLASSES, forgetLists, readLists } from "./shelf.js";
import { readState, update } from "./update.js";

const at = (id) => document.getElementById(id);
const NEEDED = { permissions: ["webNavigation"] };

fillPage();
const settings = await readSettings();
const granted = await api.permissions.contains(NEEDED);
for (const choice of ["badge", "warn"]) {
  at(choice).checked = granted && settings[choice];
  at(choice).addEventListener("change", () => choose(choice));
}
at("service").value = settings.service;
at("key").value = settings.key;
at("own").addEventListener("submit", save);
at("update").addEventListener("click", async () => {
  at("update").disabled = true;
  await update();
  await showLists();
  at("update").disabled = false;
});
await showLists();
document.body.dataset.ready = "yes";

async function choose(choice) {
  // First, while the press still counts as the owner's: browsers answer no other request for a permission.
  if (at(choice).checked && !(await api.permissions.request(NEEDED))) at(choice).checked = false;
  await api.storage.local.set({ badge: at("badge").checked, warn: at("warn").checked });
  if (!at("badge").checked && !at("warn").checked) await api.permissions.remove(NEEDED).catch(() => false);
}

async function save(event) {
  event.preventDefault();
  const service = serviceAddress(at("service").value);
  const key = at("key").value.trim();
  try {
    if (service === null) throw new Error("address");
    await readKey(key);
  } catch (error) {
    at("saved").textContent = say(error.message === "address" ? "wrongAddress" : "wrongKey");
    return;
  }
  // Lists of one service say nothing about another's, and its versions count on their own.
  await navigator.locks.request("update", async () => {
    await api.storage.local.set({ service, key });
    await api.storage.local.remove("update");
    await forgetLists();
  });
  await update();
  at("saved").textContent = say("saved");
  await showLists();
}

async function showLists() {
  const lists = await readLists();
  const { problem } = await readState();
  const whole = CLASSES.every((name) => lists[name]);
  const made = Math.min(...Object.values(lists).map((list) => list.change.made));
  const words = [whole ? say("listsOf", day(made), lists.danger.change.listed) : say("label_empty")];
  if (problem) words.push(say(`problem_${problem}`) || say("problem_network"));
  at("lists").textContent = words.join(" ");
}
