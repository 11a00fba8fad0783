// @ts-check
/** The videos of one vehicle, as a part of its panel on the map: how each stands, and the way to the wall. */

import { element } from './element.js';
import { t } from './language.js';
import { wallAddress } from './wall-need.js';
import { faultText } from './wall-words.js';

/** @param {import('./desk.js').Desk} desk @returns {import('./air-room.js').Slot} */
export function wallSlot(desk) {
  const of = (/** @type {any} */ vehicle) => desk.picture.all('video').filter((one) => String(one.vehicle) === String(vehicle.id));
  return {
    name: 'video',
    key: (vehicle) => of(vehicle).map((one) => `${one.id} ${one.state} ${one.reason}`).join('|'),
    draw: (vehicle) => {
      const found = of(vehicle);
      return found.length === 0 ? null : element('div', {}, element('h3', {}, t('wall.slot')), element('ul', { class: 'air-lines' }, ...found.map(line)));
    },
  };
}

/** @param {any} video */
function line(video) {
  const words = [video.name, video.synthetic ? t('wall.synthetic') : '', faultText(video.reason)].filter(Boolean).join('・');
  return element('li', {}, words, ' ', element('a', { class: 'quiet', href: wallAddress(`video:${video.id}`), 'aria-label': t('wall.link-of', { name: video.name }) }, t('wall.link')));
}
