// @ts-check
/** The list of cameras, those that need a look first; the map's equal for keys and screen readers. */

import { byId, element, japanese, setAttribute, setText } from './element.js';
import { agesText, comparisonText, levelText } from './camera-words.js';
import { t } from './language.js';

export class CameraList {
  /** @param {import('./camera-room.js').CameraRoom} room */
  constructor(room) {
    this.room = room;
    this.drawn = '';
  }

  /** @param {import('./desk.js').Dirt} dirt */
  render(dirt) {
    const { room } = this;
    const seen = room.desk.order === 'camera';
    byId('camera-scroll').hidden = !seen;
    if (!seen) return;
    byId('filters').hidden = true;
    byId('filter-clear').hidden = true;
    setText(byId('list-shown'), room.desk.known ? t('camera.shown', { shown: room.rows.length }) : '');
    const none = byId('camera-none');
    none.hidden = room.rows.length > 0;
    setText(none, t(room.desk.known ? 'camera.none' : 'camera.none-known'));
    const rows = room.rows.map(({ camera, standing }) => ({
      id: String(camera.id), name: camera.river ? `${camera.river} ${camera.name}` : camera.name, image: camera.frame?.thumbnail ?? '',
      level: levelText(camera, standing), ages: agesText(camera, standing), compare: comparisonText(camera), trouble: standing.trouble,
      synthetic: camera.synthetic,
    }));
    const key = JSON.stringify(rows);
    if (key === this.drawn && !dirt.things.has('language')) return;
    this.drawn = key;
    const focused = /** @type {HTMLElement | null} */ (document.activeElement)?.dataset?.camera;
    byId('camera-rows').replaceChildren(...rows.map((row) => this.#row(row)));
    if (focused) /** @type {HTMLElement | null} */ (document.querySelector(`[data-camera="${CSS.escape(focused)}"]`))?.focus();
  }

  focus() {
    /** @type {HTMLElement | null} */ (document.querySelector('#camera-rows button'))?.focus();
  }

  /** @param {any} row */
  #row(row) {
    const button = element('button', { type: 'button', class: 'camera-open', 'data-camera': row.id, 'data-trouble': row.trouble, onclick: () => this.room.select(row.id) },
      row.image ? element('img', { src: row.image, alt: '', loading: 'lazy', width: 96, height: 72 }) : element('span', { class: 'camera-empty', 'aria-hidden': 'true' }, '？'),
      element('span', { class: 'camera-words' },
        element('b', {}, japanese(row.name)),
        element('span', { class: row.trouble === 'good' ? '' : 'camera-warn' }, row.level),
        element('span', {}, row.ages),
        element('span', { class: row.trouble === 'disagrees' ? 'camera-warn' : '' }, row.compare),
        row.synthetic ? element('span', { class: 'camera-warn' }, t('camera.synthetic')) : null));
    setAttribute(button, 'aria-haspopup', 'dialog');
    return element('li', {}, button);
  }
}
