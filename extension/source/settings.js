// What the owner of this browser chose, over what the package came with.

import { api } from "./browser.js";

export async function readSettings() {
  const packed = await (await fetch(api.runtime.getURL("config.json"))).json();
  const chosen = await api.storage.local.get({ service: "", key: "", badge: false, warn: false });
  const own = Boolean(chosen.service);
  return {
    service: (own ? chosen.service : packed.service).replace(/\/+$/, ""),
    key: own ? chosen.key : packed.key,
    badge: chosen.badge,
    warn: chosen.warn,
  };
}

// The address of a service in the only form that is taken: https, or this very computer.  Null for others.
export function serviceAddress(text) {
  try {
    const url = new URL(text.trim());
    const here = ["127.0.0.1", "localhost"].includes(url.hostname);
    if (url.username || url.password || !(url.protocol === "https:" || (url.protocol === "http:" && here))) return null;
    return url.origin;
  } catch {
    return null;
  }
}
