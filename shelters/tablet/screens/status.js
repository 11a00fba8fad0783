// @ts-check
/** Status: every field of the rules, one tap each, and "unknown"; opening and closing with the reason. */

import { askNumber, askText, askYes } from '../ask.js';
import { conflictBox } from '../conflict-box.js';
import { countRow } from '../count-row.js';
import { named, rich, t } from '../language.js';
import { photoGallery } from '../photo-gallery.js';
import { takePhoto } from '../photo-taking.js';
import { element } from '../live-map/element.js';
import { agoText, figure, valueText } from '../wording.js';
import { fuelWords } from './home.js';

/** Counts that are asked on the count screen. */
const ELSEWHERE = 'people';
/** Openings that are said with a reason, after a question. */
const WEIGHTY = new Set(['open', 'closed']);

/** @param {import('../app.js').App} app @param {string} rest the group */
export function statusScreen(app, rest) {
  const groups = app.rules.groups;
  const group = groups.some((/** @type {any} */ one) => one.group === rest) ? rest : groups[0].group;
  const fields = app.rules.fields.filter((/** @type {any} */ field) => field.group === group);
  const counts = app.rules.counts.filter((/** @type {any} */ count) => count.group === group && group !== ELSEWHERE);
  return [
    element('h1', {}, rich('home.status')),
    element('nav', { class: 'tabs', 'aria-label': t('status.groups') }, ...groups.map((/** @type {any} */ one) =>
      element('button', { type: 'button', 'data-key': `group-${one.group}`, 'aria-current': one.group === group ? 'true' : null, onclick: () => app.go(`status/${one.group}`) },
        named(one), element('small', {}, toldOf(app, one.group))))),
    element('div', { class: 'fields' },
      ...fields.map((/** @type {any} */ field) => fieldCard(app, field)),
      ...counts.map((/** @type {any} */ count) => countRow(app, count.field, [-1, 1, 5], '', 'h2')),
    ),
    element('section', { class: 'part' },
      element('h2', {}, rich('photo.title')),
      element('button', { type: 'button', class: 'wide', 'data-key': 'photo', onclick: () => takePhoto(app, group) }, rich('photo.take')),
      element('p', { class: 'hint' }, t('photo.count', {
        all: app.journal.photos.size, waiting: [...app.journal.photos.values()].filter((one) => one.status === 'waiting').length,
      })),
      photoGallery(app),
    ),
  ];
}

/** How many of a group's fields were said. @param {import('../app.js').App} app @param {string} group */
function toldOf(app, group) {
  const fields = app.rules.fields.filter((/** @type {any} */ field) => field.group === group);
  if (fields.length === 0) return '';
  return `${fields.filter((/** @type {any} */ field) => field.field in app.state.fields).length}/${fields.length}`;
}

/** @param {import('../app.js').App} app @param {any} field */
function fieldCard(app, field) {
  const register = app.state.fields[field.field];
  const title = named(field);
  return element('section', { class: 'field', 'data-field': field.field, 'data-told': register === undefined ? 'never' : register.value === null ? 'unknown' : 'yes' },
    element('div', { class: 'field-head' }, element('h2', {}, title), element('small', {}, register ? `${register.actor || register.device} ・ ${agoText(app.nowMs() - register.seen_ms)}` : t('value.never'))),
    field.field === 'fuel_hours' && register ? element('p', { class: 'hint' }, fuelWords(app)) : null,
    field.field === 'ordered'
      ? element('p', { class: 'told' }, valueText(register?.value, field))
      : entry(app, field, register, title),
    register?.conflicts.length ? conflictBox(app, 'fields', field.field, '') : null,
  );
}

/** @param {import('../app.js').App} app @param {any} field @param {any} register @param {string} title */
function entry(app, field, register, title) {
  const unknown = choiceButton(app, field, register, null, t('value.unknown'));
  if (field.type === 'choice') {
    return element('div', { class: 'choices', role: 'group', 'aria-label': title },
      ...field.choices.map((/** @type {any} */ choice) => choiceButton(app, field, register, choice.value, named(choice))), unknown);
  }
  if (field.type === 'flag') {
    return element('div', { class: 'choices', role: 'group', 'aria-label': title },
      choiceButton(app, field, register, true, t('value.yes')), choiceButton(app, field, register, false, t('value.no')), unknown);
  }
  const number = field.type === 'number';
  return element('div', { class: 'choices', role: 'group', 'aria-label': title },
    element('button', { type: 'button', class: 'value', 'data-key': `${field.field}=`, onclick: () => (number ? enterNumber(app, field) : enterText(app, field)) },
      typeof register?.value === 'number' ? figure(register.value) : register?.value ? String(register.value) : rich(number ? 'status.enter-number' : 'status.enter-text')),
    unknown);
}

/** @param {import('../app.js').App} app @param {any} field @param {any} register @param {any} value @param {string} name */
function choiceButton(app, field, register, value, name) {
  const holds = register !== undefined && register.value === value;
  return element('button', {
    type: 'button', class: value === null ? 'choice choice-unknown' : 'choice', 'aria-pressed': String(holds), 'data-value': String(value),
    'data-key': `${field.field}=${value}`, onclick: () => choose(app, field, value),
  }, name);
}

/** @param {import('../app.js').App} app @param {any} field @param {any} value */
async function choose(app, field, value) {
  if (field.field === 'opening' && WEIGHTY.has(value)) {
    await openOrClose(app, field, value);
    return;
  }
  await say(app, field, value);
}

/** @param {import('../app.js').App} app @param {any} field @param {any} value @param {Record<string, any>} [with_] */
function say(app, field, value, with_ = {}) {
  const register = app.state.fields[field.field];
  const after = register ? [register.op, ...register.conflicts.map((/** @type {any} */ one) => one.op)] : undefined;
  return app.act([{ kind: 'set', value: { fields: { [field.field]: value, ...with_ } }, ...(after && { after }) }],
    { key: 'did.set', name: { field: field.field }, values: { value } });
}

/** @param {import('../app.js').App} app @param {any} field @param {'open' | 'closed'} value */
async function openOrClose(app, field, value) {
  const ready = t(value === 'open' ? 'status.reasons-open' : 'status.reasons-closed').split('|');
  if (value === 'closed' && !(await askYes(t('status.close-title'), rich('status.close-words'), 'status.close'))) return;
  const reason = await askText(t(value === 'open' ? 'status.open-reason' : 'status.close-reason'), { ready, optional: true, confirm: value === 'open' ? 'status.open' : 'status.close' });
  if (reason === null) return;
  await say(app, field, value, reason === '' ? {} : { opening_reason: reason });
}

/** @param {import('../app.js').App} app @param {any} field */
async function enterNumber(app, field) {
  const given = app.state.fields[field.field]?.value;
  const answer = await askNumber(named(field), { given: typeof given === 'number' ? given : null, unknown: true, decimals: true });
  if (answer !== null) await say(app, field, answer.number);
}

/** @param {import('../app.js').App} app @param {any} field */
async function enterText(app, field) {
  const given = app.state.fields[field.field]?.value;
  const text = await askText(named(field), { given: typeof given === 'string' ? given : '' });
  if (text !== null) await say(app, field, text);
}
