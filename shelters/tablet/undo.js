// @ts-check
/** What takes an action back: a counter-operation. Nothing is ever deleted. */

/** @typedef {import('./journal.js').Draft} Draft */

/**
 * @param {Draft[]} drafts what is about to be done
 * @param {any} before the state before
 * @returns {Draft[]} what undoes it, last first
 */
export function undoOf(drafts, before) {
  return drafts.flatMap((draft) => counterOperation(draft, before)).reverse();
}

/** @param {Draft} draft @param {any} before @returns {Draft[]} */
function counterOperation({ kind, value }, before) {
  if (kind === 'set') return [{ kind, value: { fields: previous(value.fields, before.fields) } }];
  if (kind === 'count') return [{ kind, value: { field: value.field, ...opposite(value, before.counts[value.field]) } }];
  if (kind === 'stock') {
    const { total, delta, ...rest } = value;
    return [{ kind, value: { ...rest, ...opposite(value, before.stock[value.item]?.[value.lot ?? '']) } }];
  }
  if (kind === 'supply') return undoStep(value, before.lines[value.line]);
  if (kind === 'household' || kind === 'person') return undoCard(kind, value, before);
  if (kind === 'aid') return [];
  if (['arrive', 'absence', 'move', 'leave', 'outside'].includes(kind)) return undoPresence(value, before);
  return [];
}

/** @param {any} value @param {any} counter the counter before */
function opposite(value, counter) {
  if (value.delta !== undefined) return { delta: -value.delta };
  return { total: counter === undefined ? null : counter.value };
}

/** @param {Record<string, any>} fields @param {Record<string, any>} registers */
function previous(fields, registers) {
  return Object.fromEntries(Object.keys(fields).map((name) => [name, registers[name]?.value ?? null]));
}

/** A request that nobody took up is cancelled; what happened to goods cannot be undone. @param {any} value @param {any} line @returns {Draft[]} */
function undoStep(value, line) {
  const cancel = value.state === 'request' && line === undefined;
  return cancel ? [{ kind: 'supply', value: { line: value.line, state: 'cancelled' } }] : [];
}

/** @param {'household' | 'person'} kind @param {any} value @param {any} before @returns {Draft[]} */
function undoCard(kind, value, before) {
  const id = value[kind];
  const card = before[`${kind}s`][id];
  if (card !== undefined) return [{ kind, value: { [kind]: id, fields: previous(value.fields, card.fields) } }];
  return [{ kind: 'leave', value: { [`${kind}s`]: [id], note: '登録の取消' } }];
}

/** @param {any} value @param {any} before @returns {Draft[]} */
function undoPresence(value, before) {
  return ['persons', 'households'].flatMap((part) =>
    (value[part] ?? []).map((/** @type {string} */ id) => {
      const { kind = 'arrive', ...told } = before[part][id]?.presence?.value ?? {};
      return { kind, value: { ...told, [part]: [id] } };
    }),
  );
}
