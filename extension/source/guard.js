// The warning page before a site that the lists call dangerous.  Decided by the lists on this computer.

import { api } from "./browser.js";
import { decide } from "./decide.js";
import { hostOf } from "./names.js";

const place = (tabId) => `warned ${tabId}`;

// A tab is about to open an address, or (`when` is "after") has just begun to show it: lead it to the warning page when
// the site is dangerous.  Returns whether it is led there.
export async function beforeVisit(tabId, url, when) {
  const host = hostOf(url);
  if (host === null || !(await api.storage.local.get({ warn: false })).warn) return false;
  // In the order in which they happened, or what came before could overwrite what came after.
  return navigator.locks.request(place(tabId), () => judge(tabId, url, host, when));
}

async function judge(tabId, url, host, when) {
  const known = await warnedAbout(tabId);
  if (when === "after" && known?.url === url) {
    // The tab is on its way to the warning page; but the site was quicker, and stands in the history now.
    await api.storage.session.set({ [place(tabId)]: { ...known, when } });
    return true;
  }
  const decision = await decide(host);
  const allowed = `allowed ${decision.name}`;
  const dangerous = decision.state === "listed" && decision.category === "danger";
  if (!dangerous || (await api.storage.session.get(allowed))[allowed]) {
    await api.storage.session.remove(place(tabId)); // where the tab was led before says nothing about this visit
    return false;
  }
  // In memory, not in the address of the warning page: that would stay in the browser's history.
  await api.storage.session.set({ [place(tabId)]: { url, host, decision, when } });
  try {
    await api.tabs.update(tabId, { url: api.runtime.getURL("warning.html") });
  } catch {
    return false; // the tab was closed meanwhile
  }
  return true;
}

// What the warning page of a tab is about; undefined after the browser was restarted.
export async function warnedAbout(tabId) {
  return (await api.storage.session.get(place(tabId)))[place(tabId)];
}

// Let a site be visited until the browser is closed.
export async function allow(name) {
  await api.storage.session.set({ [`allowed ${name}`]: true });
}
