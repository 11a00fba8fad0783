// @ts-check
/**
 * How a gauge stands now: how dangerous, how far to trust it, where it belongs in the list. Pure.
 */

/** Classes of a river's level, lowest first (docs/live.md, kind `gauge`). */
export const CLASSES = [
  'unknown', 'below', 'start', 'standby', 'caution', 'evacuation', 'danger', 'overflow',
];

/** Thresholds in the order of their height. */
export const THRESHOLDS = ['start', 'standby', 'caution', 'evacuation', 'danger', 'overflow'];

/**
 * So long [ms] a gauge that fell silent above its start level keeps its place among its class: its
 * last word was serious and may still hold. Longer silence tells nothing about the river of now.
 */
export const RECENT_SILENCE_MS = 6 * 3_600_000;

/** A gauge that was given so long [ms] until its next reading is expected as an idle one, once a day. */
const DAILY_WAIT_MS = 12 * 3_600_000;

/** A trend known no better than this [m/h] is not called steady: it may as well be rising. */
const UNCLEAR_SD_M_PER_H = 0.1;

/**
 * @typedef {object} Standing
 * @property {number} rank index in `CLASSES`
 * @property {'none' | 'daily' | 'abnormal'} silence
 * @property {boolean} doubted its danger threshold is evidently wrong
 * @property {boolean} suspect its newest value is suspect or provisional
 * @property {boolean} failed its newest reading failed or is missing, or it never had a usable one
 * @property {boolean} untrusted any of these, or silent; a gauge never heard of is unknown, which is told apart
 * @property {boolean} rising
 * @property {number} tier 0 = may be taken at its word (or was until lately), 1 = not, 2 = below start, 3 = unknown
 * @property {number} toDanger_m how far below its danger level [m], negative above, NaN unknown
 * @property {number} ageMs since its reading was observed, NaN = never
 */

/**
 * Judge a gauge at the incident's now. Runs while disconnected, so silence shows without the server.
 * @param {any} gauge value of kind `gauge`
 * @param {number} nowMs the incident's now [ms since 1970]
 * @returns {Standing}
 */
export function standing(gauge, nowMs) {
  const rank = Math.max(CLASSES.indexOf(gauge.class), 0);
  const silence = silenceOf(gauge, rank, nowMs);
  const doubted = gauge.threshold_doubt === true;
  const suspect = gauge.flag === 3 || gauge.provisional === true;
  const failed = gauge.flag === 4 || gauge.flag === 9 || rank === 0;
  const ageMs = gauge.observed_at ? nowMs - Date.parse(gauge.observed_at) : NaN;
  return {
    rank,
    silence,
    doubted,
    suspect,
    failed,
    untrusted: doubted || suspect || silence !== 'none' || (failed && Boolean(gauge.observed_at)),
    rising: gauge.trend === 'rising',
    tier: tierOf(rank, doubted, failed, silence, nowMs - Date.parse(gauge.due_at ?? '')),
    toDanger_m: difference(gauge.thresholds?.danger, gauge.level_m),
    ageMs,
  };
}

/**
 * Order of the list: what must be read first comes first.
 * @param {{gauge: any, standing: Standing}} a
 * @param {{gauge: any, standing: Standing}} b
 */
export function byDanger(a, b) {
  const s = a.standing;
  const t = b.standing;
  return (
    s.tier - t.tier
    || t.rank - s.rank
    || Number(s.untrusted) - Number(t.untrusted)
    || Number(t.rising) - Number(s.rising)
    || compareNumbers(s.toDanger_m, t.toDanger_m)
    || String(a.gauge.name).localeCompare(String(b.gauge.name), 'ja')
    || String(a.gauge.id).localeCompare(String(b.gauge.id))
  );
}

/**
 * How a level relates to each known threshold, highest first.
 * @param {any} gauge
 * @returns {{name: string, level_m: number, above_m: number}[]} `above_m` > 0: exceeded; NaN without a level
 */
export function thresholdDistances(gauge) {
  return THRESHOLDS.filter((name) => Number.isFinite(gauge.thresholds?.[name]))
    .map((name) => ({
      name,
      level_m: gauge.thresholds[name],
      above_m: -difference(gauge.thresholds[name], gauge.level_m),
    }))
    .reverse();
}

/**
 * A trend as it may be told: neither rising nor falling beyond its uncertainty is steady only if the uncertainty is small.
 * @param {any} gauge
 * @returns {'rising' | 'steady' | 'falling' | 'unclear' | 'unknown'}
 */
export function trendTold(gauge) {
  if (gauge.trend === 'steady' && gauge.trend_sd_m_per_h > UNCLEAR_SD_M_PER_H) return 'unclear';
  return ['rising', 'steady', 'falling'].includes(gauge.trend) ? gauge.trend : 'unknown';
}

/** @param {any} gauge @param {number} rank @param {number} nowMs @returns {'none' | 'daily' | 'abnormal'} */
function silenceOf(gauge, rank, nowMs) {
  const due = gauge.due_at ? Date.parse(gauge.due_at) : NaN;
  const late = gauge.silent === true || nowMs > due;
  if (!late) return 'none';
  const belowStart = rank <= CLASSES.indexOf('below');
  const waitedMs = due - Date.parse(gauge.observed_at ?? '');
  return belowStart || waitedMs >= DAILY_WAIT_MS ? 'daily' : 'abnormal';
}

/**
 * @param {number} rank @param {boolean} doubted @param {boolean} failed
 * @param {string} silence @param {number} overdueMs
 */
function tierOf(rank, doubted, failed, silence, overdueMs) {
  if (rank === 0) return 3;
  if (rank === CLASSES.indexOf('below')) return 2;
  const longSilent = silence === 'abnormal' && overdueMs > RECENT_SILENCE_MS;
  return doubted || failed || longSilent ? 1 : 0;
}

/** @param {any} high @param {any} low @returns {number} */
function difference(high, low) {
  return Number.isFinite(high) && Number.isFinite(low) ? high - low : NaN;
}

/** @param {number} a @param {number} b unknown comes last */
function compareNumbers(a, b) {
  if (Number.isNaN(a)) return Number.isNaN(b) ? 0 : 1;
  return Number.isNaN(b) ? -1 : a - b;
}
