// @ts-check
/** Moments, ages, distances and levels in words of the page's language. */

import { element } from './element.js';
import { rich, t } from './language.js';
import { age, called } from './moment.js';

/** Text colour that can be read on each official colour of 警戒レベル (Cabinet Office 2020). */
const LEVEL_MARK = Object.freeze({ 5: '⬟', 4: '◆', 3: '▲', 2: '●', 1: '○' });

/** @param {string | number | null | undefined} moment @param {number} nowMs */
export function whenNode(moment, nowMs) {
  const { word, clock, month, day } = called(moment, nowMs);
  return rich(`when.${word}`, { clock, month, day });
}

/** @param {string | number | null | undefined} moment @param {number} nowMs @returns {string} */
export function whenText(moment, nowMs) {
  const { word, clock, month, day } = called(moment, nowMs);
  return t(`when.${word}`, { clock, month, day });
}

/** @param {number} ms */
export function ageNode(ms) {
  const { unit, value } = age(ms);
  return rich(`age.${unit}`, { value });
}

/** @param {number} metres @returns {HTMLElement} in steps that a walker can use */
export function distanceNode(metres) {
  if (metres < 1000) return rich('shelters.metres', { value: Math.max(Math.round(metres / 50) * 50, 50) });
  return rich('shelters.kilometres', { value: (metres / 1000).toFixed(metres < 10_000 ? 1 : 0) });
}

/** @param {number} eighth 0 = north … 7 = north-west @returns {string} */
export function directionText(eighth) {
  return t('shelters.direction').split(' ')[eighth] ?? '';
}

/** A level as number, name and shape, never as a colour alone. @param {number} level @param {string} key @param {Record<string, any>} [values] */
export function levelBadge(level, key, values = {}) {
  const mark = LEVEL_MARK[/** @type {3} */ (level)] ?? '';
  return element('span', { class: 'level', 'data-level': level }, element('span', { 'aria-hidden': 'true' }, mark), ' ', rich(key, { level, ...values }));
}

/** A badge of what is not known: hatched, and said. @param {HTMLElement | string} words */
export function unknownBadge(words) {
  return element('p', { class: 'unknown' }, element('span', { 'aria-hidden': 'true' }, '？ '), words);
}
