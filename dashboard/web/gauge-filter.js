// @ts-check
/** Which gauges the list and the map show. Pure. */

import { CLASSES } from './standing.js';

/**
 * @typedef {object} Filter
 * @property {string} atLeast class name, empty = all
 * @property {boolean} rising
 * @property {boolean} untrusted suspect, failed, silent or doubted
 * @property {string} area municipality code
 * @property {string} river
 * @property {string} text searched in name, reading (kana), river and municipality
 */

/** @returns {Filter} */
export function emptyFilter() {
  return { atLeast: '', rising: false, untrusted: false, area: '', river: '', text: '' };
}

/** @param {Filter} filter */
export function isEmpty(filter) {
  const none = emptyFilter();
  return Object.entries(none).every(([name, value]) => /** @type {any} */ (filter)[name] === value);
}

/**
 * Whether a gauge passes the filter.
 * @param {Filter} filter
 * @param {any} gauge
 * @param {import('./standing.js').Standing} standing
 */
export function passes(filter, gauge, standing) {
  if (filter.atLeast && standing.rank < CLASSES.indexOf(filter.atLeast)) return false;
  if (filter.rising && !standing.rising) return false;
  if (filter.untrusted && !standing.untrusted) return false;
  if (filter.area && gauge.area !== filter.area) return false;
  if (filter.river && gauge.river !== filter.river) return false;
  return filter.text === '' || searched(gauge).includes(folded(filter.text));
}

/** Searched text by gauge value; a value is replaced, never edited, so it may be the key. */
const searchedTexts = new WeakMap();

/** @param {any} gauge @returns {string} */
function searched(gauge) {
  let text = searchedTexts.get(gauge);
  if (text === undefined) {
    text = folded([gauge.name, gauge.kana, gauge.river, gauge.area_name, gauge.id].join('\n'));
    searchedTexts.set(gauge, text);
  }
  return text;
}

/**
 * Fold what people type alike: width, case, katakana to hiragana, spaces.
 * @param {string} text
 */
export function folded(text) {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\u30a1-\u30f6]/g, (kana) => String.fromCharCode(kana.charCodeAt(0) - 0x60))
    .replace(/[^\S\n]+/g, '');
}
