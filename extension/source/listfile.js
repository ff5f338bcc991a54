// A list file: a line of JSON, bytes, a signature over both.  Nothing of a file is believed before its signature.

import { decode, holds } from "./golomb.js";
import { bytesOf, hexOf, keyOf, sha256, slotOf } from "./names.js";

const SIGNATURE_BYTES = 64;
const KEY_BYTES = 8;

// Why a file was refused: `code` is signature | rollback | format | mismatch | future | network.
export class Refused extends Error {
  constructor(code, text) {
    super(text ?? code);
    this.code = code;
  }
}

// The public key of a service, from the text that `pharmcheck lists key` prints.
export async function readKey(text) {
  try {
    const raw = Uint8Array.from(atob(text.trim().replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
    return await crypto.subtle.importKey("raw", raw, { name: "Ed25519" }, false, ["verify"]);
  } catch {
    throw new Refused("key");
  }
}

// What a signed file holds.  Throws Refused.
export async function openFile(whole, key, kind, name) {
  const content = whole.subarray(0, Math.max(0, whole.length - SIGNATURE_BYTES));
  const signature = whole.subarray(content.length);
  if (!(await crypto.subtle.verify({ name: "Ed25519" }, key, signature, content))) throw new Refused("signature");
  const end = content.indexOf(10);
  let header;
  try {
    header = JSON.parse(new TextDecoder().decode(content.subarray(0, Math.max(0, end))));
  } catch {
    throw new Refused("format");
  }
  if (header.format !== "pharmcheck.list/1" || !Number.isSafeInteger(header.version)) throw new Refused("format");
  // A list of one class under the name of another would turn green what is red.
  if (header.kind !== kind || header.name !== name) throw new Refused("mismatch");
  const payload = content.subarray(end + 1);
  const common = {
    version: header.version,
    made: Date.parse(header.made),
    listed: header.listed,
    rangeBits: header.range_bits,
    etag: await etagOf(whole),
  };
  return kind === "base" ? { ...common, ...base(header, payload) } : { ...common, ...change(header, payload) };
}

// The tag that the service gives these bytes: made from the bytes alone, so it says nothing about who holds them.
export async function etagOf(whole) {
  return `"${hexOf(await sha256(whole)).slice(0, 32)}"`;
}

// Whether a name stands in the list that a base and its change make.
export async function stands(list, name) {
  const key = await keyOf(bytesOf(list.base.salt), name);
  if (list.change.removed.includes(key)) return false;
  return list.change.added.includes(key) || holds(list.base.slots, slotOf(key, list.base.count));
}

function base(header, payload) {
  return { salt: header.salt, count: header.count, slots: decode(payload, header.coded, header.remainder_bits) };
}

function change(header, payload) {
  if (payload.length !== (header.added + header.removed) * KEY_BYTES) throw new Refused("format");
  const view = new DataView(payload.buffer, payload.byteOffset, payload.length);
  const keys = Array.from({ length: payload.length / KEY_BYTES }, (_, at) => view.getBigUint64(at * KEY_BYTES));
  return { base: header.base, added: keys.slice(0, header.added), removed: keys.slice(header.added) };
}
