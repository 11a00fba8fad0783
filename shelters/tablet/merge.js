// @ts-check
/**
 * The merge: a shelter's state is a fold over the *set* of its operations, to the byte the one of
 * `shelters/merge.py`. Operations may stand in any order and any number of times.
 */

import { resolveAid } from './aid.js';
import { resolveCounter, thousandths } from './counter.js';
import { newest, resolveRegister } from './field-register.js';
import { parseHybridTime } from './hybrid-clock.js';
import { arrivalOf, resolveLine } from './ledger.js';

/** What can happen to somebody of the register. */
export const PRESENCES = ['arrive', 'absence', 'move', 'leave', 'outside'];
const HANDED_OUT = 'handed-out';

/** @typedef {import('./field-register.js').Entry} Entry */
/** @typedef {Record<string, any>} Operation an operation with its `stamp` (docs/tablet.md) */

/** @param {Iterable<Operation>} operations @returns {any} the canonical state */
export function fold(operations) {
  const gathered = new Gathered();
  for (const operation of operations) gathered.add(operation);
  return gathered.state();
}

/** What the operations wrote, by where they wrote it. */
class Gathered {
  /** @type {Set<string>} */ #seen = new Set();
  /** @type {Map<string, Entry[]>} */ #fields = new Map();
  /** @type {Record<'persons' | 'households', Map<string, {fields: Map<string, Entry[]>, presence: Entry[]}>>} */
  #cards = { persons: new Map(), households: new Map() };
  /** @type {Map<string, Count>} */ #counts = new Map();
  /** @type {Map<string, Map<string, Count>>} */ #stock = new Map();
  /** @type {Map<string, {steps: any[], fields: Map<string, Entry[]>}>} */ #lines = new Map();
  /** @type {Map<string, {steps: import('./aid.js').AidStep[], fields: Map<string, Entry[]>}>} */ #aids = new Map();
  /** @type {Map<string, Map<string, {adds: Entry[], removed: Set<string>}>>} */ #sets = new Map();
  /** @type {Map<string, Entry[]>} */ #photos = new Map();
  /** @type {Map<string, string[]>} */ #other = new Map();

  /** @param {Operation} operation */
  add(operation) {
    if (this.#seen.has(operation.id)) return;
    this.#seen.add(operation.id);
    const { kind, value } = operation;
    const entry = entryMaker(operation);
    if (kind === 'set') writeAll(this.#fields, value.fields, entry);
    else if (kind === 'household') writeAll(this.#card('households', value.household).fields, value.fields, entry);
    else if (kind === 'person') writeAll(this.#card('persons', value.person).fields, value.fields, entry);
    else if (kind === 'count') count(at(this.#counts, value.field, newCount), value, entry, false);
    else if (kind === 'stock') {
      const lots = at(this.#stock, value.item, () => new Map());
      count(at(lots, value.lot ?? '', newCount), value, entry, true);
    } else if (kind === 'supply') this.#step(value, entry);
    else if (kind === 'aid') this.#aidStep(value, entry);
    else if (PRESENCES.includes(kind)) this.#presence(kind, value, entry);
    else if (kind === 'add') this.#element(value).adds.push(entry(value.value ?? null));
    else if (kind === 'remove') for (const tag of value.tags) this.#element(value).removed.add(tag);
    else if (kind === 'photo') at(this.#photos, value.photo, () => []).push(entry(photoValue(value)));
    else at(this.#other, kind, () => []).push(operation.id);
  }

  state() {
    const lines = this.#resolvedLines();
    return {
      aids: objectOf(this.#aids, ({ steps, fields }) => resolveAid(steps, fields)),
      counts: objectOf(this.#counts, ({ totals, changes }) => resolveCounter(totals, changes)),
      fields: objectOf(this.#fields, resolveRegister),
      households: this.#resolvedCards('households'),
      lines,
      operations: this.#seen.size,
      other: objectOf(this.#other, (ids) => [...ids].sort()),
      persons: this.#resolvedCards('persons'),
      photos: objectOf(this.#photos, (entries) => {
        const entry = newest(entries);
        return { actor: entry.actor, seen_ms: entry.seen_ms, ...entry.value };
      }),
      sets: this.#resolvedSets(),
      stock: this.#resolvedStock(lines),
    };
  }

  /** @param {'persons' | 'households'} part @param {string} owner */
  #card(part, owner) {
    return at(this.#cards[part], owner, () => ({ fields: new Map(), presence: [] }));
  }

  /** @param {any} value */
  #element(value) {
    const elements = at(this.#sets, value.set, () => new Map());
    return at(elements, value.key, () => ({ adds: [], removed: new Set() }));
  }

  /** @param {any} value @param {(value: any) => Entry} entry */
  #step(value, entry) {
    const line = at(this.#lines, value.line, () => ({ steps: [], fields: new Map() }));
    const { line: _line, state, ...fields } = value;
    const { order, seen_ms, actor } = entry(null);
    line.steps.push({ order, seen_ms, actor, state: state ?? null, amount: value.amount });
    writeAll(line.fields, fields, entry);
  }

  /** @param {any} value @param {(value: any) => Entry} entry */
  #aidStep(value, entry) {
    const call = at(this.#aids, value.aid, () => ({ steps: [], fields: new Map() }));
    const { aid: _aid, state, ...fields } = value;
    const { order, seen_ms, actor } = entry(null);
    call.steps.push({ order, seen_ms, actor, state: state ?? null });
    writeAll(call.fields, fields, entry);
  }

  /** @param {string} kind @param {any} value @param {(value: any) => Entry} entry */
  #presence(kind, value, entry) {
    const { persons = [], households = [], ...told } = value;
    for (const id of new Set(persons)) this.#card('persons', id).presence.push(entry({ ...told, kind }));
    for (const id of new Set(households)) this.#card('households', id).presence.push(entry({ ...told, kind }));
  }

  #resolvedLines() {
    return objectOf(this.#lines, ({ steps, fields }) => resolveLine(steps, fields));
  }

  /** @param {'persons' | 'households'} part */
  #resolvedCards(part) {
    return objectOf(this.#cards[part], ({ fields, presence }) => ({
      fields: objectOf(fields, resolveRegister),
      presence: presence.length > 0 ? resolveRegister(presence) : null,
    }));
  }

  #resolvedSets() {
    const sets = objectOf(this.#sets, (elements) => {
      const living = [...elements]
        .map(([key, { adds, removed }]) => [key, adds.filter((entry) => !removed.has(entry.order[3]))])
        .filter(([, adds]) => adds.length > 0);
      return Object.fromEntries(living.map(([key, adds]) => [key, elementState(/** @type {Entry[]} */ (adds))]));
    });
    return Object.fromEntries(Object.entries(sets).filter(([, elements]) => Object.keys(elements).length > 0));
  }

  /** @param {Record<string, any>} lines */
  #resolvedStock(lines) {
    /** @type {Map<string, Map<string, Count>>} */
    const all = new Map([...this.#stock].map(([item, lots]) => [item, new Map(lots)]));
    for (const [id, line] of Object.entries(lines)) {
      const arrived = arrivalOf(line, /** @type {any} */ (this.#lines.get(id)).steps);
      if (arrived === null) continue;
      const lots = at(all, arrived.item, () => new Map());
      const { totals, changes, out } = at(lots, arrived.lot, newCount);
      lots.set(arrived.lot, { totals, out, changes: [...changes, arrived.change] });
    }
    return objectOf(all, (lots) =>
      objectOf(lots, ({ totals, changes, out }) => ({
        ...resolveCounter(totals, changes),
        handed_out: out === 0 ? 0 : out / 1000,
      })),
    );
  }
}

/** `out` is what was handed out [thousandths]. @typedef {{totals: Entry[], changes: import('./counter.js').Change[], out: number}} Count */

/** @returns {Count} */
function newCount() {
  return { totals: [], changes: [], out: 0 };
}

/** @param {Count} counter @param {any} value @param {(value: any) => Entry} entry @param {boolean} stock */
function count(counter, value, entry, stock) {
  if (value.delta === undefined) {
    counter.totals.push(entry(value.total ?? null));
    return;
  }
  const change = thousandths(value.delta);
  const { order, seen_ms } = entry(null);
  counter.changes.push([order, seen_ms, change]);
  if (stock && value.reason === HANDED_OUT) counter.out -= change;
}

/** @param {Operation} operation @returns {(value: any) => Entry} */
function entryMaker(operation) {
  const { stamp, device, id, hlc } = operation;
  /** @type {import('./field-register.js').Order} */
  const order = [stamp.at_ms, parseHybridTime(hlc).counter, device, id];
  const after = new Set(/** @type {string[]} */ (operation.after ?? []));
  const { actor = '', observed_at = null } = operation;
  return (value) => ({ order, seen_ms: stamp.seen_ms, hlc, actor, observed_at, after, value });
}

/** @param {Map<string, Entry[]>} registers @param {Record<string, any>} fields @param {(value: any) => Entry} entry */
function writeAll(registers, fields, entry) {
  for (const [name, value] of Object.entries(fields)) at(registers, name, () => []).push(entry(value));
}

/** @param {any} value */
function photoValue(value) {
  return { about: value.about ?? null, bytes: value.bytes, caption: value.caption ?? null, type: value.type };
}

/** @param {Entry[]} adds */
function elementState(adds) {
  const { actor, seen_ms, value } = newest(adds);
  return { actor, seen_ms, tags: adds.map((entry) => entry.order[3]).sort(), value };
}

/**
 * The value at a key, made where there is none.
 * @template K, V
 * @param {Map<K, V>} map @param {K} key @param {() => V} make
 * @returns {V}
 */
function at(map, key, make) {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = make()));
  return value;
}

/**
 * @template V
 * @param {Map<string, V>} map @param {(value: V) => any} resolve
 * @returns {Record<string, any>}
 */
function objectOf(map, resolve) {
  return Object.fromEntries([...map].map(([key, value]) => [key, resolve(value)]));
}
