// @ts-check
/** A supply line from the request to the hand: its columns on the board, its order there, and where it may go. Pure. */

/** States in their order; goods stand in the last two. */
export const STATES = ['request', 'accepted', 'picked', 'loaded', 'on-the-way', 'arrived', 'handed-out'];
/** Ends without goods. */
export const ENDS = ['rejected', 'cancelled'];
/** Before this state a line may still be cancelled. */
const LEFT = STATES.indexOf('on-the-way');

/**
 * Where a person may move a line next: the step after, and the ends that are allowed from here.
 * @param {string} state
 * @returns {string[]}
 */
export function nextSteps(state) {
  const at = STATES.indexOf(state);
  if (at < 0) return [];
  return [
    ...(at + 1 < STATES.length ? [STATES[at + 1]] : []),
    ...(at <= 1 ? ['rejected'] : []),
    ...(at < LEFT ? ['cancelled'] : []),
  ];
}

/**
 * How a line stands now.
 * @param {any} line a live value `request`
 * @param {number} now the incident's now [ms]
 */
export function lineStanding(line, now) {
  const neededMs = Date.parse(line.needed_by ?? '');
  const waiting = STATES.indexOf(line.state) >= 0 && STATES.indexOf(line.state) < STATES.indexOf('arrived');
  return {
    overdue: waiting && neededMs < now,
    neededMs,
    restMs: now - Date.parse(line.changed_at ?? line.asked_at ?? ''),
    last: line.steps?.at(-1) ?? null,
  };
}

/**
 * Order within a column: urgent, then needed first, then asked first.
 * @param {any} a @param {any} b
 */
export function byUrgency(a, b) {
  const time = (/** @type {any} */ text) => {
    const ms = Date.parse(text ?? '');
    return Number.isNaN(ms) ? Infinity : ms;
  };
  const less = (/** @type {number} */ x, /** @type {number} */ y) => (x === y ? 0 : x - y);
  return Number(b.urgent === true) - Number(a.urgent === true)
    || less(time(a.needed_by), time(b.needed_by))
    || less(time(a.asked_at), time(b.asked_at))
    || String(a.id).localeCompare(String(b.id));
}

/**
 * Lines by state, each column in its order; a state that this screen does not know is kept as a column of its own.
 * @param {any[]} lines
 * @returns {Map<string, any[]>}
 */
export function columns(lines) {
  /** @type {Map<string, any[]>} */
  const found = new Map([...STATES, ...ENDS].map((state) => [state, []]));
  for (const line of lines) {
    const state = String(line.state);
    if (!found.has(state)) found.set(state, []);
    found.get(state)?.push(line);
  }
  for (const column of found.values()) column.sort(byUrgency);
  return found;
}

/**
 * The operation that moves a line.
 * @param {any} line @param {string} state
 */
export function moveOperation(line, state) {
  return { kind: 'supply', value: { line: line.line, state } };
}
