// @ts-check
/** Evacuation sites and shelters as a list to search, the map's equal for keys and screen readers. */

import { byId, element, japanese, setText } from './element.js';
import { t } from './language.js';
import { refugeSign } from './legend.js';
import { kindName } from './place-sign.js';
import { get } from './server.js';
import { refusalText } from './wording.js';

const LIMIT = 100;
const TYPING_MS = 250;

export class Refuges {
  text = /** @type {HTMLInputElement} */ (element('input', { type: 'search' }));
  kind = /** @type {HTMLSelectElement} */ (element('select'));
  hazard = /** @type {HTMLSelectElement} */ (element('select'));
  near = /** @type {HTMLInputElement} */ (element('input', { type: 'checkbox' }));
  found = element('p', { role: 'status', class: 'part-note' });
  list = element('ul', { class: 'refuges' });

  /** @param {import('./desk.js').Desk} desk @param {import('./map-view.js').MapView} map */
  constructor(desk, map) {
    this.desk = desk;
    this.map = map;
    this.dialog = byId('refuges-dialog');
    this.asked = 0;
    let typing = /** @type {any} */ (null);
    for (const field of [this.text, this.kind, this.hazard, this.near]) {
      field.addEventListener('input', () => {
        clearTimeout(typing);
        typing = setTimeout(() => this.#search(), TYPING_MS);
      });
    }
    byId('refuges-open').addEventListener('click', () => {
      this.#build();
      this.dialog.showModal();
      this.#search();
    });
    map.onRefuge = (refuge) => this.#card(refuge);
  }

  /** @param {import('./desk.js').Dirt} dirt */
  render(dirt) {
    if (dirt.things.has('language') && this.dialog.open) {
      this.#build();
      this.#search();
    }
  }

  #build() {
    const { rules } = this.desk;
    const every = element('option', { value: '' }, t('map.all-hazards'));
    const hazards = rules.hazards.map(({ hazard }) => element('option', { value: hazard }, rules.hazardName(hazard)));
    this.hazard.replaceChildren(every, ...hazards);
    this.kind.replaceChildren(...['', 'site', 'shelter'].map((kind) => element('option', { value: kind }, t(`refuges.${kind || 'both'}`))));
    this.text.placeholder = t('refuges.search');
    this.text.setAttribute('aria-label', t('refuges.search'));
    this.kind.setAttribute('aria-label', t('refuges.kind'));
    this.hazard.setAttribute('aria-label', t('refuges.hazard'));
    this.dialog.replaceChildren(
      element('header', { class: 'panel-head' },
        element('h2', { id: 'refuges-title' }, t('refuges.title')),
        element('button', { type: 'button', class: 'close', 'aria-label': t('panel.close'), onclick: () => this.dialog.close() }, '✕')),
      element('p', { class: 'note' }, t('refuges.not-open')),
      element('div', { class: 'filter-row' }, this.text),
      element('div', { class: 'filter-row' }, this.kind, this.hazard,
        element('label', { class: 'check' }, this.near, element('span', {}, t('refuges.near')))),
      this.found,
      this.list,
    );
  }

  async #search() {
    this.asked += 1;
    const mine = this.asked;
    const words = this.text.value.trim();
    const query = new URLSearchParams({ limit: String(LIMIT) });
    if (words) query.set('q', words);
    if (this.kind.value) query.set('kind', this.kind.value);
    if (this.hazard.value) query.set('hazard', this.hazard.value);
    if (this.near.checked) query.set('bbox', this.map.bounds().map((v) => v.toFixed(5)).join(','));
    try {
      const { refuges, total } = await get(`/api/refuges?${query}`);
      if (mine !== this.asked) return;
      setText(this.found, total === 0 ? t('refuges.none') : t('refuges.found', { total, shown: refuges.length }));
      this.list.replaceChildren(...refuges.map((/** @type {any} */ refuge) => this.#item(refuge)));
    } catch (error) {
      if (mine === this.asked) setText(this.found, t('refuges.failed', { reason: refusalText(error) }));
    }
  }

  /** @param {any} refuge */
  #item(refuge) {
    return element('li', { 'data-refuge': refuge.id },
      refugeSign(refuge.kind),
      element('div', {},
        japanese(refuge.name, 'refuge-name'),
        element('p', { class: 'refuge-kind' }, t(`refuges.${refuge.kind}`)),
        japanese(refuge.address ?? '', 'refuge-address'),
        element('p', { class: 'refuge-hazards' }, this.#hazards(refuge)),
        refuge.capacity ? element('p', {}, t('refuges.capacity', { count: refuge.capacity })) : null),
      element('button', { type: 'button', class: 'quiet', onclick: () => this.#show(refuge) }, t('refuges.show')));
  }

  /** @param {any} refuge with hazards as a list, or comma separated as tiles carry them */
  #hazards(refuge) {
    const hazards = Array.isArray(refuge.hazards) ? refuge.hazards : String(refuge.hazards ?? '').split(',').filter(Boolean);
    if (refuge.kind === 'shelter' && hazards.length === 0) return '';
    if (hazards.length === 0) return t('refuges.no-hazards');
    return t('refuges.hazards', { list: hazards.map((/** @type {string} */ hazard) => this.desk.rules.hazardName(hazard)).join('、') });
  }

  /** @param {any} refuge */
  #show(refuge) {
    this.dialog.close();
    document.body.dataset.view = 'map';
    this.map.refuges.kinds[/** @type {'site' | 'shelter'} */ (refuge.kind)] = true;
    this.desk.touch('view');
    this.desk.touch('layers-shown');
    this.desk.touch('rules');
    this.map.centre(refuge.lon, refuge.lat, 15);
    this.#card(refuge);
  }

  /** A small card about the refuge that was pressed on the map. @param {any} refuge null closes it */
  #card(refuge) {
    const card = byId('refuge-card');
    card.hidden = !refuge;
    if (!refuge) return;
    card.replaceChildren(
      element('button', { type: 'button', class: 'close', 'aria-label': t('panel.close'), onclick: () => this.#card(null) }, '✕'),
      japanese(refuge.name ?? '', 'refuge-name'),
      element('p', { class: 'refuge-kind' }, kindName(this.desk.rules, refuge.kind)),
      this.desk.rules.facilityName(refuge.kind) ? '' : element('p', { class: 'refuge-hazards' }, this.#hazards(refuge)),
    );
  }
}
