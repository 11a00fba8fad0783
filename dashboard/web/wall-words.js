// @ts-check
/** Words of the wall: whence a tile is, how old, where, why it is needed, and why it does not play. */

import { emergencyText } from './air-words.js';
import { t, tOr } from './language.js';
import { ownerName } from './wall-need.js';
import { agoText } from './wording.js';

/** A picture older than this is said to be old [ms]; a river camera has its own interval. */
export const OLD_MS = 15_000;

/** Where a tile looks or stands. @param {import('./wall-need.js').Tile} tile */
export function placeText(tile) {
  if (tile.place === null) return t('wall.place-unknown');
  const [lon, lat] = tile.place;
  return t(`wall.place-${tile.placeOf}`, { place: `${lat.toFixed(4)}, ${lon.toFixed(4)}` });
}

/** @param {import('./wall-need.js').Tile} tile */
export function sourceText(tile) {
  const owner = ownerName(tile);
  const kind = tile.kind === 'camera' ? t('wall.still') : t(`wall.way-${tile.value.way}`);
  return [owner, kind, tile.value.source].filter(Boolean).join('・');
}

/** @param {number} ageMs */
export function pictureAge(ageMs) {
  return Number.isFinite(ageMs) ? t('wall.age', { age: agoText(ageMs) }) : t('wall.age-unknown');
}

/** Why a stream does not play, '' = it does. @param {string | null} code @param {string} [detail] */
export function faultText(code, detail = '') {
  if (!code) return '';
  return tOr(`wall.fault-${code}`, t('wall.fault-other', { code })).replace('{detail}', detail);
}

/** @param {import('./wall-need.js').Reason[]} reasons @param {import('./wall-need.js').Tile} tile @param {import('./air-standing.js').MotionLimits | null} limits */
export function reasonsText(reasons, tile, limits) {
  return reasons.map(({ code, values }) => (code === 'emergency' ? emergencyText(tile.owner, limits) : t(`wall.reason-${code}`, values))).join('・');
}
