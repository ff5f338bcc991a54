// The lists on this computer, in IndexedDB: they are too large for the browser's small settings store.

export const CLASSES = ["danger", "caution", "unverified", "verified_elsewhere", "verified"];

let opened = null; // a cache and nothing more: a worker that was stopped opens it again

function open() {
  opened ??= new Promise((done, failed) => {
    const request = indexedDB.open("pharmcheck", 1);
    request.onupgradeneeded = () => request.result.createObjectStore("lists");
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error);
  });
  return opened;
}

async function ask(mode, question) {
  const store = (await open()).transaction("lists", mode).objectStore("lists");
  return new Promise((done, failed) => {
    const request = question(store);
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error);
  });
}

let held = { stamp: null, lists: null };

// Every list there is, by class: `{base, change}`.
export async function readLists() {
  const stamp = await ask("readonly", (store) => store.get("stamp"));
  if (held.lists === null || held.stamp !== stamp) {
    const found = await Promise.all(CLASSES.map((name) => ask("readonly", (store) => store.get(name))));
    const lists = Object.fromEntries(CLASSES.map((name, at) => [name, found[at]]).filter(([, list]) => list));
    held = { stamp, lists };
  }
  return held.lists;
}

export async function readList(name) {
  return ask("readonly", (store) => store.get(name));
}

export async function keepList(name, list) {
  await ask("readwrite", (store) => {
    store.put(crypto.randomUUID(), "stamp");
    return store.put(list, name);
  });
}

export async function forgetLists() {
  await ask("readwrite", (store) => store.clear());
}
