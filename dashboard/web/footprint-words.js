// @ts-check
/** Words about footprints: what a camera saw of the ground, how sure that is, and why it is not known. */

import { jst, momentText } from './clock.js';
import { t, tOr } from './language.js';

/** @param {number | null | undefined} metres @returns {string} `40 m`, `1.2 km` */
export function lengthText(metres) {
  if (metres === null || metres === undefined || !Number.isFinite(metres)) return '—';
  return metres < 1000 ? `${Math.round(metres)} m` : `${(metres / 1000).toFixed(1)} km`;
}

/** What a pixel is on the ground. @param {number | null | undefined} metres */
export function sampleText(metres) {
  if (metres === null || metres === undefined || !Number.isFinite(metres)) return t('footprint.sample-unknown');
  return metres < 1 ? `${(metres * 100).toFixed(metres < 0.1 ? 1 : 0)} cm` : `${metres.toFixed(1)} m`;
}

/** @param {string} iso @param {number} now @returns {string} to the second, since pictures are */
export function secondText(iso, now) {
  const at = Date.parse(iso);
  return Number.isFinite(at) ? momentText(at, now).replace(jst(at).minute, jst(at).second) : '—';
}

/** Why nobody knows where it looked. @param {string} reason */
export function reasonText(reason) {
  return tOr(`footprint.reason-${reason}`, reason);
}

/** What must be said beside an outline. @param {{open: boolean, bounds: string[], way: string | null, uncertainty_m: number | null}} footprint @returns {string[]} */
export function doubtTexts({ open, bounds, way, uncertainty_m }) {
  return [
    ...bounds.map((bound) => tOr(`footprint.bound-${bound}`, bound)),
    way === 'told' ? t('footprint.told') : '',
    uncertainty_m === null ? t('footprint.error-unknown') : t('footprint.error', { metres: lengthText(uncertainty_m) }),
  ].filter((text) => text !== '');
}

/** @param {any} camera of `/api/seen` or a `footprint` @returns {string} */
export function cameraKindText({ kind, camera_kind, vehicle_kind }) {
  const which = kind ?? camera_kind;
  return which === 'vehicle' ? tOr(`air.kind-${vehicle_kind ?? 'unknown'}`, String(vehicle_kind)) : t(`footprint.kind-${which}`);
}
