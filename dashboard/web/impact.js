// @ts-check
/** Who and what a simulated flood hits, at a moment and by its end (docs/impact.md, the document of a member). Pure. */

/** Kinds of places in the groups that are counted apart. */
export const GROUPS = ['shelter', 'site', 'facility', 'underpass'];

/** @param {string} kind @returns {string} its group */
export function groupOf(kind) {
  return kind === 'shelter' || kind === 'site' || kind === 'underpass' ? kind : 'facility';
}

/**
 * Index of the moment of the document that holds at `t_s`: the last not after it.
 * @param {any} impact @param {number} t_s
 * @returns {number} -1 before the first
 */
export function momentIndex(impact, t_s) {
  const times = impact?.times_s ?? [];
  let found = -1;
  for (let at = 0; at < times.length && times[at] <= t_s; at += 1) found = at;
  return found;
}

/**
 * @typedef {object} Hit what is hit at a moment, or at any time
 * @property {number | null} people null = not known, never 0
 * @property {number | null} households
 * @property {number[] | null} byClass people by class of depth, lowest first
 * @property {Record<string, number>} closed places no longer reached, by group
 * @property {number} roads roads that cars no longer pass
 * @property {number} unknownPlaces places on ground that nothing is known of
 */

/**
 * What is hit at `t_s`.
 * @param {any} impact @param {number} t_s
 * @returns {Hit}
 */
export function hitAt(impact, t_s) {
  const at = momentIndex(impact, t_s);
  const totals = impact.totals ?? {};
  return {
    people: totals.people?.[at] ?? (totals.people && at < 0 ? 0 : null),
    households: totals.households?.[at] ?? null,
    byClass: totals.people_by_class?.[at] ?? null,
    ...closedBy(impact, t_s),
  };
}

/**
 * What is hit at any time of the run.
 * @param {any} impact
 * @returns {Hit}
 */
export function hitEver(impact) {
  const totals = impact.totals ?? {};
  return { people: totals.people_ever ?? null, households: totals.households_ever ?? null, byClass: null, ...closedBy(impact, Infinity) };
}

/** @param {any} impact @param {number} t_s */
function closedBy(impact, t_s) {
  /** @type {Record<string, number>} */ const closed = Object.fromEntries(GROUPS.map((group) => [group, 0]));
  let unknownPlaces = 0;
  for (const place of impact.places ?? []) {
    if (place.unknown) unknownPlaces += 1;
    else if (isReached(place.closed_from_s, t_s)) closed[groupOf(place.kind)] += 1;
  }
  const roads = (impact.roads ?? []).filter((/** @type {any} */ road) => isReached(road.closed_from_s, t_s)).length;
  return { closed, roads, unknownPlaces };
}

/** @param {number | null} from_s null = never @param {number} t_s */
function isReached(from_s, t_s) {
  return from_s !== null && from_s !== undefined && from_s <= t_s;
}

/**
 * How a place stands at a moment.
 * @param {any} place @param {number} t_s @param {any} impact
 * @returns {{state: 'unknown' | 'dry' | 'wet' | 'closed', depth_m: number | null}} `depth_m` at the moment
 */
export function placeAt(place, t_s, impact) {
  if (place.unknown) return { state: 'unknown', depth_m: null };
  const depth_m = place.depth_m?.[momentIndex(impact, t_s)] ?? null;
  if (isReached(place.closed_from_s, t_s)) return { state: 'closed', depth_m };
  return { state: isReached(place.arrival_s, t_s) ? 'wet' : 'dry', depth_m };
}

/**
 * Rows of a table, the earliest arrival first, those on unknown ground last.
 * @param {any[]} rows with `arrival_s`
 */
export function byArrival(rows) {
  return [...rows].sort((a, b) => (a.arrival_s ?? Infinity) - (b.arrival_s ?? Infinity) || 0);
}

/**
 * A table as CSV (RFC 4180), with the mark by which spreadsheets know UTF-8.
 * @param {(string | number | null | undefined)[][]} rows null = not known: an empty cell
 */
export function csv(rows) {
  return `\ufeff${rows.map((row) => row.map(cell).join(',')).join('\r\n')}\r\n`;
}

/** @param {string | number | null | undefined} value */
function cell(value) {
  if (value === null || value === undefined) return '';
  // A name that begins like a formula would be run by a spreadsheet.
  const text = typeof value === 'string' && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
