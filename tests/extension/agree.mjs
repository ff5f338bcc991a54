// What the extension's own modules say to what pharmcheck wrote: run by node, or by a browser where there is none.

import { decode } from "../../extension/source/golomb.js";
import { etagOf, openFile, readKey, stands } from "../../extension/source/listfile.js";
import { bytesOf, hexOf, hostOf, keyOf, namesAsked, rangeOf, slotOf } from "../../extension/source/names.js";
import { serviceAddress } from "../../extension/source/settings.js";
import { delayMinutes, isFromTheFuture, isOld } from "../../extension/source/timing.js";

const ASKS = {
  decode: ({ coded, count, bits }) => Array.from(decode(bytesOf(coded), count, bits)),
  key: async ({ salt, name, counts }) => {
    const key = await keyOf(bytesOf(salt), name);
    return [key.toString(16).padStart(16, "0"), counts.map((count) => slotOf(key, count))];
  },
  range: ({ name, bits, listed }) => rangeOf(name, bits, listed),
  asked: ({ host }) => namesAsked(host),
  host: ({ url }) => hostOf(url),
  service: ({ text }) => serviceAddress(text),
  delay: ({ failures, random }) => delayMinutes(failures, random),
  age: ({ made, now }) => [isOld(made, now), isFromTheFuture(made, now)],
  tag: ({ whole }) => etagOf(bytesOf(whole)),
  stand: async ({ base, change, key, name, asked }) => {
    const opened = await readKey(key);
    const list = {
      base: await openFile(bytesOf(base), opened, "base", name),
      change: await openFile(bytesOf(change), opened, "change", name),
    };
    return Promise.all(asked.map((one) => stands(list, one)));
  },
};

// The answers to `questions`, in order; `{refused}` for what was refused.
export async function answers(questions) {
  return Promise.all(
    questions.map(async ([kind, about]) => {
      try {
        return await ASKS[kind](about);
      } catch (error) {
        return { refused: error.code ?? error.name };
      }
    }),
  );
}

if (globalThis.process?.argv[1]?.endsWith("agree.mjs")) {
  let text = "";
  for await (const chunk of process.stdin) text += chunk;
  process.stdout.write(JSON.stringify(await answers(JSON.parse(text))));
}
