// @ts-check
/** A call for help that no goods answer: who waits, in which order, and where a call may go next. Pure. */

/** States in their order (shelters/aid.py). */
export const AID_STATES = ['asked', 'seen', 'on-the-way', 'done'];
/** Ends without help. */
export const AID_ENDS = ['declined', 'cancelled'];
/** Needs on which a life may hang, in the order of the board; all others come after them. */
const LIFE = ['rescue', 'ambulance', 'fire', 'evacuate', 'doctor'];

/**
 * Where the centre may move a call next.
 * @param {string | null} state
 * @returns {string[]}
 */
export function aidSteps(state) {
  const at = AID_STATES.indexOf(state ?? '');
  if (state === 'declined') return ['on-the-way', 'done'];
  if (at < 0 || state === 'done') return state === null ? ['seen', 'on-the-way', 'done', 'declined'] : [];
  return [...AID_STATES.slice(at + 1), 'declined'];
}

/** Whether nobody is on the way yet. @param {any} aid */
export function unanswered(aid) {
  return aid.open === true && aid.state !== 'on-the-way';
}

/**
 * The calls of every shelter, with the shelter that called.
 * @param {any[]} shelters live values `shelter`
 * @returns {any[]} each with `shelter`, `shelter_name`, `key`
 */
export function allAids(shelters) {
  return shelters.flatMap((shelter) => (shelter.aids ?? []).map((/** @type {any} */ aid) => ({
    ...aid, shelter: shelter.id, shelter_name: shelter.name, key: `${shelter.id}/${aid.id}`,
  })));
}

/**
 * Order on the board: lives first, then who asked first.
 * @param {any} a @param {any} b
 */
export function byDanger(a, b) {
  const rank = (/** @type {any} */ aid) => (LIFE.includes(aid.need) ? LIFE.indexOf(aid.need) : LIFE.length);
  return rank(a) - rank(b) || String(a.asked_at).localeCompare(String(b.asked_at)) || String(a.key).localeCompare(String(b.key));
}

/**
 * Calls by state; a state that this screen does not know is kept as a column of its own.
 * @param {any[]} aids
 * @returns {Map<string, any[]>}
 */
export function aidColumns(aids) {
  /** @type {Map<string, any[]>} */
  const found = new Map([...AID_STATES, ...AID_ENDS].map((state) => [state, []]));
  for (const aid of aids) {
    const state = String(aid.state);
    if (!found.has(state)) found.set(state, []);
    found.get(state)?.push(aid);
  }
  for (const column of found.values()) column.sort(byDanger);
  return found;
}
