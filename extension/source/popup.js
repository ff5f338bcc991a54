// The answer about the page in front, on a click of the button: that click is what lets us see its address.

import { paint } from "./badge.js";
import { api } from "./browser.js";
import { decide } from "./decide.js";
import { readDetails } from "./details.js";
import { LOOKS, lookOf } from "./looks.js";
import { hostOf } from "./names.js";
import { day, fillPage, make, reasonsOf, say } from "./page.js";
import { readSettings } from "./settings.js";
import { readState, update } from "./update.js";

const at = (id) => document.getElementById(id);

fillPage();
await show();
document.body.dataset.ready = "yes";

async function show() {
  const [tab] = await api.tabs.query({ active: true, currentWindow: true });
  const host = hostOf(tab?.url ?? "");
  if (host === null) return showWords("unlisted", say("noSite"), "");
  at("host").textContent = host;
  let decision = await decide(host);
  if (decision.state === "empty") {
    showWords("empty", say("label_loading"), "");
    await update(); // nothing about this page is in it: everybody fetches the same files
    decision = await decide(host);
  }
  await paint(tab.id, host, decision);
  const look = lookOf(decision);
  showWords(look, say(`label_${look}`), say(`todo_${look}`));
  if (decision.made && decision.state !== "listed") at("date").textContent = say("listOf", day(decision.made));
  if (decision.state === "old" && decision.category) at("todo").append(" ", say("oldSaid", say(`label_${decision.category}`)));
  await showProblem();
  await showWay(host, decision);
  if (decision.state === "listed") await showDetails(host, decision);
}

function showWords(look, label, todo) {
  at("answer").dataset.look = look;
  at("sign").textContent = LOOKS[look].sign;
  at("label").textContent = label;
  at("todo").textContent = todo;
}

async function showProblem() {
  const { problem } = await readState();
  at("problem").hidden = !problem;
  if (problem) at("problem").textContent = say(`problem_${problem}`) || say("problem_network");
}

async function showWay(host, decision) {
  const { service } = await readSettings();
  const about = decision.name ?? host;
  at("service").href = `${service}/site/${encodeURIComponent(about)}`;
  at("service").textContent = decision.name ? say("fullAnswer") : say("askService");
  at("sent").textContent = say("whatIsSent", new URL(service).host, about);
  at("ask").hidden = false;
}

async function showDetails(host, decision) {
  let row;
  try {
    row = await readDetails(decision);
  } catch {
    at("date").textContent = say("noDetails");
    return;
  }
  if (row === null || row.category !== decision.category) {
    at("date").textContent = say("listOf", day(decision.made));
    return;
  }
  at("date").textContent = say("checkedOn", day(row.checked_on));
  const reasons = await reasonsOf(row, decision.name);
  at("reasons").replaceChildren(...reasons.map((sentence) => make("li", sentence)));
  at("why").hidden = reasons.length === 0;
}
