// What all pages of the extension share: words in the reader's language, and sentences of the rules.

import { api } from "./browser.js";

export function say(name, ...values) {
  return api.i18n.getMessage(name, values.map(String));
}

export const language = say("languageCode") || "en";

// Every element with data-say gets its words; nothing is ever put in as markup.
export function fillPage() {
  document.documentElement.lang = language;
  for (const one of document.querySelectorAll("[data-say]")) one.textContent = say(one.dataset.say);
  if (document.body.dataset.title) document.title = say(document.body.dataset.title);
}

export function day(text) {
  return new Intl.DateTimeFormat(language, { dateStyle: "long", timeZone: "UTC" }).format(new Date(text));
}

// Up to three reasons for an answer, in words; an unknown code says nothing.
export async function reasonsOf(row, host) {
  const words = await (await fetch(api.runtime.getURL(`words/${language}.json`))).json();
  const found = [words.reasons[row.reason_code], ...row.rules.map((rule) => words.rules[rule])];
  return [...new Set(found.filter(Boolean))].slice(0, 3).map((sentence) => sentence.replaceAll("{host}", host));
}

export function make(tag, text, more = {}) {
  return Object.assign(document.createElement(tag), { textContent: text, ...more });
}
