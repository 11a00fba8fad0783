// @ts-check
/** What is said of a camera, in the screen's language. */

import { t } from './language.js';
import { agoText, metres } from './wording.js';

/** @param {any} camera @param {import('./camera-standing.js').CameraStanding} standing @returns {string} its level, or why there is none */
export function levelText(camera, standing) {
  if (camera.frame === null) return t('camera.no-frame');
  if (camera.calibration === null) return t('camera.uncalibrated');
  if (standing.old) return t('camera.unread');
  if (!Number.isFinite(camera.level_m)) return `${t('camera.unread')}（${t(`camera.reason-${camera.reason || 'no-line'}`)}）`;
  return `${metres(camera.level_m)} m ${standing.levelHolds ? t('camera.accepted') : t('camera.suspect')}`;
}

/** @param {any} camera @param {import('./camera-standing.js').CameraStanding} standing @returns {string} */
export function agesText(camera, standing) {
  if (camera.frame === null) return '';
  const words = [t('camera.age', { age: agoText(standing.ageMs) })];
  if (standing.old) words.push(t('camera.old'));
  if (camera.frame.time_source === 'received') words.push(t('camera.received-time'));
  return words.join('　');
}

/** @param {any} camera @returns {string} how it stands to its gauge */
export function comparisonText(camera) {
  if (camera.compare_gauge === null) return t('camera.compare-none');
  const found = camera.comparison;
  if (found === null) return t('camera.compare-waiting');
  const apart = `${found.difference_m > 0 ? '+' : ''}${metres(found.difference_m)}`;
  return t(found.agrees ? 'camera.agrees' : 'camera.disagrees', { apart });
}

/** @param {any} camera */
export function healthText(camera) {
  return t(`camera.health-${camera.health ?? 'none'}`);
}
