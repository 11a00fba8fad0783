// @ts-check
/** Numbers, moments and values in words of the screen's language. */

import { language, named, t } from './language.js';
import { age, jst, momentText } from './live-map/clock.js';

/** @param {number | null | undefined} number @returns {string} with a true minus; `—` when there is none */
export function figure(number) {
  if (number === null || number === undefined || !Number.isFinite(number)) return '—';
  const rounded = Math.abs(number) >= 100 ? Math.round(number) : Math.round(number * 10) / 10;
  return rounded.toLocaleString('ja-JP').replace('-', '−');
}

/** @param {number} number @returns {string} always with its sign */
export function signed(number) {
  return number > 0 ? `+${figure(number)}` : figure(number);
}

/** @param {number} ms @returns {string} `3分`, `2 h` */
export function ageText(ms) {
  const { unit, value } = age(Math.max(ms, 0));
  return t(`age.${unit}`, { value });
}

/** @param {number} ms @returns {string} `3分前` */
export function agoText(ms) {
  return t('age.ago', { age: ageText(ms) });
}

/** @param {number | null | undefined} ms @param {number} nowMs @returns {string} `21:03`, `6/2 23:50` */
export function clockText(ms, nowMs) {
  return momentText(ms ?? NaN, nowMs);
}

/** @param {number} ms @returns {string} RFC 3339 in Japan's zone, as `observed_at` and `needed_by` want it */
export function zoned(ms) {
  const { date, second } = jst(ms);
  return `${date}T${second}+09:00`;
}

/** @param {any} value what a register holds @param {any} [field] its entry in the rules @returns {string} */
export function valueText(value, field) {
  if (value === undefined) return t('value.never');
  if (value === null) return t('value.unknown');
  const choice = field?.choices?.find((/** @type {any} */ one) => one.value === value);
  if (choice) return named(choice);
  if (value === true) return t('value.yes');
  if (value === false) return t('value.no');
  if (typeof value === 'number') return figure(value);
  if (typeof value === 'object' && typeof value.kind === 'string') return t(`presence.${value.kind}`);
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** @param {number | null} bytes */
export function megabytes(bytes) {
  return bytes === null ? '—' : `${figure(bytes / 1_048_576)} MB`;
}

/** @returns {string} for sorting and `lang` */
export function speech() {
  return language() === 'en' ? 'en' : 'ja';
}
