// @ts-check
/** What is said of an airspace, in the screen's language. */

import { momentText } from './clock.js';
import { t, tOr } from './language.js';

/** @param {any} space @returns {string} from where to where it reaches; without a figure it is the ground, or without end */
export function heightsText({ floor_tp_m: floor, ceiling_tp_m: ceiling }) {
  const from = floor === null ? t('air.space-ground') : `T.P. ${Math.round(floor)} m`;
  const to = ceiling === null ? t('air.space-unlimited') : `T.P. ${Math.round(ceiling)} m`;
  return t('air.space-heights', { from, to });
}

/** @param {any} space @param {number} nowMs */
export function timesText(space, nowMs) {
  const from = momentText(Date.parse(space.from_at), nowMs);
  return space.to_at === null ? t('air.space-since', { from }) : t('air.space-times', { from, to: momentText(Date.parse(space.to_at), nowMs) });
}

/** @param {string} kind */
export function spaceKindText(kind) {
  return tOr(`air.space-${kind}`, kind);
}
