// What is said about a site, from the lists on this computer alone.  Nothing here talks to anybody.

import { stands } from "./listfile.js";
import { namesAsked } from "./names.js";
import { CLASSES, readLists } from "./shelf.js";
import { isOld } from "./timing.js";

// `{state, category, name, made, rangeBits, listed}`; state is
//   listed    the lists are fresh and hold the site: `category` and the `name` that it is listed under
//   unlisted  they are fresh and do not
//   old       nobody can tell any more; `category` is what they used to say
//   empty     there are none yet
export async function decide(host, now = Date.now()) {
  const lists = await readLists();
  if (CLASSES.some((category) => !lists[category])) return { state: "empty" };
  const made = Math.min(...CLASSES.map((category) => lists[category].change.made));
  const newest = lists[CLASSES[0]].change;
  const about = { made, rangeBits: newest.rangeBits, listed: newest.listed, category: null, name: null };
  const old = isOld(made, now);
  for (const name of namesAsked(host)) {
    for (const category of CLASSES) {
      if (await stands(lists[category], name)) return { ...about, state: old ? "old" : "listed", category, name };
    }
  }
  return { ...about, state: old ? "old" : "unlisted" };
}
