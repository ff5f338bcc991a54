// Fetches lists and refuses what is not signed, not of its class, or older than what was held before.
//
// What the service sees of it: list names, the same from everybody, and the tag of the bytes that are held.

import { api } from "./browser.js";
import { load } from "./fetching.js";
import { openFile, readKey, Refused } from "./listfile.js";
import { readSettings } from "./settings.js";
import { CLASSES, keepList, readList } from "./shelf.js";
import { delayMinutes, isFromTheFuture } from "./timing.js";

export const ALARM = "update";
const MOST_BYTES = 64 * 1024 * 1024;

// Bring every list up to date, note how it went, and plan the next time.  Returns null, or why it did not work.
export async function update() {
  return navigator.locks.request("update", async () => {
    const { failures } = await readState();
    const settings = await readSettings();
    let problem = null;
    try {
      const key = await readKey(settings.key);
      for (const name of CLASSES) await updateOne(name, settings.service, key);
    } catch (error) {
      problem = error instanceof Refused ? error.code : "network";
    }
    const state = { failures: problem ? failures + 1 : 0, problem, tried: Date.now() };
    await api.storage.local.set({ update: state });
    await api.alarms.create(ALARM, { delayInMinutes: delayMinutes(state.failures, Math.random()) });
    return problem;
  });
}

export async function readState() {
  const { update: state } = await api.storage.local.get({ update: { failures: 0, problem: null, tried: null } });
  return state;
}

async function updateOne(name, service, key) {
  const held = await readList(name);
  const raw = await loadList(`${service}/v1/lists/${name}.change`, held?.change.etag);
  if (raw === null) return;
  const change = await openFile(raw, key, "change", name);
  if (isFromTheFuture(change.made, Date.now())) throw new Refused("future");
  if (change.etag === held?.change.etag) return; // a server that knows no tags sends what is held already
  // Not older, and not another one of the same number.
  if (held && change.version <= held.change.version) throw new Refused("rollback");
  let base = held?.base;
  if (base?.version !== change.base) {
    base = await openFile(await loadList(`${service}/v1/lists/${name}.base`), key, "base", name);
    // The change is signed and names its base, so no older one can take its place.
    if (base.version !== change.base) throw new Refused("mismatch"); // the service built in between
  }
  await keepList(name, { base, change });
}

// The bytes of a list; null when the service says that those with this tag are today's.
async function loadList(address, etag = null) {
  let answer;
  try {
    answer = await load(address, { etag });
  } catch {
    throw new Refused("network");
  }
  if (answer.status === 304) return null;
  if (answer.status !== 200 || answer.bytes.length > MOST_BYTES) throw new Refused("network");
  return answer.bytes;
}
