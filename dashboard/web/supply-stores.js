// @ts-check
/** Depots with what they hold, and trucks with where they go and when they come, as tables. */

import { momentText } from './clock.js';
import { element, japanese } from './element.js';
import { t, tOr } from './language.js';
import { tableOf } from './shelter-table.js';
import { amountText } from './shelter-words.js';
import { ageText } from './wording.js';

/** Trucks under way first, then those that will be. */
const ORDER = ['on-the-way', 'loading', 'planned', 'arrived', 'cancelled'];

/** @param {import('./shelter-room.js').ShelterRoom} room */
export function truckTable(room) {
  const trucks = room.desk.picture.all('truck').sort((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state) || String(a.eta_at ?? '~').localeCompare(String(b.eta_at ?? '~')));
  if (trucks.length === 0) return element('p', { class: 'empty' }, t('supply.no-trucks'));
  return tableOf(t('supply.view-trucks'), ['supply.truck', 'supply.state', 'supply.from', 'supply.eta', 'supply.stops'], trucks.map((truck) => [
    element('span', { 'data-truck': truck.id }, `${truck.plate ?? truck.id} ${truck.class ?? ''}`),
    tOr(`supply.truck-${truck.state}`, truck.state), japanese(truck.depot_name ?? '—'), etaOf(room, truck), stopsOf(room, truck),
  ]));
}

/** When it comes; an ETA that has passed without arrival is said so. @param {import('./shelter-room.js').ShelterRoom} room @param {any} truck */
function etaOf(room, truck) {
  const now = room.desk.now();
  const eta = Date.parse(truck.eta_at ?? '');
  if (!Number.isFinite(eta)) return t('supply.truck-no-eta');
  const late = now > eta && !['arrived', 'cancelled'].includes(truck.state);
  const seen = Date.parse(truck.position_at ?? '');
  return element('span', {}, momentText(eta, now), ' ',
    late ? element('span', { class: 'mark mark-overdue' }, t('supply.truck-late', { age: ageText(now - eta) })) : '',
    Number.isFinite(seen) ? element('span', { class: 'panel-place' }, t('supply.position-age', { age: ageText(now - seen) })) : '');
}

/** @param {import('./shelter-room.js').ShelterRoom} room @param {any} truck */
function stopsOf(room, truck) {
  return element('ol', { class: 'supply-stops' }, ...(truck.stops ?? []).map((/** @type {any} */ stop) => element('li', {},
    japanese(stop.shelter_name ?? stop.shelter), ' ',
    stop.eta_at ? momentText(Date.parse(stop.eta_at), room.desk.now()) : '', ' ',
    (stop.lines ?? []).map((/** @type {any} */ line) => `${room.words.item(line.item)} ${amountText(line.amount)}`).join(t('forecast.comma')))));
}

/** @param {import('./shelter-room.js').ShelterRoom} room */
export function depotTable(room) {
  const depots = room.desk.picture.all('depot').sort((a, b) => String(a.name).localeCompare(String(b.name), 'ja'));
  if (depots.length === 0) return element('p', { class: 'empty' }, t('supply.no-depots'));
  return tableOf(t('supply.view-depots'), ['supply.depot', 'supply.trucks', 'supply.holds', 'supply.source'], depots.map((depot) => [
    element('span', { 'data-depot': depot.id }, japanese(depot.name), japanese([depot.address, depot.opening].filter(Boolean).join(' '), 'panel-place')),
    (depot.truck_classes ?? []).map((/** @type {string} */ name) => tOr(`supply.class-${name}`, name)).join(' ') || t('shelter.unknown'),
    holdings(room, depot),
    element('span', {}, depot.synthetic ? element('span', { class: 'mark' }, t('supply.synthetic')) : '', ' ', japanese(depot.source ?? '')),
  ]));
}

/** @param {import('./shelter-room.js').ShelterRoom} room @param {any} depot */
function holdings(room, depot) {
  const items = depot.items ?? [];
  if (items.length === 0) return t('supply.nothing-held');
  return element('ul', {}, ...items.map((/** @type {any} */ held) => element('li', {},
    t('supply.held', { item: room.words.item(held.item), amount: amountText(held.amount), unit: room.words.unit(held.item, held.unit), lots: held.lots ?? 1 }),
    held.earliest_expiry ? ` ${t('supply.expiry', { date: held.earliest_expiry })}` : '')));
}
