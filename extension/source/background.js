// The part that browsers wake when something happens, and stop when nothing does: no state in variables.
//
// Listeners stand at the top level, so that a revived worker has them before the event arrives.  What needs the
// optional permission exists only while it is granted.

import { paint } from "./badge.js";
import { api } from "./browser.js";
import { decide } from "./decide.js";
import { hostOf } from "./names.js";
import { firstDelayMinutes } from "./timing.js";
import { ALARM, update } from "./update.js";
import { beforeVisit } from "./guard.js";

async function plan() {
  if (!(await api.alarms.get(ALARM))) {
    await api.alarms.create(ALARM, { delayInMinutes: firstDelayMinutes(Math.random()) });
  }
}

api.runtime.onInstalled.addListener(plan);
api.runtime.onStartup.addListener(plan); // Firefox forgets alarms when it is closed
api.alarms.onAlarm.addListener((alarm) => (alarm.name === ALARM ? update() : undefined));

async function onBeforeNavigate({ tabId, frameId, url }) {
  if (frameId === 0) await beforeVisit(tabId, url, "before");
}

async function onCommitted({ tabId, frameId, url }) {
  const host = hostOf(url);
  if (frameId !== 0 || host === null) return;
  if (await beforeVisit(tabId, url, "after")) return; // a redirect led there
  const { badge } = await api.storage.local.get({ badge: false });
  if (badge) await paint(tabId, host, await decide(host));
}

function listen() {
  if (!api.webNavigation || api.webNavigation.onCommitted.hasListener(onCommitted)) return;
  api.webNavigation.onBeforeNavigate.addListener(onBeforeNavigate);
  api.webNavigation.onCommitted.addListener(onCommitted);
}

listen();
api.permissions.onAdded.addListener(listen);
