// @ts-check
/** The language of the screen: texts live in `locale/`, code asks for them by key. */

import { en } from './locale/en.js';
import { ja } from './locale/ja.js';

/** @type {Record<string, Record<string, string>>} */
export const LOCALES = { ja, en };
const STORED = 'sonae.language';
let current = 'ja';

/** @returns {'ja' | 'en'} */
export function language() {
  return /** @type {'ja' | 'en'} */ (current);
}

/** @param {string} code `ja` or `en`; another one changes nothing */
export function setLanguage(code) {
  if (!(code in LOCALES)) return;
  current = code;
  document.documentElement.lang = code;
  remember(code);
  fillTexts(document.body);
}

/** @returns {string} the language chosen on this computer before, `ja` at first */
export function rememberedLanguage() {
  try {
    return localStorage.getItem(STORED) ?? 'ja';
  } catch {
    return 'ja';
  }
}

/**
 * A text of the screen.
 * @param {string} key
 * @param {Record<string, string | number>} [values] what stands in its `{braces}`
 */
export function t(key, values) {
  const text = LOCALES[current][key];
  if (text === undefined) {
    console.error(`no text for ${key}`);
    return key;
  }
  return values === undefined ? text : text.replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ''));
}

/**
 * A text that may not exist, such as the name of a code the server is free to extend.
 * @param {string} key
 * @param {string} otherwise
 */
export function tOr(key, otherwise) {
  return LOCALES[current][key] ?? otherwise;
}

/**
 * The text of an object that carries `ja` and `en`.
 * @param {{ja?: string, en?: string} | null | undefined} names
 * @param {string} [otherwise]
 */
export function named(names, otherwise = '') {
  if (!names) return otherwise;
  return (current === 'en' ? names.en || names.ja : names.ja || names.en) || otherwise;
}

/**
 * Fill everything below `root` that names its text: `data-text` (content), `data-label`
 * (accessible name), `data-hint` (tooltip), `data-placeholder`.
 * @param {ParentNode} root
 */
export function fillTexts(root) {
  for (const node of /** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll('[data-text]'))) {
    node.textContent = t(node.dataset.text ?? '');
  }
  fillAttribute(root, 'label', 'aria-label');
  fillAttribute(root, 'hint', 'title');
  fillAttribute(root, 'placeholder', 'placeholder');
}

/** @param {ParentNode} root @param {string} name @param {string} attribute */
function fillAttribute(root, name, attribute) {
  for (const node of /** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll(`[data-${name}]`))) {
    node.setAttribute(attribute, t(node.dataset[name] ?? ''));
  }
}

/** @param {string} code */
function remember(code) {
  try {
    localStorage.setItem(STORED, code);
  } catch {
    // A browser that forbids storage still shows the map; only the choice is not kept.
  }
}
