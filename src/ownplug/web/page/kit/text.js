// Every word of the page lies in `text/LANGUAGE/AREA.json`, whole sentences under keys `area.thing.state`.

const LANGUAGES = ["en", "de"];
const KEPT = "ownplug.language";
const HOLE = /\{(\w+)\}/g;

const words = new Map();
const loading = new Map();

/** The language of the page: what was chosen in this browser, else what the browser prefers, else English. */
export const language = choose(localStorage.getItem(KEPT), navigator.languages ?? []);

/** The same with its region, which decides how dates and numbers are written: that of the browser where it speaks it. */
export const locale = navigator.languages?.find((tag) => tag.toLowerCase().startsWith(language)) ?? language;

const plural = new Intl.PluralRules(language);

/** All languages that the page speaks, each with its own name for itself. */
export const languages = LANGUAGES.map((code) => ({
  code,
  name: new Intl.DisplayNames([code], { type: "language" }).of(code),
}));

/** Choose another language in this browser; the page is loaded anew. */
export function useLanguage(code) {
  localStorage.setItem(KEPT, code);
  location.reload();
}

/** Load the words of areas, once each. */
export function loadText(...areas) {
  return Promise.all(areas.map((area) => {
    if (!loading.has(area)) loading.set(area, fetchArea(area));
    return loading.get(area);
  }));
}

/**
 * Say something. `{name}` in the sentence is replaced by `values.name`; with `count` in them, the key has the forms
 * `key.one` and `key.other`.
 *
 * @param {string} key
 * @param {Record<string, string | number>} [values]
 * @returns {string}
 */
export function say(key, values = {}) {
  return pieces(key, values).join("");
}

/**
 * Say something that has elements in it: links, bold words.
 *
 * @param {string} key
 * @param {Record<string, any>} values
 * @returns {any[]} text and elements in the order of the sentence
 */
export function sayWith(key, values) {
  return pieces(key, values);
}

/** Whether there are words for a key, such as one that is made of a code of the hub. */
export function hasText(key) {
  return words.has(key);
}

function pieces(key, values) {
  const sentence = words.get(key) ?? ("count" in values ? words.get(`${key}.${plural.select(values.count)}`) : undefined);
  if (sentence === undefined) {
    console.error(`There is no text for ${key}.`);
    return [key];
  }
  return sentence.split(HOLE).map((part, index) => (index % 2 ? values[part] ?? "" : part));
}

async function fetchArea(area) {
  const reply = await fetch(new URL(`../text/${language}/${area}.json`, import.meta.url));
  for (const [key, sentence] of Object.entries(await reply.json())) words.set(key, sentence);
}

function choose(kept, preferred) {
  const wanted = [kept, ...preferred].filter(Boolean).map((tag) => tag.slice(0, 2).toLowerCase());
  return wanted.find((code) => LANGUAGES.includes(code)) ?? LANGUAGES[0];
}
