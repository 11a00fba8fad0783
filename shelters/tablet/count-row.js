// @ts-check
/** One count: its value, steps up and down, a recount, unknown; the contradiction where there is one. */

import { askNumber } from './ask.js';
import { conflictBox } from './conflict-box.js';
import { named, rich, spoken, t } from './language.js';
import { element } from './live-map/element.js';
import { agoText, figure, signed } from './wording.js';

/** @param {import('./app.js').App} app @param {string} name of the count @param {number} delta */
export function step(app, name, delta) {
  return app.act([{ kind: 'count', value: { field: name, delta } }], { key: 'did.count', name: { count: name }, values: { value: signed(delta) } });
}

/** @param {import('./app.js').App} app @param {string} name */
export async function recount(app, name) {
  const given = app.state.counts[name]?.value ?? null;
  const answer = await askNumber(t('count.recount-of', { name: named(app.count(name)) }), { given, unknown: true });
  if (answer === null) return;
  const counter = app.state.counts[name];
  // What was on the screen is replaced knowingly.
  const after = counter?.base_op ? [counter.base_op, ...counter.conflicts.map((/** @type {any} */ one) => one.op)] : undefined;
  await app.act([{ kind: 'count', value: { field: name, total: answer.number }, ...(after && { after }) }],
    { key: 'did.recount', name: { count: name }, values: { value: answer.number } });
}

/**
 * @param {import('./app.js').App} app @param {string} name @param {number[]} steps
 * @param {string} [className] @param {'h2' | 'h3'} [heading]
 */
export function countRow(app, name, steps, className = '', heading = 'h3') {
  const counter = app.state.counts[name];
  const title = named(app.count(name), name);
  const value = counter === undefined ? t('value.never') : counter.value === null ? t('value.unknown') : figure(counter.value);
  const buttons = steps.map((delta) => element('button', {
    type: 'button', class: delta > 0 ? 'step up' : 'step down', 'data-step': delta, 'data-key': `${name}${delta}`,
    'aria-label': `${title} ${signed(delta)}`, onclick: () => step(app, name, delta),
  }, signed(delta)));
  return element('section', { class: `count-row ${className}`, 'data-count': name },
    element(heading, {}, title),
    element('button', { type: 'button', class: 'count-value', 'data-key': `${name}=`, onclick: () => recount(app, name) },
      spoken(`${title} `), element('output', {}, value), element('small', {}, counter ? agoText(app.nowMs() - counter.seen_ms) : rich('count.recount')), counter ? spoken(t('count.recount')) : null),
    element('div', { class: 'steps' }, ...buttons),
    counter?.negative ? element('p', { class: 'doubt' }, rich('count.negative')) : null,
    counter && !counter.counted && counter.value !== null ? element('p', { class: 'hint' }, rich('count.uncounted')) : null,
    counter?.value === null && counter.since !== 0 ? element('p', { class: 'hint' }, rich('count.since', { value: signed(counter.since) })) : null,
    counter?.conflicts.length ? conflictBox(app, 'counts', name, '') : null,
  );
}
