// @ts-check
/** Home: what we know, what the centre expects, and the six tasks. */

import { icon } from '../icons.js';
import { named, rich, t } from '../language.js';
import { OPEN } from '../ledger.js';
import { conflictsOf, countValue, fieldValue } from '../picture.js';
import { rollCount } from '../roll.js';
import { element } from '../live-map/element.js';
import { agoText, figure, valueText } from '../wording.js';
import { covers } from '../demand.js';
import { aidName, aidState, aidsWaiting } from './aid.js';

/** @param {import('../app.js').App} app */
export function homeScreen(app) {
  return [
    element('h1', { class: 'hidden' }, rich('home.title')),
    ...calls(app),
    facts(app),
    element('nav', { class: 'tasks', 'aria-label': t('home.tasks') },
      task(app, 'register', 'register', 'home.register', registerWords(app)),
      task(app, 'people', 'count', 'home.count', countWords(app)),
      task(app, 'stock', 'stock', 'home.stock', lowestCover(app)),
      task(app, 'requests', 'ask', 'home.ask', requestWords(app)),
      task(app, 'status', 'status', 'home.status', statusWords(app)),
      task(app, 'sync', 'sync', 'home.sync', t('home.sync-words', { count: app.journal.waiting.length })),
    ),
    element('button', { type: 'button', class: 'wide sos', 'data-task': 'aid', 'data-key': 'task-aid', onclick: () => app.go('aid') }, rich('aid.to-screen')),
  ];
}

/** @param {import('../app.js').App} app @param {string} route @param {any} sign @param {string} key @param {string} words */
function task(app, route, sign, key, words) {
  return element('button', { type: 'button', class: 'task', 'data-task': route, 'data-key': `task-${route}`, onclick: () => app.go(route) },
    icon(sign), element('span', { class: 'task-name' }, rich(key)), element('small', {}, words));
}

/** What somebody must do. @param {import('../app.js').App} app */
function calls(app) {
  const { state } = app;
  const opening = fieldValue(state, 'opening');
  const found = [];
  if (fieldValue(state, 'ordered') === 'open' && opening !== 'open' && opening !== 'permanent') {
    found.push(call('home.ordered', {}, () => app.go('status/opening')));
  }
  const conflicts = conflictsOf(state).length;
  if (conflicts > 0) found.push(call('home.conflicts', { count: conflicts }, () => app.go('conflicts')));
  const aids = aidsWaiting(app);
  if (aids.length > 0) {
    const unsent = aids.filter((aid) => aid.unsent);
    const words = (unsent.length > 0 ? unsent : aids).slice(0, 3).map((aid) => `${aidName(app, aid.need)} ${aidState(app, aid.state)}`).join('　');
    found.push(call(unsent.length > 0 ? 'home.aids-unsent' : 'home.aids', { words, count: unsent.length || aids.length }, () => app.go('aid')));
  }
  if (app.expected.length > 0) found.push(call('home.expected', { count: app.expected.length }, () => app.go('register/expected')));
  if (app.installation.ready) found.push(call('home.new-version', {}, () => app.installation.takeOver()));
  return found;
}

/** @param {string} key @param {Record<string, any>} values @param {() => void} onclick */
function call(key, values, onclick) {
  return element('button', { type: 'button', class: 'call', 'data-call': key, 'data-key': key, onclick }, rich(key, values));
}

/** @param {import('../app.js').App} app */
function facts(app) {
  const { state } = app;
  const opening = app.field('opening');
  const people = state.counts.people;
  const power = fieldValue(state, 'power');
  return element('dl', { class: 'facts' },
    fact('home.fact.opening', valueText(fieldValue(state, 'opening'), opening), opening && state.fields.opening ? ago(app, state.fields.opening) : ''),
    fact('home.fact.people', people === undefined ? t('value.never') : people.value === null ? t('value.unknown') : t('home.persons', { count: figure(people.value) }), people ? ago(app, people) : ''),
    fact('home.fact.power', valueText(power, app.field('power')), fuelWords(app)),
    fact('home.fact.lines', lineWords(app), ''),
  );
}

/** @param {string} key @param {string} value @param {string} more */
function fact(key, value, more) {
  return element('div', { class: 'fact' }, element('dt', {}, rich(key)), element('dd', {}, element('strong', {}, value), element('small', {}, more)));
}

/** @param {import('../app.js').App} app @param {any} register */
function ago(app, register) {
  return agoText(app.nowMs() - register.seen_ms);
}

/** @param {import('../app.js').App} app */
export function fuelWords(app) {
  const register = app.state.fields.fuel_hours;
  if (register === undefined || typeof register.value !== 'number') return '';
  const left = register.value - (app.nowMs() - register.seen_ms) / 3_600_000;
  return left > 0 ? t('status.fuel-left', { hours: figure(left) }) : t('status.fuel-out');
}

/** @param {import('../app.js').App} app */
function lineWords(app) {
  const names = Object.keys(app.state.fields).filter((name) => name.startsWith('comms.'));
  const told = names.map((name) => app.state.fields[name].value).filter((value) => value !== null);
  if (told.length === 0) return t('value.never');
  return t('home.lines', { good: told.filter((value) => value === 'ok').length, all: told.length });
}

/** @param {import('../app.js').App} app */
function registerWords(app) {
  const { present, households } = rollCount(app.state);
  return t('home.register-words', { people: present, households });
}

/** @param {import('../app.js').App} app */
function countWords(app) {
  const people = countValue(app.state, 'people');
  return people === null ? t('value.never') : t('home.persons', { count: figure(people) });
}

/** @param {import('../app.js').App} app */
function lowestCover(app) {
  const known = covers(app.state, app.rules).filter(({ days }) => days !== null);
  const counted = Object.keys(app.state.stock).length;
  if (known.length === 0) return counted === 0 ? t('home.no-stock') : t('home.stock-items', { count: counted });
  const lowest = known.reduce((least, one) => (Number(one.days) < Number(least.days) ? one : least));
  return t('home.cover', { item: named(app.item(lowest.item)), days: figure(lowest.days) });
}

/** @param {import('../app.js').App} app */
function requestWords(app) {
  const open = Object.values(app.state.lines).filter((/** @type {any} */ line) => OPEN.has(line.state)).length;
  return t('home.requests', { count: open });
}

/** @param {import('../app.js').App} app */
function statusWords(app) {
  const told = Object.keys(app.state.fields).filter((name) => name !== 'ordered').length;
  return t('home.status-words', { count: told, all: app.rules.fields.length - 1 });
}
