// @ts-check
/**
 * The picture a screen holds: objects by kind and id, merged from snapshots and deltas (docs/live.md).
 * Pure: no network, no DOM, no clock.
 */

/** @typedef {{v: number, value: any}} Held */
/** @typedef {{full: boolean, kinds: Map<string, Set<string>>}} Changed */

/** A message that breaks the contract; the remedy is a fresh snapshot. */
export class UnreadableMessage extends Error {}

/**
 * Everything a screen knows. `apply` merges one message and says what changed.
 *
 * A change counts only if its version is greater than the one held, also for objects already
 * removed: transactions may become visible in another order than they changed one object.
 */
export class Picture {
  constructor() {
    /** @type {Map<string, Map<string, Held>>} */
    this.kinds = new Map();
    /** Position to resume from, null before the first snapshot. @type {string | null} */
    this.position = null;
  }

  /**
   * Merge one `snapshot`, `delta` or `beat`.
   * @param {any} message a parsed message
   * @returns {Changed} the ids that changed, by kind; `full` after a snapshot
   * @throws {UnreadableMessage} when the message breaks the contract; the picture is then unchanged
   */
  apply(message) {
    if (message === null || typeof message !== 'object') throw new UnreadableMessage('not an object');
    switch (message.type) {
      case 'snapshot':
        return this.#replace(message);
      case 'delta':
        return this.#merge(message);
      case 'beat':
        this.position = message.position ?? this.position;
        return { full: false, kinds: new Map() };
      default:
        throw new UnreadableMessage(`unknown type ${String(message.type)}`);
    }
  }

  /**
   * Values of one kind.
   * @param {string} kind
   * @returns {any[]} without removed objects, in order of arrival
   */
  all(kind) {
    const values = [];
    for (const held of this.kinds.get(kind)?.values() ?? []) {
      if (held.value !== null) values.push(held.value);
    }
    return values;
  }

  /**
   * One value, undefined when unknown or removed.
   * @param {string} kind
   * @param {string} id
   */
  get(kind, id) {
    return this.kinds.get(kind)?.get(id)?.value ?? undefined;
  }

  /**
   * The version of one object, undefined when unknown or removed: what somebody saw who acts on it.
   * @param {string} kind
   * @param {string} id
   */
  versionOf(kind, id) {
    const held = this.kinds.get(kind)?.get(id);
    return held === undefined || held.value === null ? undefined : held.v;
  }

  /** @param {any} message @returns {Changed} */
  #replace(message) {
    if (message.objects === null || typeof message.objects !== 'object') {
      throw new UnreadableMessage('snapshot without objects');
    }
    const fresh = new Map();
    for (const [kind, list] of Object.entries(message.objects)) {
      if (!Array.isArray(list)) throw new UnreadableMessage(`objects of ${kind} are no list`);
      const byId = new Map();
      for (const object of list) byId.set(checkedId(object), { v: object.v, value: object.value });
      fresh.set(kind, byId);
    }
    const touched = new Map();
    for (const [kind, byId] of [...this.kinds, ...fresh]) {
      const ids = touched.get(kind) ?? new Set();
      for (const id of byId.keys()) ids.add(id);
      touched.set(kind, ids);
    }
    this.kinds = fresh;
    this.position = message.position ?? null;
    return { full: true, kinds: touched };
  }

  /** @param {any} message @returns {Changed} */
  #merge(message) {
    if (!Array.isArray(message.changes)) throw new UnreadableMessage('delta without changes');
    for (const change of message.changes) {
      checkedId(change);
      if (typeof change.kind !== 'string') throw new UnreadableMessage('change without kind');
    }
    const touched = new Map();
    for (const change of message.changes) {
      const id = String(change.id);
      const byId = this.kinds.get(change.kind) ?? new Map();
      this.kinds.set(change.kind, byId);
      const held = byId.get(id);
      if (held !== undefined && !(change.v > held.v)) continue;
      byId.set(id, { v: change.v, value: change.value });
      const ids = touched.get(change.kind) ?? new Set();
      touched.set(change.kind, ids.add(id));
    }
    this.position = message.position ?? this.position;
    return { full: false, kinds: touched };
  }
}

/** @param {any} object @returns {string} */
function checkedId(object) {
  const id = object?.id;
  if (id === undefined || id === null) throw new UnreadableMessage('object without id');
  if (typeof object.v !== 'number') throw new UnreadableMessage(`object ${id} without version`);
  if (object.value === undefined) throw new UnreadableMessage(`object ${id} without value`);
  return String(id);
}
