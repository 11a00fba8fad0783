// @ts-check
/** The language of the page. Fixed texts live in `locale/`; names of hazards and levels come from the server's term table. */

import { element } from './element.js';
import { easy } from './locale/easy.js';
import { en } from './locale/en.js';
import { ja } from './locale/ja.js';

/** @type {Record<string, Record<string, string>>} */
export const LOCALES = { ja, easy, en };
/** The national list of languages, by the name each calls itself; a language without texts is shown in English and easy Japanese. */
export const LANGUAGES = Object.freeze([
  ['ja', '日本語'], ['easy', 'やさしい にほんご'], ['en', 'English'], ['zh-Hans', '简体中文'], ['zh-Hant', '繁體中文'], ['ko', '한국어'],
  ['es', 'Español'], ['pt', 'Português'], ['vi', 'Tiếng Việt'], ['th', 'ไทย'], ['id', 'Bahasa Indonesia'], ['fil', 'Filipino'],
  ['ne', 'नेपाली'], ['km', 'ខ្មែរ'], ['my', 'မြန်မာ'], ['mn', 'Монгол'],
]);
let chosen = 'ja';

/** @returns {string} the language that was chosen, which may have no texts of its own */
export function language() {
  return chosen;
}

/** @returns {string} `ja`, `easy` or `en`: the language that the texts are in */
export function textLanguage() {
  return chosen in LOCALES ? chosen : 'en';
}

/** @param {string | null | undefined} code one that is not on the list changes nothing */
export function setLanguage(code) {
  if (!LANGUAGES.some(([one]) => one === code)) return;
  chosen = /** @type {string} */ (code);
  document.documentElement.lang = textLanguage() === 'en' ? 'en' : 'ja';
  document.documentElement.dataset.language = textLanguage();
  document.title = t('app.title');
}

/** The list's language that a browser asks for first. @param {readonly string[]} wanted @returns {string} */
export function preferred(wanted) {
  for (const tag of wanted) {
    const lower = tag.toLowerCase();
    if (/^zh-(tw|hk|mo|hant)/.test(lower)) return 'zh-Hant';
    if (lower.startsWith('zh')) return 'zh-Hans';
    if (lower.startsWith('tl')) return 'fil';
    const found = LANGUAGES.find(([code]) => code === lower.split('-')[0]);
    if (found) return found[0];
  }
  return 'en';
}

/**
 * A text without readings, for attributes and names.
 * @param {string} key @param {Record<string, any>} [values] what stands in its `{braces}`
 */
export function t(key, values) {
  return template(key)
    .replace(/\{([^{}|]+)\|[^{}]+\}/g, '$1')
    .replace(/\{([\w-]+)\}/g, (_, name) => String(values?.[name] ?? ''));
}

/**
 * A text with readings over the characters (`{漢字|かんじ}`).
 * @param {string} key @param {Record<string, any>} [values] strings or nodes
 */
export function rich(key, values) {
  const parts = template(key).split(/(\{[^{}]+\})/).filter((part) => part !== '');
  return element('span', {}, ...parts.map((part) => richPart(part, values)));
}

/** @param {string} part @param {Record<string, any> | undefined} values */
function richPart(part, values) {
  const reading = /^\{([^{}|]+)\|([^{}]+)\}$/.exec(part);
  if (reading) return ruby(reading[1], reading[2]);
  const value = /^\{([\w-]+)\}$/.exec(part);
  if (!value) return part;
  const given = values?.[value[1]];
  return given instanceof Node ? given : String(given ?? '');
}

/** @param {string} text @param {string} reading */
function ruby(text, reading) {
  return element('ruby', {}, text, element('rp', {}, '（'), element('rt', {}, reading), element('rp', {}, '）'));
}

/**
 * A text that was sent: readings stand as `漢字《かんじ》`.
 * @param {string} text @param {string} [lang]
 */
export function sent(text, lang) {
  const parts = text.split(/([\p{Script=Han}々ヶ]+《[^《》]+》)/u).filter((part) => part !== '');
  const nodes = parts.map((part) => {
    const reading = /^(.+)《(.+)》$/u.exec(part);
    return reading ? ruby(reading[1], reading[2]) : part;
  });
  return element('span', { lang: lang ?? null, class: 'sent' }, ...nodes);
}

/**
 * The words of an entry in the page's language; what has none is shown in English, then Japanese, and says so by its `lang`.
 * @param {any} entry `{ja, easy, en, …}`
 * @returns {{text: string, lang: string} | null}
 */
export function worded(entry) {
  if (!entry) return null;
  for (const code of [chosen, textLanguage(), 'en', 'ja']) {
    if (entry[code]) return { text: entry[code], lang: code === 'easy' ? 'ja' : code };
  }
  return null;
}

/** @param {string} key */
function template(key) {
  const text = LOCALES[textLanguage()][key] ?? LOCALES.ja[key];
  if (text !== undefined) return text;
  console.error(`no text for ${key}`);
  return key;
}
