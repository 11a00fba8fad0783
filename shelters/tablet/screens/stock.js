// @ts-check
/** Hand out: what there is, how long it lasts, what was given, what has arrived; recount of a lot. */

import { ask, askNumber, askText } from '../ask.js';
import { conflictBox } from '../conflict-box.js';
import { covers, servedPeople } from '../demand.js';
import { named, rich, spoken, t, unitOf } from '../language.js';
import { element } from '../live-map/element.js';
import { ulid } from '../ulid.js';
import { figure } from '../wording.js';
import { arrivals } from './requests.js';

const AMOUNTS = [1, 5, 10, 20, 60];
/** Units so small that nobody hands out one of them. */
const SMALL_UNITS = new Set(['g', 'mL', 'm']);
const SMALL_AMOUNTS = [100, 200, 500];

/** @param {import('../app.js').App} app */
export function stockScreen(app) {
  const known = new Map(covers(app.state, app.rules).map((cover) => [cover.item, cover]));
  const { people, basis } = servedPeople(app.state);
  const items = [...app.rules.items].sort((one, other) => Number(held(app, other) !== null) - Number(held(app, one) !== null));
  return [
    element('h1', {}, rich('home.stock')),
    element('p', { class: 'hint' }, people === null ? rich('stock.people-unknown') : rich(`stock.people-${basis}`, { count: figure(people) })),
    arrivals(app),
    element('div', { class: 'tiles' }, ...items.map((item) => tile(app, item, known.get(item.item)))),
    element('button', { type: 'button', class: 'wide', 'data-key': 'came', onclick: () => cameUnasked(app) }, rich('stock.came')),
    element('p', { class: 'hint' }, rich('stock.norms')),
  ];
}

/** All lots together, null = not known. @param {import('../app.js').App} app @param {any} item @returns {number | null} */
export function held(app, item) {
  const values = Object.values(app.state.stock[item.item] ?? {}).map((counter) => counter.value).filter((value) => value !== null);
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0);
}

/** @param {import('../app.js').App} app @param {any} item @param {any} cover */
function tile(app, item, cover) {
  const lots = app.state.stock[item.item] ?? {};
  const amount = held(app, item);
  const unknown = Object.values(lots).some((counter) => counter.value === null);
  const handed = Object.values(lots).reduce((sum, counter) => sum + counter.handed_out, 0);
  const negative = Object.values(lots).some((counter) => counter.negative);
  const contested = Object.keys(lots).filter((lot) => lots[lot].conflicts.length > 0);
  const days = cover?.days ?? null;
  return element('section', { class: 'tile', 'data-item': item.item, 'data-low': days !== null && days < 1 ? 'yes' : null },
    element('h2', {}, named(item)),
    element('p', { class: 'tile-amount' }, element('strong', {}, amount === null ? t(unknown ? 'value.unknown' : 'value.never') : figure(amount)), ` ${unitOf(item)}`),
    element('p', { class: 'tile-days' }, days === null ? '' : rich('stock.days', { days: figure(days) })),
    handed > 0 ? element('small', {}, rich('stock.handed', { amount: figure(handed), unit: unitOf(item) })) : null,
    negative ? element('p', { class: 'doubt' }, rich('stock.negative')) : null,
    ...contested.map((lot) => conflictBox(app, 'stock', item.item, lot)),
    element('div', { class: 'tile-buttons' },
      element('button', { type: 'button', class: 'primary', 'data-do': 'hand-out', 'data-key': `out-${item.item}`, onclick: () => handOut(app, item) }, spoken(`${named(item)} `), rich('stock.hand-out')),
      element('button', { type: 'button', 'data-do': 'recount', 'data-key': `re-${item.item}`, onclick: () => recountLot(app, item) }, spoken(`${named(item)} `), rich('count.recount')),
    ),
  );
}

/** @param {import('../app.js').App} app @param {any} item */
async function handOut(app, item) {
  const lot = await chooseLot(app, item);
  if (lot === null) return;
  const amount = await chooseAmount(item, 'stock.hand-out');
  if (amount === null) return;
  await app.act([{ kind: 'stock', value: { item: item.item, lot, delta: -amount, reason: 'handed-out' } }],
    { key: 'did.handed-out', name: { item: item.item }, values: { amount: figure(amount) } });
}

/** @param {any} item @param {string} confirm @param {{given?: number | null, hint?: string}} [how] @returns {Promise<number | null>} */
export async function chooseAmount(item, confirm, { given = null, hint = '' } = {}) {
  const often = SMALL_UNITS.has(item.unit) ? [...SMALL_AMOUNTS, item.case * 2] : AMOUNTS;
  const amounts = [...new Set([...often, item.case])].sort((one, other) => one - other);
  const chosen = await ask(named(item), (close) => [
    hint === '' ? null : element('p', { class: 'hint' }, hint),
    element('div', { class: 'amounts' },
      given !== null && given > 0 ? element('button', { type: 'button', class: 'amount suggested', 'data-amount': given, onclick: () => close(given) }, `${figure(given)} ${unitOf(item)}`) : null,
      ...amounts.map((amount) => element('button', { type: 'button', class: 'amount', 'data-amount': amount, onclick: () => close(amount) },
        figure(amount), element('small', {}, amount === item.case ? t('stock.case', { unit: unitOf(item) }) : unitOf(item)))),
      element('button', { type: 'button', class: 'amount', 'data-amount': 'other', onclick: () => close(/** @type {any} */ ('other')) }, rich('stock.other-amount'))),
  ]);
  if (/** @type {any} */ (chosen) !== 'other') return chosen;
  const answer = await askNumber(named(item), { unit: unitOf(item), confirm, decimals: true });
  return answer?.number || null;
}

/** The lot, at once where there is only one; earliest first. @param {import('../app.js').App} app @param {any} item @returns {Promise<string | null>} */
async function chooseLot(app, item) {
  const lots = app.state.stock[item.item] ?? {};
  const names = Object.keys(lots).filter((lot) => lots[lot].value === null || lots[lot].value > 0).sort();
  if (names.length < 2) return names[0] ?? Object.keys(lots)[0] ?? '';
  return ask(t('stock.which-lot'), (close) => [
    element('div', { class: 'amounts' }, ...names.map((lot) =>
      element('button', { type: 'button', class: 'amount', 'data-lot': lot, onclick: () => close(lot) }, lot || t('stock.no-lot'),
        element('small', {}, `${lots[lot].value === null ? t('value.unknown') : figure(lots[lot].value)} ${unitOf(item)}`)))),
  ]);
}

/** @param {import('../app.js').App} app @param {any} item */
async function recountLot(app, item) {
  const lot = await chooseLot(app, item);
  if (lot === null) return;
  const counter = app.state.stock[item.item]?.[lot];
  const answer = await askNumber(`${named(item)} ${lot}`, { unit: unitOf(item), given: counter?.value ?? null, unknown: true, decimals: true });
  if (answer === null) return;
  const after = counter?.base_op ? [counter.base_op, ...counter.conflicts.map((/** @type {any} */ one) => one.op)] : undefined;
  await app.act([{ kind: 'stock', value: { item: item.item, lot, total: answer.number }, ...(after && { after }) }],
    { key: 'did.stocktaking', name: { item: item.item }, values: { value: answer.number } });
}

/** Goods that came though nobody asked: a line that begins with its arrival. @param {import('../app.js').App} app */
async function cameUnasked(app) {
  const item = await chooseItem(app, 'stock.came');
  if (item === null) return;
  const amount = await chooseAmount(item, 'stock.came-confirm');
  if (amount === null) return;
  const lot = await askText(t('stock.lot-ask'), { optional: true, confirm: 'stock.came-confirm' });
  if (lot === null) return;
  const value = { line: ulid(Date.now()), state: 'arrived', item: item.item, amount, lot: lot.slice(0, 64) };
  await app.act([{ kind: 'supply', value }], { key: 'did.arrived', name: { item: item.item }, values: { amount: figure(amount) } },
    { undo: [{ kind: 'stock', value: { item: item.item, lot: value.lot, delta: -amount, reason: '受領の取消' } }] });
}

/** @param {import('../app.js').App} app @param {string} title @returns {Promise<any>} */
export function chooseItem(app, title) {
  return ask(t(title), (close) => [
    element('div', { class: 'amounts items' }, ...app.rules.items.map((/** @type {any} */ item) =>
      element('button', { type: 'button', class: 'amount', 'data-choose': item.item, onclick: () => close(item) }, named(item)))),
  ]);
}
