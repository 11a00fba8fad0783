// @ts-check
/** A supply plan as numbers and requests: what is asked of the server, how good the answer is, what is ordered. */

/** A plan older than this [ms] was made from a picture that is no longer the one outside. */
export const OLD_MS = 10 * 60_000;

/**
 * @typedef {object} Wishes what a person has fixed
 * @property {any[]} pins
 * @property {any[]} forbids
 */

/** @returns {Wishes} */
export function noWishes() {
  return { pins: [], forbids: [] };
}

/**
 * The body of `POST /api/supply-plan`.
 * @param {{hours: string, days: string, flood?: boolean}} fields as typed; empty means as the rules assume
 * @param {{depot: string, class: string, count: string}[]} fleet numbers that a person typed
 * @param {Wishes} wishes
 */
export function planRequest(fields, fleet, wishes) {
  const number = (/** @type {string} */ text) => (text.trim() === '' ? null : Number(text));
  return {
    hours: number(fields.hours),
    days: number(fields.days),
    use_flood: fields.flood ?? true,
    fleet: fleet.filter(({ count }) => /^\d+$/.test(count.trim())).map((row) => ({ ...row, count: Number(row.count) })),
    pins: wishes.pins.map(({ depot, shelter, item, amount }) => ({ depot, shelter, item, amount })),
    forbids: wishes.forbids,
  };
}

/**
 * Which field of a request cannot be, null when all can.
 * @param {{hours: string, days: string}} fields
 * @param {{count: string}[]} fleet
 * @returns {'hours' | 'days' | 'fleet' | null}
 */
export function wrongField(fields, fleet) {
  const within = (/** @type {string} */ text, /** @type {number} */ low, /** @type {number} */ high) =>
    text.trim() === '' || (Number(text) >= low && Number(text) <= high);
  if (!within(fields.hours, 1, 72)) return 'hours';
  if (!within(fields.days, 0.1, 14)) return 'days';
  return fleet.every(({ count }) => count.trim() === '' || (/^\d+$/.test(count.trim()) && Number(count) <= 999)) ? null : 'fleet';
}

/** Fix how much goes from a depot to a shelter; the newest word about the same three holds. @param {Wishes} wishes @param {any} pin */
export function pin(wishes, pin) {
  const same = (/** @type {any} */ other) => other.depot === pin.depot && other.shelter === pin.shelter && other.item === pin.item;
  return { ...wishes, pins: [...wishes.pins.filter((other) => !same(other)), pin] };
}

/** Forbid an item of a depot to a shelter; what was pinned there is let go. @param {Wishes} wishes @param {any} forbid */
export function forbid(wishes, forbid) {
  const same = (/** @type {any} */ other) => other.depot === forbid.depot && other.shelter === forbid.shelter && other.item === forbid.item;
  return { pins: wishes.pins.filter((other) => !same(other)), forbids: [...wishes.forbids.filter((other) => !same(other)), forbid] };
}

/** How far a plan may be from the best possible [%], rounded up: never claimed better than it is. @param {number} gap share */
export function gapPercent(gap) {
  const percent = gap * 100;
  if (!Number.isFinite(percent)) return '—';
  if (percent <= 0.0001) return '0';
  return (Math.ceil(percent * 10 - 1e-9) / 10).toFixed(1);
}

/** How much of what is needed comes [%], rounded down. @param {{wanted_person_days: number, unmet_person_days: number}} summary */
export function metPercent(summary) {
  if (!(summary.wanted_person_days > 0)) return null;
  return Math.floor((1 - summary.unmet_person_days / summary.wanted_person_days) * 100 + 1e-9);
}

/**
 * The body of `POST /api/supply-plan/orders` for the runs that are chosen.
 * @param {any} plan @param {Set<number>} chosen numbers of runs
 */
export function orderRequest(plan, chosen) {
  return {
    plan: plan.plan,
    orders: plan.runs.filter((/** @type {any} */ run) => chosen.has(run.number))
      .map((/** @type {any} */ run) => ({ number: run.number, truck: run.order })),
  };
}

/** Whether a run leaves only after the end of the plan: its depot has too few trucks. @param {any} plan @param {any} run */
export function leavesAfterEnd(plan, run) {
  return Date.parse(run.departs) > Date.parse(plan.start) + plan.hours * 3_600_000;
}

/** The runs that are proposed for ordering: those that leave within the plan. @param {any} plan @returns {Set<number>} */
export function proposedRuns(plan) {
  return new Set(plan.runs.filter((/** @type {any} */ run) => !leavesAfterEnd(plan, run)).map((/** @type {any} */ run) => run.number));
}

/** What the chosen runs are, in figures. @param {any} plan @param {Set<number>} chosen */
export function chosenTotals(plan, chosen) {
  const runs = plan.runs.filter((/** @type {any} */ run) => chosen.has(run.number));
  const stops = runs.flatMap((/** @type {any} */ run) => run.order.stops);
  return {
    runs: runs.length,
    shelters: new Set(stops.map((/** @type {any} */ stop) => stop.shelter)).size,
    doubtful: new Set(stops.map((/** @type {any} */ stop) => stop.shelter)
      .filter((/** @type {string} */ id) => plan.doubtful.some((/** @type {any} */ one) => one.shelter === id))).size,
    lines: stops.reduce((/** @type {number} */ sum, /** @type {any} */ stop) => sum + stop.lines.length, 0),
  };
}

/** Unmet needs, the life-critical and then the largest first. @param {any} plan */
export function unmetByWeight(plan) {
  const level = (/** @type {any} */ unmet) => plan.names.items[unmet.item]?.criticality ?? Infinity;
  return [...plan.unmet].sort((one, other) => level(one) - level(other) || other.person_days - one.person_days);
}

/** An amount as people read it. @param {number} amount */
export function amountText(amount) {
  return new Intl.NumberFormat('ja-JP', { maximumFractionDigits: 1 }).format(amount);
}
