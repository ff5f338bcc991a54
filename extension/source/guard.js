// The warning page before a site that the lists call dangerous.  Decided by the lists on this computer.

import { api } from "./browser.js";
import { decide } from "./decide.js";
import { hostOf } from "./names.js";

// Lead a tab to the warning page when it is about to show (or just began to show) such a site.  Returns whether it was.
export async function beforeVisit(tabId, url, when) {
  const host = hostOf(url);
  if (host === null || !(await api.storage.local.get({ warn: false })).warn) return false;
  const decision = await decide(host);
  if (decision.state !== "listed" || decision.category !== "danger") return false;
  const allowed = `allowed ${decision.name}`;
  if ((await api.storage.session.get(allowed))[allowed]) return false;
  // In memory, not in the address of the warning page: that would stay in the browser's history.
  await api.storage.session.set({ [`warned ${tabId}`]: { url, host, decision, when } });
  try {
    await api.tabs.update(tabId, { url: api.runtime.getURL("warning.html") });
  } catch {
    return false; // the tab was closed meanwhile
  }
  return true;
}

// What the warning page of a tab is about; undefined after the browser was restarted.
export async function warnedAbout(tabId) {
  const place = `warned ${tabId}`;
  return (await api.storage.session.get(place))[place];
}

// Let a site be visited until the browser is closed.
export async function allow(name) {
  await api.storage.session.set({ [`allowed ${name}`]: true });
}
