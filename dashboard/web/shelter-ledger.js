// @ts-check
/** What a shelter holds and how it got there: stock by lot, steps of its lines, photos. */

import { momentText } from './clock.js';
import { element, japanese } from './element.js';
import { t, tOr } from './language.js';
import { tableOf } from './shelter-table.js';
import { amountText } from './shelter-words.js';

/** Newest steps that are listed at once. */
const LISTED = 100;

/** @param {import('./shelter-room.js').ShelterRoom} room @param {any} state */
export function stockTable(room, state) {
  const rows = Object.entries(state.stock).flatMap(([item, lots]) => Object.entries(lots).map(([lot, counter]) => [
    room.words.item(item), lot || t('supply.no-lot'),
    element('span', {}, `${amountText(counter.value)} ${room.words.unit(item)}`, counter.negative ? element('span', { class: 'mark' }, t('shelter.negative')) : ''),
    amountText(counter.handed_out ?? 0), momentText(counter.seen_ms, room.desk.now()),
  ]));
  if (rows.length === 0) return element('p', { class: 'empty' }, t('shelter.no-stock'));
  return tableOf(t('shelter.part-stock'), ['shelter.item', 'supply.lot', 'shelter.stock', 'shelter.handed-out', 'shelter.when'], rows);
}

/** Every step of every line, newest first, with who and when. @param {import('./shelter-room.js').ShelterRoom} room @param {any} state */
export function stepTable(room, state) {
  const steps = Object.values(state.lines).flatMap((/** @type {any} */ line) => line.steps.map((/** @type {any} */ step) => ({ line, step })));
  if (steps.length === 0) return element('p', { class: 'empty' }, t('supply.none'));
  steps.sort((a, b) => b.step.seen_ms - a.step.seen_ms);
  const now = room.desk.now();
  return tableOf(t('shelter.part-ledger'), ['shelter.when', 'shelter.item', 'supply.amount', 'supply.state', 'supply.who'], steps.slice(0, LISTED).map(({ line, step }) => [
    momentText(step.seen_ms, now), room.words.item(line.item), amountText(step.amount ?? line.amount),
    element('span', {}, tOr(`supply.state-${step.state}`, step.state), ' ', ...flagMarks(step.flags)), japanese(step.actor ?? ''),
  ]));
}

/** Steps out of their order are kept, and told. @param {string[] | undefined} flags @returns {HTMLElement[]} */
export function flagMarks(flags) {
  return (flags ?? []).map((flag) => element('span', { class: 'mark mark-doubted' }, tOr(`supply.flag-${flag}`, flag)));
}

/** @param {import('./shelter-room.js').ShelterRoom} room @param {any} state */
export function photoList(room, state) {
  const photos = Object.entries(state.photos);
  if (photos.length === 0) return element('p', { class: 'empty' }, t('shelter.no-photos'));
  photos.sort((a, b) => b[1].seen_ms - a[1].seen_ms);
  const now = room.desk.now();
  return element('ul', { class: 'shelter-photos' }, ...photos.map(([hash, photo]) => {
    const about = [photo.about ? room.words.about(photo.about) : '', momentText(photo.seen_ms, now)].filter(Boolean).join(' ');
    return element('li', {},
      element('a', { href: `/api/shelters/photos/${hash}`, target: '_blank', rel: 'noopener' },
        element('img', { src: `/api/shelters/photos/${hash}`, loading: 'lazy', alt: photo.caption || t('shelter.photo-alt', { about }) })),
      element('p', {}, about), japanese(photo.caption ?? '', 'panel-place'));
  }));
}
