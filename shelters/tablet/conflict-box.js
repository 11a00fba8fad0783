// @ts-check
/** A contradiction: every value with who said it and when, and "this one holds". */

import { rich, t } from './language.js';
import { conflictsOf } from './picture.js';
import { element } from './live-map/element.js';
import { agoText, valueText } from './wording.js';

/**
 * @param {import('./app.js').App} app @param {string} part @param {string} name @param {string} owner
 * @returns {HTMLElement | null}
 */
export function conflictBox(app, part, name, owner) {
  const found = conflictsOf(app.state).find((one) => one.part === part && one.name === name && one.owner === owner);
  if (found === undefined) return null;
  const { register } = found;
  const holding = register.op === undefined ? counted(app, register) : register;
  const values = [holding, ...register.conflicts];
  const field = part === 'fields' ? app.field(name) : undefined;
  return element('div', { class: 'conflict', role: 'group', 'aria-label': t('conflict.title') },
    element('p', {}, element('strong', {}, rich('conflict.title'))),
    ...values.map((one) => element('div', { class: 'conflict-value' },
      element('span', {}, element('b', {}, valueText(one.value, field)), element('small', {}, ` ${one.actor || one.device} ・ ${agoText(app.nowMs() - one.seen_ms)}`)),
      element('button', { type: 'button', 'data-holds': JSON.stringify(one.value), onclick: () => hold(app, found, one.value) }, rich('conflict.holds')),
    )),
  );
}

/** The recount that a counter rests on; who said it stands in its operation. @param {import('./app.js').App} app @param {any} counter */
function counted(app, counter) {
  const { journal } = app;
  const operation = journal.operations.get(counter.base_op) ?? journal.outbox.get(counter.base_op)?.operation;
  return { value: counter.base, actor: operation?.actor ?? '', device: operation?.device ?? '', seen_ms: counter.seen_ms };
}

/** @param {import('./app.js').App} app @param {any} found @param {any} value */
function hold(app, found, value) {
  return app.act([found.settle(value)], { key: 'did.settled', values: {} }, { undo: null });
}
