// The page before a dangerous site: leaving is one press away, going on takes two.

import { api } from "./browser.js";
import { readDetails } from "./details.js";
import { allow, warnedAbout } from "./guard.js";
import { day, fillPage, make, reasonsOf, say } from "./page.js";
import { readSettings } from "./settings.js";

const at = (id) => document.getElementById(id);

fillPage();
const tab = await api.tabs.getCurrent();
const about = await warnedAbout(tab.id);

at("leave").addEventListener("click", async () => {
  // Asked again: whether the site itself became an entry of the history may have turned out since.
  const back = (await warnedAbout(tab.id))?.when === "after" ? 2 : 1;
  if (history.length > back) history.go(-back);
  else location.replace("about:blank");
});

if (about) {
  at("host").textContent = about.host.replaceAll(".", "[.]"); // so that nothing makes a link of it
  at("go-on").addEventListener("click", async () => {
    await allow(about.decision.name);
    await api.tabs.update(tab.id, { url: about.url });
  });
  const { service } = await readSettings();
  at("service").href = `${service}/site/${encodeURIComponent(about.decision.name)}`;
  at("sent").textContent = say("whatIsSent", new URL(service).host, about.decision.name);
  at("full").hidden = false;
  await showDetails();
} else {
  at("host").textContent = say("addressGone");
  at("way-on").hidden = true;
}
document.body.dataset.ready = "yes";

async function showDetails() {
  let row;
  try {
    row = await readDetails(about.decision);
  } catch {
    at("date").textContent = say("noDetails");
    return;
  }
  if (row?.category !== "danger") {
    // The list of this morning said so; the service, asked now, does not.  The list is signed and the answer is not,
    // so the way on stays two presses long.
    at("date").textContent = say("changedSince");
    return;
  }
  at("date").textContent = say("checkedOn", day(row.checked_on));
  const reasons = await reasonsOf(row, about.decision.name.replaceAll(".", "[.]"));
  at("reasons").replaceChildren(...reasons.map((sentence) => make("li", sentence)));
  at("why").hidden = reasons.length === 0;
}
