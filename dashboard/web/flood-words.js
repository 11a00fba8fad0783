// @ts-check
/** Depths, times and members of simulated floods in words of the screen's language. */

import { momentText } from './clock.js';
import { NEVER, UNKNOWN } from './flood-field.js';
import { phaseOf, sinceParts } from './flood-time.js';
import { language, named, t } from './language.js';

/** @param {number} t_s @returns {string} `+1時間20分`, `+1 h 20 min`, `+0分` */
export function sinceText(t_s) {
  return t('flood.since', { span: spanText(t_s) });
}

/** @param {number} t_s @returns {string} `1時間20分`, `30分` */
export function spanText(t_s) {
  const { hours, minutes } = sinceParts(t_s);
  if (hours === 0) return t('flood.minutes', { minutes });
  return minutes === 0 ? t('flood.hours', { hours }) : t('flood.hours-minutes', { hours, minutes });
}

/** A moment of a run: clock, time since the breach. @param {number} startMs @param {number} t_s @param {number} nowMs */
export function momentOf(startMs, t_s, nowMs) {
  return t('flood.moment', { clock: momentText(startMs + t_s * 1000, nowMs), since: sinceText(t_s) });
}

/** @param {number} atMs @param {number} nowMs */
export function phaseText(atMs, nowMs) {
  return t(`flood.phase-${phaseOf(atMs, nowMs)}`);
}

/** @param {number} number @returns {string} grouped by thousands */
export function countText(number) {
  return Math.round(number).toLocaleString(language() === 'en' ? 'en' : 'ja');
}

/** @param {number} m @returns {string} two decimals below ten metres */
export function depthMetres(m) {
  return m < 10 ? m.toFixed(2) : m.toFixed(1);
}

/**
 * A depth as class and number.
 * @param {import('./rules.js').Rules} rules @param {number} depth_m
 * @returns {string} `0.5〜1.0m（0.72 m）`
 */
export function depthText(rules, depth_m) {
  const found = rules.depthClass(depth_m);
  const number = t('flood.metres', { value: depthMetres(depth_m) });
  return found ? t('flood.depth', { name: named(found), number }) : number;
}

/**
 * What lies at a place now, when the water comes and how deep it gets.
 * @param {import('./rules.js').Rules} rules
 * @param {{depth?: number, peak?: number, arrival?: number}} codes undefined = not here, or beyond the grid
 * @param {{startMs: number, nowMs: number, inside: boolean, since: string}} run `since` names the moment of `depth`
 */
export function placeText(rules, { depth, peak, arrival }, { startMs, nowMs, inside, since }) {
  if (!inside) return t('flood.place-outside');
  if ([depth, peak, arrival].includes(UNKNOWN)) return t('flood.place-unknown');
  const parts = [];
  if (depth !== undefined) {
    parts.push(rules.depthClass(depth / 100) ? t('flood.place-depth', { since, depth: depthText(rules, depth / 100) }) : t('flood.place-dry', { since }));
  }
  if (arrival === NEVER) parts.push(t('flood.place-never'));
  else if (arrival !== undefined) parts.push(t('flood.place-arrival', { moment: momentOf(startMs, arrival * 60, nowMs) }));
  if (peak !== undefined && peak > 0 && arrival !== NEVER) parts.push(t('flood.place-peak', { depth: depthText(rules, peak / 100) }));
  return parts.join(t('flood.stop'));
}

/** Name of a run. @param {any} run */
export function runTitle(run) {
  return named({ ja: run.title, en: run.title_en }, `#${run.id}`);
}

/** @param {any} run @returns {string} `計算中 42%` */
export function stateText(run) {
  if (run.state === 'running' && run.stop_asked) return t('flood.state-stopping');
  return t(`flood.state-${run.state}`, { percent: Math.floor(100 * (run.progress ?? 0)) });
}
