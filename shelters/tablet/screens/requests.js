// @ts-check
/** Ask: what will be missing, what was asked for and where it is, and asking for more. */

import { ask, askNumber, askText, askYes } from '../ask.js';
import { conflictBox } from '../conflict-box.js';
import { covers } from '../demand.js';
import { named, rich, spoken, t, unitOf } from '../language.js';
import { FORWARD, OPEN } from '../ledger.js';
import { element } from '../live-map/element.js';
import { ulid } from '../ulid.js';
import { agoText, clockText, figure, zoned } from '../wording.js';
import { chooseAmount, chooseItem } from './stock.js';

const HOUR_MS = 3_600_000;
/** By when it is needed [h from now]; null = not said. */
const NEEDED = [3, 12, 24, 72];
/** For so many days a shelter should be covered. */
const DAYS = 3;
const CANCELLABLE = new Set(['request', 'accepted', 'picked', 'loaded']);

/** @param {import('../app.js').App} app */
export function requestsScreen(app) {
  const lines = linesOf(app);
  const open = lines.filter((line) => OPEN.has(line.state));
  const done = lines.filter((line) => !OPEN.has(line.state));
  return [
    element('h1', {}, rich('home.ask')),
    element('div', { class: 'wide-row' },
      element('button', { type: 'button', class: 'wide primary', 'data-do': 'request', 'data-key': 'request', onclick: () => request(app, null) }, rich('ask.for-items')),
      element('button', { type: 'button', class: 'wide sos', 'data-key': 'to-aid', onclick: () => app.go('aid') }, rich('aid.to-screen'))),
    element('section', { class: 'part' }, element('h2', {}, rich('line.open')),
      open.length === 0 ? element('p', { class: 'empty' }, rich('line.none')) : null, ...open.map((line) => lineCard(app, line))),
    demandTable(app),
    done.length === 0 ? null : element('section', { class: 'part' }, element('h2', {}, rich('line.done')), ...done.slice(0, 20).map((line) => lineCard(app, line))),
  ];
}

/** @param {import('../app.js').App} app @returns {any[]} newest first */
function linesOf(app) {
  return Object.entries(app.state.lines)
    .map(([id, line]) => ({ id, ...line, changed_ms: line.steps.at(-1)?.seen_ms ?? 0 }))
    .sort((one, other) => other.changed_ms - one.changed_ms);
}

/** What will be missing for three days, and asking for just that. @param {import('../app.js').App} app */
function demandTable(app) {
  const rows = covers(app.state, app.rules).filter(({ per_day, once }) => per_day || once);
  if (rows.length === 0) return element('p', { class: 'hint' }, rich('demand.unknown'));
  return element('section', { class: 'part' }, element('h2', {}, rich('demand.title')),
    element('div', { class: 'table-scroll', tabindex: 0, role: 'region', 'aria-label': t('demand.title') },
      element('table', {}, element('thead', {}, element('tr', {}, ...['item', 'stock', 'need', 'days', 'short'].map((name) => element('th', { scope: 'col' }, rich(`demand.${name}`))))),
        element('tbody', {}, ...rows.map((cover) => demandRow(app, cover))))),
    element('p', { class: 'hint' }, rich('stock.norms')));
}

/**
 * What to ask for: the shortage of three days, or the whole need where the stock is not known.
 * @param {import('../demand.js').Cover} cover @returns {number | null}
 */
function missing({ short, per_day, once, handed_out }) {
  if (short !== null) return Math.ceil(short);
  if (per_day === null || once === null) return null;
  return Math.ceil(per_day * DAYS + Math.max(once - handed_out, 0));
}

/** @param {import('../app.js').App} app @param {import('../demand.js').Cover} cover */
function demandRow(app, cover) {
  const item = app.item(cover.item);
  const unit = unitOf(item);
  const short = missing(cover);
  return element('tr', { 'data-low': cover.days !== null && cover.days < 1 ? 'yes' : null },
    element('th', { scope: 'row' }, named(item)),
    element('td', {}, cover.stock === null ? t('value.unknown') : `${figure(cover.stock)} ${unit}`),
    element('td', {}, cover.per_day ? t('demand.per-day', { amount: figure(cover.per_day), unit }) : t('demand.once', { amount: figure(cover.once), unit })),
    element('td', {}, cover.days === null ? '—' : t('demand.days-value', { days: figure(cover.days) })),
    element('td', {}, short === null ? '—' : short === 0 ? t('demand.enough')
      : element('button', { type: 'button', 'data-key': `short-${cover.item}`, onclick: () => request(app, item, short) }, spoken(`${named(item)} ${t('home.ask')} `), `${figure(short)} ${unit}`)));
}

/** @param {import('../app.js').App} app @param {any} line */
function lineCard(app, line) {
  const item = app.item(line.item);
  const told = (/** @type {string} */ name) => line.fields[name]?.value;
  const at = FORWARD.indexOf(line.state);
  const contested = Object.entries(line.fields).filter(([, register]) => /** @type {any} */ (register).conflicts.length > 0).map(([name]) => name);
  return element('article', { class: 'line', 'data-line': line.id, 'data-state': line.state ?? 'none' },
    element('div', { class: 'field-head' },
      element('h3', {}, `${named(item, line.item ?? '?')} ${line.amount === null ? '' : figure(line.amount)} ${unitOf(item)}`),
      told('urgent') === true ? element('strong', { class: 'urgent' }, rich('line.urgent')) : null,
      element('strong', { class: 'line-state' }, rich(`line.state.${line.state ?? 'none'}`))),
    at < 0 ? null : element('ol', { class: 'stages', 'aria-hidden': 'true' }, ...FORWARD.map((state, stage) => element('li', { 'data-done': stage <= at ? 'yes' : null }, t(`line.state.${state}`)))),
    told('needed_by') ? element('p', {}, rich('line.needed', { time: clockText(Date.parse(told('needed_by')), app.nowMs()) })) : null,
    told('reason') ? element('p', {}, String(told('reason'))) : null,
    element('ul', { class: 'steps-told' }, ...line.steps.slice(-4).map((/** @type {any} */ step) =>
      element('li', {}, rich(`line.state.${step.state}`), `　${step.actor || step.device} ・ ${agoText(app.nowMs() - step.seen_ms)}`, step.flags.length > 0 ? element('span', { class: 'doubt' }, ` ${t('line.odd')}`) : null))),
    ...contested.map((name) => conflictBox(app, 'lines', name, line.id)),
    lineButtons(app, line, item));
}

/** @param {import('../app.js').App} app @param {any} line @param {any} item */
function lineButtons(app, line, item) {
  if (!OPEN.has(line.state)) return null;
  return element('div', { class: 'tile-buttons' },
    element('button', { type: 'button', 'data-do': 'arrived', 'data-key': `arrived-${line.id}`, onclick: () => arrived(app, line, item) }, rich('line.arrived')),
    CANCELLABLE.has(line.state) ? element('button', { type: 'button', 'data-do': 'cancel', 'data-key': `cancel-${line.id}`, onclick: () => cancel(app, line, item) }, rich('line.cancel')) : null);
}

/** Lines that may arrive, for the screen where goods are handled. @param {import('../app.js').App} app */
export function arrivals(app) {
  const coming = linesOf(app).filter((line) => line.state === 'on-the-way' || line.state === 'loaded');
  if (coming.length === 0) return null;
  return element('section', { class: 'part' }, element('h2', {}, rich('stock.coming')), ...coming.map((line) => lineCard(app, line)));
}

/** @param {import('../app.js').App} app @param {any} line @param {any} item */
async function arrived(app, line, item) {
  const answer = await askNumber(t('line.how-many'), { unit: unitOf(item), given: line.amount, decimals: true, confirm: 'line.arrived' });
  if (answer === null || answer.number === null) return;
  const undo = [{ kind: 'stock', value: { item: line.item, lot: line.lot, delta: -answer.number, reason: '受領の取消' } }];
  await app.act([{ kind: 'supply', value: { line: line.id, state: 'arrived', amount: answer.number } }],
    { key: 'did.arrived', name: { item: line.item }, values: { amount: figure(answer.number) } }, { undo: line.item === null ? null : undo });
}

/** @param {import('../app.js').App} app @param {any} line @param {any} item */
async function cancel(app, line, item) {
  if (!(await askYes(t('line.cancel'), `${named(item)} ${figure(line.amount)} ${unitOf(item)}`, 'line.cancel'))) return;
  await app.act([{ kind: 'supply', value: { line: line.id, state: 'cancelled' } }], { key: 'did.cancelled', name: { item: line.item }, values: {} }, { undo: null });
}

/** @param {import('../app.js').App} app @param {any} chosen @param {number | null} [suggested] */
async function request(app, chosen, suggested = null) {
  const item = chosen ?? (await chooseItem(app, 'ask.for-items'));
  if (item === null) return;
  const cover = covers(app.state, app.rules).find((one) => one.item === item.item);
  const short = suggested ?? (cover === undefined ? 0 : (missing(cover) ?? 0));
  const hint = cover?.stock === null ? 'ask.need' : 'ask.short';
  const amount = await chooseAmount(item, 'ask.next', { given: short, hint: short > 0 ? t(hint, { amount: figure(short), unit: unitOf(item) }) : '' });
  if (amount === null) return;
  const details = await askDetails(app, item, amount);
  if (details === null) return;
  const value = { line: ulid(Date.now()), state: 'request', item: item.item, amount, ...details };
  await app.act([{ kind: 'supply', value }], { key: 'did.requested', name: { item: item.item }, values: { amount: figure(amount) } });
}

/** @param {import('../app.js').App} app @param {any} item @param {number} amount @returns {Promise<any>} */
function askDetails(app, item, amount) {
  return ask(t('ask.details', { item: named(item), amount: figure(amount), unit: unitOf(item) }), (close) => {
    /** @type {Record<string, any>} */ const told = {};
    const urgent = toggle(t('line.urgent'), (on) => (told.urgent = on || undefined));
    const needed = element('div', { class: 'chips', role: 'group', 'aria-label': t('ask.needed') }, ...NEEDED.map((hours) =>
      element('button', { type: 'button', class: 'chip', 'aria-pressed': 'false', onclick: (/** @type {any} */ event) => {
        for (const other of needed.children) other.setAttribute('aria-pressed', String(other === event.currentTarget));
        told.needed_by = zoned(app.nowMs() + hours * HOUR_MS);
      } }, t('ask.within', { hours }))));
    const free = item.allergens ? allergenChoice(app, told) : null;
    const reason = /** @type {HTMLInputElement} */ (element('input', { type: 'text', maxlength: 300, 'aria-label': t('ask.reason'), placeholder: t('ask.reason') }));
    const send = () => close({ ...told, ...(reason.value.trim() && { reason: reason.value.trim() }) });
    return [urgent, element('h3', {}, rich('ask.needed')), needed, free, reason,
      element('div', { class: 'ask-buttons' }, element('button', { type: 'button', class: 'primary', 'data-do': 'send', onclick: send }, rich('ask.send')))];
  });
}

/** @param {import('../app.js').App} app @param {Record<string, any>} told */
function allergenChoice(app, told) {
  const { obligatory, ja } = app.rules.allergens;
  const chosen = new Set();
  return element('div', {}, element('h3', {}, rich('ask.allergens')), element('div', { class: 'chips' }, ...obligatory.map((/** @type {string} */ code, /** @type {number} */ place) =>
    toggle(t('ask.without', { what: t(`allergen.${code}`) === `allergen.${code}` ? ja[place] : t(`allergen.${code}`) }), (on) => {
      if (on) chosen.add(code);
      else chosen.delete(code);
      told.allergens_free = chosen.size > 0 ? [...chosen] : undefined;
    }))));
}

/** @param {string} words @param {(on: boolean) => void} changed */
function toggle(words, changed) {
  return element('button', { type: 'button', class: 'chip', 'aria-pressed': 'false', onclick: (/** @type {any} */ event) => {
    const on = event.currentTarget.getAttribute('aria-pressed') !== 'true';
    event.currentTarget.setAttribute('aria-pressed', String(on));
    changed(on);
  } }, words);
}
