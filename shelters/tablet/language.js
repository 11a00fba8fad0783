// @ts-check
/** The language of the tablet: Japanese, やさしい日本語 with readings, English. Texts live in `locale/`. */

import { easy } from './locale/easy.js';
import { en } from './locale/en.js';
import { ja } from './locale/ja.js';
import { element } from './live-map/element.js';

/** @type {Record<string, Record<string, string>>} */
export const LOCALES = { ja, easy, en };
const STORED = 'sonae.tablet.language';
let current = 'ja';

/** @returns {string} `ja`, `easy` or `en` */
export function language() {
  return current;
}

/** @param {string | null} code another one than the three changes nothing */
export function setLanguage(code) {
  if (code === null || !(code in LOCALES)) return;
  current = code;
  document.documentElement.lang = code === 'en' ? 'en' : 'ja';
  document.title = t('app.title');
  try {
    localStorage.setItem(STORED, code);
  } catch {
    // Only the choice is not kept.
  }
}

/** @returns {string | null} */
export function rememberedLanguage() {
  try {
    return localStorage.getItem(STORED);
  } catch {
    return null;
  }
}

/**
 * A text without readings: for names, attributes and plain places.
 * @param {string} key @param {Record<string, string | number>} [values] what stands in its `{braces}`
 */
export function t(key, values) {
  // Where no reading can stand over a character, the reading stands for it.
  return template(key).replace(/\{[^{}|]+\|([^{}]+)\}/g, '$1').replace(/\{(\w+)\}/g, (_, name) => String(values?.[name] ?? ''));
}

/**
 * A text with readings over the characters where the language has them (`{漢字|かんじ}`).
 * @param {string} key @param {Record<string, string | number>} [values]
 * @returns {HTMLElement}
 */
export function rich(key, values) {
  const parts = template(key).split(/(\{[^{}]+\})/).filter((part) => part !== '');
  return element('span', {}, ...parts.map((part) => richPart(part, values)));
}

/** @param {string} part @param {Record<string, string | number> | undefined} values */
function richPart(part, values) {
  const reading = /^\{([^{}|]+)\|([^{}]+)\}$/.exec(part);
  if (reading) return element('ruby', {}, reading[1], element('rt', { 'aria-hidden': 'true' }, reading[2]));
  const value = /^\{(\w+)\}$/.exec(part);
  return value ? String(values?.[value[1]] ?? '') : part;
}

/** Words for those who listen, beside what is shown. @param {string} text */
export function spoken(text) {
  return element('span', { class: 'hidden' }, text);
}

/** The name of an entry of the rules in the screen's language. @param {any} entry @param {string} [otherwise] */
export function named(entry, otherwise = '') {
  if (!entry) return otherwise;
  return entry[current] ?? entry.ja ?? entry.en ?? otherwise;
}

/** @param {any} item of the catalogue @returns {string} */
export function unitOf(item) {
  if (!item) return '';
  return (current === 'en' ? (item.unit_en ?? item.unit) : item.unit) ?? '';
}

/** @param {string} key */
function template(key) {
  const text = LOCALES[current][key] ?? LOCALES.ja[key];
  if (text !== undefined) return text;
  console.error(`no text for ${key}`);
  return key;
}
