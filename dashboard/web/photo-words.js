// @ts-check
/** What is said of a photograph, in the screen's language. Nothing here names damage. */

import { jst } from './clock.js';
import { t } from './language.js';

/** @param {any} photo @returns {string} when it was taken, with how that is known where it is not sure */
export function takenText(photo) {
  const at = jst(Date.parse(photo.taken_at));
  const words = [t('photo.taken', { time: `${at.month}/${at.day} ${at.minute}` })];
  if (photo.time_source === 'presumed' || photo.time_source === 'received') words.push(t(`photo.time-${photo.time_source}`));
  if (photo.time_doubt) words.push(t(`photo.doubt-${photo.time_doubt}`));
  return words.join('　');
}

/** @param {any} photo @returns {string} */
export function placeText(photo) {
  if (photo.place_source === null) return t('photo.no-place');
  const error = Number.isFinite(photo.accuracy_m) ? t('photo.error', { metres: Math.round(photo.accuracy_m) }) : '';
  return [t(`photo.place-${photo.place_source}`), error].filter(Boolean).join(' ');
}

/** @param {any} photo @returns {string} */
export function heightText(photo) {
  if (!Number.isFinite(photo.height_tp_m)) return t(photo.height_told ? 'photo.height-unknown' : 'photo.height-none');
  return t('photo.height-value', { height: Math.round(photo.height_tp_m), error: Math.round(photo.height_sd_m ?? 0) });
}

/** @param {any} photo @returns {string} how its comparisons stand, the most pressing first */
export function pairsText(photo) {
  const open = photo.pairs.reduce((/** @type {number} */ sum, /** @type {any} */ pair) => sum + pair.open, 0);
  if (open > 0) return t('photo.to-check', { count: open });
  if (photo.pairs.some((/** @type {any} */ pair) => !pair.made)) return t('photo.comparing');
  const confirmed = photo.pairs.reduce((/** @type {number} */ sum, /** @type {any} */ pair) => sum + pair.confirmed, 0);
  if (confirmed > 0) return t('photo.confirmed-count', { count: confirmed });
  const told = photo.pairs.map(pairText);
  return told[0] ?? t(photo.on_ground === null ? 'photo.comparing' : 'photo.no-pair');
}

/** @param {any} pair @returns {string} */
export function pairText(pair) {
  if (!pair.made) return t('photo.comparing');
  if (pair.reason !== null) return t('photo.not-comparable', { reason: t(`photo.reason-${pair.reason}`) });
  return pair.tiles === 0 ? t('photo.no-difference') : t('photo.differences', { count: pair.tiles });
}

/** Those with something to be looked at first, then the newest. @param {any} a @param {any} b */
export function byNeed(a, b) {
  const open = (/** @type {any} */ photo) => Number(photo.pairs.some((/** @type {any} */ pair) => pair.open > 0));
  return open(b) - open(a) || Date.parse(b.taken_at) - Date.parse(a.taken_at) || b.id - a.id;
}
