// Which names stand for a site, and what a name becomes in the lists: pharmcheck/classlists/keys.py in JavaScript.

const FALSE_HIT_BITS = 24n;
const RANGE_LABEL = "pharmcheck range\0";
const FEWEST_NAMES = 100;
const MOST_RANGE_BITS = 16;

// The host of a web page, as the lists spell it; null for anything that is not a page of a site.
export function hostOf(address) {
  let url;
  try {
    url = new URL(address);
  } catch {
    return null;
  }
  if (url.protocol !== "https:" && url.protocol !== "http:") return null;
  return url.hostname.replace(/^\[|\]$/g, "").replace(/\.$/, "").toLowerCase() || null;
}

// Nearest first.  What stands between a registrable domain and its host is in no list, and no public suffix is.
export function namesAsked(host) {
  if (host.includes(":") || /^[\d.]+$/.test(host)) return [host];
  const labels = host.split(".");
  return Array.from({ length: Math.max(1, labels.length - 1) }, (_, start) => labels.slice(start).join("."));
}

export async function sha256(bytes) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

// 64 bits that stand for a name in the lists with this salt.
export async function keyOf(salt, name) {
  const digest = await sha256(joined(salt, new TextEncoder().encode(name)));
  return new DataView(digest.buffer).getBigUint64(0);
}

export function slotOf(key, count) {
  return Number((key * (BigInt(count) << FALSE_HIT_BITS)) >> 64n);
}

// What is asked about a name when it is looked up by prefix: `{prefix, hash}`.  Whatever the list says, a prefix
// is never so long that fewer than a hundred listed names share it on average.
export async function rangeOf(name, bits, listed) {
  const digest = await sha256(new TextEncoder().encode(RANGE_LABEL + name));
  let length = Math.min(Number.isInteger(bits) && bits > 0 ? bits : 0, MOST_RANGE_BITS);
  while (length > 0 && FEWEST_NAMES * 2 ** length > listed) length -= 1;
  const head = ((digest[0] << 8) | digest[1]).toString(2).padStart(MOST_RANGE_BITS, "0");
  return { prefix: length ? head.slice(0, length) : "all", hash: hexOf(digest.subarray(0, 10)) };
}

export function hexOf(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function bytesOf(hex) {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

function joined(first, second) {
  const whole = new Uint8Array(first.length + second.length);
  whole.set(first);
  whole.set(second, first.length);
  return whole;
}
