// @ts-check
/**
 * What a level forecast (docs/live.md, kind `forecast`) says of one gauge now, and how far it holds. Pure.
 */


/** From this age of its origin on [ms] a forecast is stale: shown as such, and no alarm. */
export const STALE_MS = 90 * 60_000;
/** Leads [h] that are told in figures. */
export const LEADS_H = [1, 3, 6];
/** The lead [h] by which the list is ordered and alarms are given. */
export const WARNED_H = 3;

/**
 * @typedef {object} Outlook
 * @property {'current' | 'stale' | 'none'} state
 * @property {string} reason why it says nothing of the danger level: `unheard`, `old-reading`, `not-made`, `no-threshold`; else empty
 * @property {string} limit what holds a forecast back: `late`, `no-trend`, or empty
 * @property {number} originMs its origin [ms since 1970], NaN = none
 * @property {number} ageMs of its origin, NaN = none
 * @property {number[]} chances of having reached the danger level by each of `LEADS_H`, NaN = unknown
 * @property {Crossing | null} crossing when the danger level is reached, null = unknown
 * @property {boolean} over the newest level is at its danger level or above
 * @property {boolean} doubted the danger level itself is doubted
 * @property {boolean} alarm likely enough within `WARNED_H` to be pointed out; never when stale, doubted, or over already
 * @property {number} tier 0 = may be taken at its word, 1 = stale, 2 = threshold doubted, 3 = nothing said of danger
 */

/**
 * When a threshold is reached [s after the origin]: 10, 50, 90 % probability of having reached it; Infinity = not within
 * the forecast, 0 = already.
 * @typedef {{early: number, middle: number, late: number}} Crossing
 */

/**
 * Judge a forecast at the incident's now. Runs while disconnected, so that it goes stale without the server.
 * @param {any} gauge value of kind `gauge`
 * @param {any} forecast value of kind `forecast` of the same gauge, undefined when there is none
 * @param {number} nowMs the incident's now [ms since 1970]
 * @returns {Outlook}
 */
export function outlook(gauge, forecast, nowMs) {
  const made = forecast !== undefined && forecast.status !== 'none';
  const originMs = made ? Date.parse(forecast.origin_at) : NaN;
  const ageMs = nowMs - originMs;
  const state = !made ? 'none' : ageMs < STALE_MS ? 'current' : 'stale';
  const danger = made ? forecast.passing?.danger : undefined;
  const told = Array.isArray(danger);
  const over = Number.isFinite(gauge.level_m) && gauge.level_m >= gauge.thresholds?.danger;
  const doubted = gauge.threshold_doubt === true;
  return {
    state,
    reason: told ? '' : silentReason(gauge, forecast),
    limit: made && (forecast.status === 'late' || forecast.status === 'no-trend') ? forecast.status : '',
    originMs,
    ageMs,
    chances: LEADS_H.map((lead) => (told ? chanceBy(forecast, 'danger', lead) : NaN)),
    crossing: made ? crossing(forecast, 'danger') : null,
    over,
    doubted,
    alarm: made && forecast.alarm === true && state === 'current' && !doubted && !over,
    tier: !told ? 3 : doubted ? 2 : state === 'stale' ? 1 : 0,
  };
}

/** Why nothing is said of the danger level. @param {any} gauge @param {any} forecast */
function silentReason(gauge, forecast) {
  if (!gauge.observed_at) return 'unheard';
  if (forecast === undefined) return 'not-made';
  if (forecast.status === 'none') return 'old-reading';
  return 'no-threshold';
}

/**
 * The probability of having reached a threshold within a lead.
 * @param {any} forecast @param {string} threshold @param {number} lead [h]
 * @returns {number} 0 … 1, NaN when it is not told
 */
export function chanceBy(forecast, threshold, lead) {
  const told = forecast?.passing?.[threshold]?.[(forecast.hours ?? []).indexOf(lead)];
  return Number.isFinite(told) ? told : NaN;
}

/** @param {any} forecast @param {string} threshold @returns {Crossing | null} */
export function crossing(forecast, threshold) {
  const told = forecast?.time_to?.[threshold];
  if (!told) return null;
  const within = (/** @type {any} */ s) => (Number.isFinite(s) ? s : Infinity);
  return { early: within(told.p10), middle: within(told.p50), late: within(told.p90) };
}

/**
 * Order of the list by probability: likeliest within `WARNED_H` first, then soonest; what says nothing comes last, never first.
 * @param {{gauge: any, outlook: Outlook}} a @param {{gauge: any, outlook: Outlook}} b
 */
export function byChance(a, b) {
  const at = LEADS_H.indexOf(WARNED_H);
  return (
    a.outlook.tier - b.outlook.tier
    || descending(a.outlook.chances[at], b.outlook.chances[at])
    || ascending(a.outlook.crossing, b.outlook.crossing, 'middle')
    || ascending(a.outlook.crossing, b.outlook.crossing, 'early')
    || descending(a.outlook.chances[LEADS_H.length - 1], b.outlook.chances[LEADS_H.length - 1])
    || String(a.gauge.name).localeCompare(String(b.gauge.name), 'ja')
    || String(a.gauge.id).localeCompare(String(b.gauge.id))
  );
}

/**
 * Counts for the line above the list, so that silence is not taken for safety.
 * @param {Iterable<{outlook: Outlook}>} rows
 * @returns {{alarm: number, over: number, stale: number, doubted: number, silent: Map<string, number>}} `silent` by reason
 */
export function tally(rows) {
  const counts = { alarm: 0, over: 0, stale: 0, doubted: 0, silent: new Map() };
  for (const { outlook: one } of rows) {
    if (one.alarm) counts.alarm += 1;
    if (one.over && !one.doubted) counts.over += 1;
    if (one.tier === 1) counts.stale += 1;
    if (one.tier === 2) counts.doubted += 1;
    if (one.reason) counts.silent.set(one.reason, (counts.silent.get(one.reason) ?? 0) + 1);
  }
  return counts;
}

/** @param {number} a @param {number} b unknown comes last */
function descending(a, b) {
  if (Number.isNaN(a)) return Number.isNaN(b) ? 0 : 1;
  return Number.isNaN(b) ? -1 : b - a;
}

/** @param {Crossing | null} a @param {Crossing | null} b @param {'early' | 'middle' | 'late'} which */
function ascending(a, b, which) {
  const left = a?.[which] ?? Infinity;
  const right = b?.[which] ?? Infinity;
  return left === right ? 0 : left - right;
}
