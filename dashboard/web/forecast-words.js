// @ts-check
/** Putting a level forecast into words: probabilities, times of reaching a level, what holds it back. */

import { momentText } from './clock.js';
import { t } from './language.js';
import { STALE_MS } from './level-forecast.js';
import { ageText, metres } from './wording.js';

/** Times are told in steps of so many minutes: the model knows no better. */
const STEP_MS = 10 * 60_000;

/**
 * A probability; never rounded to certainty.
 * @param {number} chance 0 … 1
 */
export function chanceText(chance) {
  if (!Number.isFinite(chance)) return '—';
  if (chance < 0.01) return t('forecast.chance-under');
  if (chance > 0.99 && chance < 1) return t('forecast.chance-over');
  return t('forecast.chance', { value: Math.round(chance * 100) });
}

/**
 * Clock times of reaching a level: the earliest rounded down, the latest up; what may be any moment is told as such.
 * @param {import('./level-forecast.js').Crossing} crossing
 * @param {number} originMs @param {number} nowMs
 * @returns {{early: string | null, middle: string | null, late: string | null}} null = not within the forecast
 */
export function crossingTimes(crossing, originMs, nowMs) {
  const told = (/** @type {number} */ s, /** @type {(n: number) => number} */ round) => {
    if (!Number.isFinite(s)) return null;
    const ms = round((originMs + s * 1000) / STEP_MS) * STEP_MS;
    return ms <= nowMs && nowMs - originMs < STALE_MS ? t('forecast.soon') : momentText(ms, nowMs);
  };
  return {
    early: told(crossing.early, Math.floor), middle: told(crossing.middle, Math.round), late: told(crossing.late, Math.ceil),
  };
}

/**
 * One sentence: when the level is reached, and from when to when.
 * @param {import('./level-forecast.js').Crossing} crossing @param {number} originMs @param {number} nowMs
 * @param {number} atAll probability of reaching it within the forecast at all
 */
export function crossingText(crossing, originMs, nowMs, atAll) {
  if (crossing.late === 0) return t('forecast.reached');
  const { early, middle, late } = crossingTimes(crossing, originMs, nowMs);
  const chance = chanceText(atAll);
  if (early === null) return t('forecast.when-unlikely', { chance });
  if (middle === null) return t(early === t('forecast.soon') ? 'forecast.when-soon' : 'forecast.when-early', { early, chance });
  if (late === null) return t('forecast.when-open', { early, middle, chance });
  return t('forecast.when', { early, middle, late });
}

/**
 * The same for a narrow column: `02:20` above `01:50–03:40`.
 * @param {import('./level-forecast.js').Crossing} crossing @param {number} originMs @param {number} nowMs
 * @returns {{middle: string, spread: string}}
 */
export function crossingShort(crossing, originMs, nowMs) {
  if (crossing.late === 0) return { middle: t('forecast.reached-short'), spread: '' };
  const { early, middle, late } = crossingTimes(crossing, originMs, nowMs);
  if (early === null) return { middle: t('forecast.not-within'), spread: '' };
  const spread = t('forecast.spread', { early, late: late ?? '' });
  return middle === null ? { middle: spread, spread: '' } : { middle: t('forecast.about', { time: middle }), spread };
}

/**
 * When the highest level comes.
 * @param {any} peak `peak` of a forecast @param {number} originMs @param {number} nowMs
 */
export function peakText(peak, originMs, nowMs) {
  if (!peak) return '';
  if (peak.p50 === 0) return t('forecast.peak-past', { chance: chanceText(peak.past) });
  const { early, middle, late } = crossingTimes({ early: peak.p10, middle: peak.p50, late: peak.p90 }, originMs, nowMs);
  return t('forecast.peak', { early: early ?? '', middle: middle ?? '', late: late ?? '' });
}

/** @param {import('./fan.js').FanReading} said @returns {string} `6.8 m（80 % 6.3–7.4）` */
export function fanText(said) {
  const band = said.bands.find(({ name }) => name === 80);
  return band ? t('forecast.level-band', levelWords(said.median, band.low, band.high)) : `${metres(said.median)} m`;
}

/**
 * A forecast level with its 80 % band, told no finer than it is known: a band of a metre and more in tenths.
 * @param {number | null | undefined} middle [m] @param {number | null | undefined} from [m] @param {number | null | undefined} to [m]
 */
export function levelWords(middle, from, to) {
  const wide = Number(to) - Number(from) >= 1;
  const [value, low, high] = [middle, from, to].map((level_m) => (
    wide && Number.isFinite(level_m) ? /** @type {number} */ (level_m).toFixed(1).replace('-', '−') : metres(level_m)));
  return { value, low, high };
}

/** What a forecast lacks, as sentences. @param {import('./level-forecast.js').Outlook} outlook @returns {string[]} */
export function limitsText(outlook) {
  const words = [];
  if (outlook.state === 'stale') words.push(t('forecast.note-stale', { age: ageText(outlook.ageMs) }));
  if (outlook.limit !== '') words.push(t(`forecast.note-${outlook.limit}`));
  if (outlook.doubted) words.push(t('forecast.note-doubted'));
  return words;
}
