// The badge on the button of one tab.

import { api } from "./browser.js";
import { LOOKS, lookOf } from "./looks.js";

export async function paint(tabId, host, decision) {
  const look = lookOf(decision);
  const { badge, color } = LOOKS[look];
  try {
    await api.action.setBadgeBackgroundColor({ tabId, color });
    await api.action.setBadgeTextColor?.({ tabId, color: "#ffffff" });
    await api.action.setTitle({ tabId, title: `${host}: ${api.i18n.getMessage(`label_${look}`)}` });
    await api.action.setBadgeText({ tabId, text: badge });
  } catch {
    // The tab was closed meanwhile.
  }
}
