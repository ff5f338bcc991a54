// Date and reasons of a listed site, looked up by the first bits of its hash: the service learns that somebody asked
// about one of a hundred or more listed names.  Kept in memory for the session, never on the disk.

import { api } from "./browser.js";
import { load } from "./fetching.js";
import { rangeOf } from "./names.js";
import { readSettings } from "./settings.js";

const KEPT_MS = 6 * 60 * 60 * 1000;
const PATIENCE_MS = 10_000;

// The row about a listed site; null when the service does not list it (any more); throws when it does not say.
export async function readDetails(decision) {
  const { prefix, hash } = await rangeOf(decision.name, decision.rangeBits, decision.listed);
  const rows = await bucket(prefix);
  return rows.find((row) => row.hash === hash) ?? null;
}

async function bucket(prefix) {
  const { service } = await readSettings();
  const place = `range ${service} ${prefix}`;
  const held = (await api.storage.session.get(place))[place];
  if (held && Date.now() - held.at < KEPT_MS) return held.rows;
  const { status, bytes } = await load(`${service}/v1/range/${prefix}`, { patience: PATIENCE_MS });
  if (status !== 200) throw new Error("no answer");
  const { bits, rows } = JSON.parse(new TextDecoder().decode(bytes));
  // More names are listed now than when our list was made, so prefixes are longer: this says nothing about any name.
  if (bits > (prefix === "all" ? 0 : prefix.length)) throw new Error("another edition");
  await api.storage.session.set({ [place]: { rows, at: Date.now() } });
  return rows;
}
