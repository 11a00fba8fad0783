// @ts-check
/** What the cameras of one vehicle see, as a part of its panel. */

import { element } from './element.js';
import { doubtTexts, reasonText, sampleText, secondText } from './footprint-words.js';
import { t } from './language.js';

/** @param {import('./footprint-layer.js').FootprintLayer} layer @param {import('./map-view.js').MapView} map @returns {import('./air-room.js').Slot} */
export function footprintSlot(layer, map) {
  const { desk } = layer;
  const of = (/** @type {any} */ vehicle) => desk.picture.all('footprint').filter((one) => String(one.vehicle) === String(vehicle.id));
  return {
    name: 'footprint',
    key: (vehicle) => of(vehicle).map((one) => `${one.id}@${one.observed_at}`).join('|'),
    draw: (vehicle) => {
      const found = of(vehicle);
      return found.length === 0 ? null : element('div', {}, element('h3', {}, t('footprint.slot')), element('ul', { class: 'air-lines' }, ...found.map((one) => line(one, layer, map))));
    },
  };
}

/** @param {any} footprint @param {import('./footprint-layer.js').FootprintLayer} layer @param {import('./map-view.js').MapView} map */
function line(footprint, layer, map) {
  const named = footprint.camera === footprint.vehicle ? '' : footprint.camera.slice(String(footprint.vehicle).length + 1);
  const time = secondText(footprint.observed_at, layer.desk.now());
  if (footprint.geometry === null) return element('li', {}, `${[named, time].filter(Boolean).join(' ')} ${t('footprint.unknown', { reason: reasonText(footprint.reason) })}`);
  const words = [named, time, t('footprint.sample', { size: sampleText(footprint.sample_m) }), ...doubtTexts(footprint)].filter(Boolean).join('・');
  const id = String(footprint.id);
  const show = () => layer.show(layer.chosen === id ? null : id, map);
  return element('li', {}, words, ' ', element('button', { type: 'button', class: 'quiet', 'aria-label': t('footprint.show-of', { time }), onclick: show }, t('footprint.show')));
}
