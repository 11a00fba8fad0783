// @ts-check
/**
 * What stands for each municipality: what it ordered (a), what is officially announced (b), what we estimate (c).
 * Three lines that are never made into one. Pure.
 */

import { shortPlace } from './place-name.js';
import { numbered, worstByArea } from './warning-level.js';

/** Proposals that wait for a person or are worked on. */
const ALIVE = ['open', 'taken'];

/**
 * @typedef {object} Town a municipality with what stands for it
 * @property {string} area
 * @property {string} name
 * @property {any[]} orders in force or drafted, the highest level first
 * @property {any[]} ended lifted and withdrawn ones
 * @property {{level: number, numbered: boolean, hazards: string[]} | null} official those with a level before those without
 * @property {any[]} proposals the most urgent first
 * @property {any[]} advice the newest first
 * @property {number} ordered highest level in force, 0 = none known
 * @property {any | null} gap the most urgent proposal that asks for more than is ordered
 * @property {number} startMs by when the gap's evacuation must start, NaN = not known
 */

/** By when an evacuation must start at the cautious end [ms]; NaN = cannot be told. @param {any} proposal */
export function startOf(proposal) {
  const { p10, p50, p90 } = proposal.latest_start ?? {};
  return Date.parse(p10 ?? p50 ?? p90 ?? '');
}

/** Whether a proposal still speaks, by its own end too. @param {any} proposal @param {number} nowMs */
export function alive(proposal, nowMs) {
  return ALIVE.includes(proposal.state) && !(Date.parse(proposal.expires_at) <= nowMs);
}

/** Latest start first, those without one after them; what is decided or over last. @param {number} nowMs */
export function byUrgency(nowMs) {
  return (/** @type {any} */ a, /** @type {any} */ b) => Number(alive(b, nowMs)) - Number(alive(a, nowMs))
    || ordered(startOf(a), startOf(b)) || b.level - a.level || String(a.id).localeCompare(String(b.id));
}

/**
 * Every municipality of which something is ordered, announced from level 3 on, estimated or advised.
 * @param {{orders: any[], advice: any[], proposals: any[], warnings: any[], own?: string[]}} picture `own`: codes of who looks
 * @param {number} nowMs the incident's now
 * @param {(code: string) => string} nameOf
 * @returns {Town[]} the most urgent first
 */
export function townsOf({ orders, advice, proposals, warnings, own = [] }, nowMs, nameOf) {
  /** @type {Map<string, Town>} */ const towns = new Map();
  const town = (/** @type {string} */ area, /** @type {string | null | undefined} */ name) => {
    const held = towns.get(area) ?? {
      area, name: shortPlace(name) || nameOf(area), orders: [], ended: [], official: null, proposals: [], advice: [], ordered: 0, gap: null, startMs: NaN,
    };
    towns.set(area, held);
    return held;
  };
  // Who orders for a municipality finds it at any time, also before anything stands there.
  for (const area of own) town(area, '');
  for (const order of orders) {
    const at = town(order.area, order.area_name);
    (['lifted', 'withdrawn'].includes(order.state) ? at.ended : at.orders).push(order);
  }
  for (const one of advice) town(one.area, one.area_name).advice.push(one);
  for (const one of proposals) town(one.area?.municipality ?? one.area?.id, one.area?.municipality_name ?? one.area?.name).proposals.push(one);
  const announced = worstByArea(warnings.filter(numbered));
  const plain = worstByArea(warnings.filter((warning) => !numbered(warning)));
  for (const [area, worst] of [...plain, ...announced]) if (worst.level >= 3 || towns.has(area)) town(area, '').official = worst;
  for (const one of towns.values()) judge(one, nowMs);
  return [...towns.values()].sort(byNeed);
}

/** @param {Town} town @param {number} nowMs */
function judge(town, nowMs) {
  town.orders.sort((a, b) => b.level - a.level || Number(b.id) - Number(a.id));
  town.ended.sort((a, b) => Number(b.id) - Number(a.id));
  town.advice.sort((a, b) => Number(b.id) - Number(a.id));
  town.proposals.sort(byUrgency(nowMs));
  town.ordered = Math.max(0, ...town.orders.filter(({ state }) => state === 'issued').map(({ level }) => Number(level)));
  town.gap = town.proposals.find((one) => alive(one, nowMs) && one.act !== 'lift' && Number(one.level) > town.ordered) ?? null;
  town.startMs = town.gap === null ? NaN : startOf(town.gap);
}

/** Who must act first stands on top. @param {Town} a @param {Town} b */
function byNeed(a, b) {
  return Number(b.gap !== null) - Number(a.gap !== null) || ordered(a.startMs, b.startMs)
    || (b.gap?.level ?? 0) - (a.gap?.level ?? 0) || Number(unanswered(b)) - Number(unanswered(a)) || waiting(b) - waiting(a) || b.ordered - a.ordered
    || (b.official?.level ?? 0) - (a.official?.level ?? 0) || a.area.localeCompare(b.area);
}

/** Whether an authority announces level 4 or 5 and nothing of that level is ordered. @param {Town} town */
export function unanswered(town) {
  if (!town.official?.numbered) return false;
  return town.official.level >= 4 && town.official.level > town.ordered;
}

/** @param {Town} town */
function waiting(town) {
  return town.orders.filter(({ pending }) => pending?.state === 'submitted').length;
}

/** Earlier first, unknown last. @param {number} a @param {number} b */
function ordered(a, b) {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  return a - b;
}
