// @ts-check
/** Putting values into words and figures of the screen's language. */

import { age } from './clock.js';
import { t, tOr } from './language.js';

/** @param {number} ms age [ms] @returns {string} `3分`, `2 h` */
export function ageText(ms) {
  const { unit, value } = age(ms);
  return t(`age.${unit}`, { value });
}

/** @param {number} ms age [ms] @returns {string} `3分前` */
export function agoText(ms) {
  const { unit } = age(ms);
  return unit === 'unknown' || unit === 'future' ? ageText(ms) : t('age.ago', { age: ageText(ms) });
}

/** @param {number | null | undefined} level_m @returns {string} two decimals, `—` when there is none */
export function metres(level_m) {
  return Number.isFinite(level_m) ? /** @type {number} */ (level_m).toFixed(2).replace('-', '−') : '—';
}

/** @param {number | null | undefined} rate m/h @returns {string} with its sign */
export function signedMetres(rate) {
  if (!Number.isFinite(rate)) return '—';
  const text = metres(rate);
  return /** @type {number} */ (rate) > 0 ? `+${text}` : text;
}

/** @param {any} gauge @returns {string} river and gauge, as the chronology names them */
export function placeOf(gauge) {
  return gauge.river ? `${gauge.river} ${gauge.name}` : gauge.name;
}

/** Mark of each kind of distrust, most serious first. @param {any} gauge @param {import('./standing.js').Standing} standing */
export function marksOf(gauge, standing) {
  const marks = [];
  if (standing.silence !== 'none') marks.push(standing.silence);
  if (standing.doubted) marks.push('doubted');
  if (standing.rank === 0) marks.push('unknown');
  else if (gauge.flag === 4) marks.push('failed');
  else if (gauge.flag === 9) marks.push('missing');
  else if (standing.suspect) marks.push('suspect');
  return marks;
}

/** @param {string[] | null | undefined} reasons @returns {string} */
export function reasonsText(reasons) {
  return (reasons ?? []).map((reason) => tOr(`reason.${reason}`, reason)).join('、');
}

/** Why a request failed. @param {any} error */
export function refusalText(error) {
  const status = Number(error?.status ?? 0);
  if (status === 0) return t('error.unreachable');
  return tOr(`error.${status}`, t('error.other', { status }));
}

/** Arrow of a trend as a character. @param {string} trend */
export function trendArrow(trend) {
  return { rising: '▲', steady: '▬', falling: '▼' }[trend] ?? '';
}
