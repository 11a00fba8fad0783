// @ts-check
/** Outages and closed roads: what the silence map reasons with; entered by a person, with a source, and ended by one. */

import { momentText } from './clock.js';
import { byId, element, japanese } from './element.js';
import { t } from './language.js';
import { put } from './server.js';
import { tableOf } from './shelter-table.js';
import { refusalText } from './wording.js';

const KINDS = ['power', 'telecom', 'water', 'road'];
const KM = 1000;

export class DisruptionForm {
  /** @param {import('./shelter-room.js').ShelterRoom} room */
  constructor(room) {
    this.room = room;
    this.dialog = byId('disruption-dialog');
    this.opener = byId('disruption-open');
    this.list = element('div', {});
    this.said = element('p', { role: 'status' });
    this.kind = /** @type {HTMLSelectElement} */ (element('select', { id: 'disruption-kind' }, ...KINDS.map((kind) => element('option', { value: kind, 'data-text': `disruption.${kind}` }))));
    /** @type {Record<string, HTMLInputElement>} */
    this.fields = Object.fromEntries(['label', 'source', 'areas', 'point', 'radius'].map((name) => [name, /** @type {HTMLInputElement} */ (element('input', {
      id: `disruption-${name}`, type: 'text', maxlength: '200', autocomplete: 'off', required: name === 'label' || name === 'source', 'data-placeholder': `disruption.${name}-hint`,
    }))]));
    this.#build();
    this.opener.addEventListener('click', () => {
      this.dialog.showModal();
      this.#draw();
    });
  }

  /** @param {import('./desk.js').Dirt} dirt */
  render(dirt) {
    this.opener.hidden = !this.room.writes;
    if (this.dialog.open && (dirt.full || dirt.kinds.has('disruption') || dirt.things.has('language'))) this.#draw();
  }

  #build() {
    const row = (/** @type {string} */ name, /** @type {HTMLElement} */ field) => element('label', { class: 'form-row', for: `disruption-${name}` }, element('span', { 'data-text': `disruption.${name}-label` }), field);
    const form = element('form', { onsubmit: (/** @type {Event} */ event) => this.#send(event) },
      row('kind', this.kind), ...Object.entries(this.fields).map(([name, field]) => row(name, field)),
      element('button', { type: 'button', 'data-text': 'disruption.middle', onclick: () => this.#middle() }),
      element('button', { type: 'submit', class: 'wide', 'data-text': 'disruption.send' }), this.said);
    this.form = /** @type {HTMLFormElement} */ (form);
    this.dialog.append(
      element('header', { class: 'panel-head' }, element('h2', { id: 'disruption-title', 'data-text': 'disruption.title' }),
        element('button', { type: 'button', class: 'close', 'data-label': 'panel.close', onclick: () => this.dialog.close() }, '✕')),
      element('p', { class: 'note', 'data-text': 'disruption.note' }), this.list, form);
  }

  #draw() {
    const now = this.room.desk.now();
    const open = this.room.desk.picture.all('disruption');
    this.list.replaceChildren(open.length === 0 ? element('p', { class: 'empty' }, t('disruption.none'))
      : tableOf(t('disruption.title'), ['disruption.kind-label', 'disruption.label-label', 'disruption.since', 'disruption.source-label', 'tablet.action'], open.map((one) => [
        t(`disruption.${one.kind}`), japanese(one.label), one.started_at ? momentText(Date.parse(one.started_at), now) : t('shelter.unknown'), japanese(one.source ?? ''),
        element('button', { type: 'button', class: 'quiet', 'data-end': one.id, onclick: () => this.#end(one) }, t('disruption.end')),
      ])));
  }

  #middle() {
    const { lon, lat } = this.room.map.view();
    this.fields.point.value = `${lat.toFixed(5)}, ${lon.toFixed(5)}`;
    if (!this.fields.radius.value) this.fields.radius.value = '2';
  }

  /** @param {Event} event */
  async #send(event) {
    event.preventDefault();
    const read = readDisruption(Object.fromEntries(Object.entries(this.fields).map(([name, field]) => [name, field.value])));
    if (typeof read === 'string') {
      this.said.textContent = t(`disruption.wrong-${read}`);
      return;
    }
    await this.#put(`d-${crypto.randomUUID()}`, { kind: this.kind.value, started_at: new Date(this.room.desk.now()).toISOString(), ...read });
    if (this.said.dataset.ok === 'true') this.form?.reset();
  }

  /** @param {any} one */
  #end(one) {
    const { id, ...rest } = one;
    return this.#put(id, { ...rest, ended_at: new Date(this.room.desk.now()).toISOString() });
  }

  /** @param {string} id @param {any} told */
  async #put(id, told) {
    try {
      await put(`/api/disruptions/${encodeURIComponent(id)}`, told);
      this.said.dataset.ok = 'true';
      this.said.textContent = t('disruption.sent');
    } catch (error) {
      this.said.dataset.ok = 'false';
      this.said.textContent = t('disruption.failed', { reason: refusalText(error) });
    }
  }
}

/**
 * What was typed as the server wants it, or the name of the field that cannot be read.
 * @param {Record<string, string>} typed
 * @returns {any}
 */
export function readDisruption({ label, source, areas, point, radius }) {
  const codes = areas.split(/[\s,、]+/).filter(Boolean);
  if (codes.some((code) => !/^\d{5}$/.test(code))) return 'areas';
  const place = point.trim() === '' ? [] : point.split(/[\s,、]+/).filter(Boolean).map(Number);
  if (place.length !== 0 && (place.length !== 2 || place.some(Number.isNaN) || Math.abs(place[0]) > 90 || Math.abs(place[1]) > 180)) return 'point';
  const km = Number(radius);
  if (place.length === 2 && !(km > 0 && km <= 200)) return 'radius';
  if (place.length === 0 && codes.length === 0) return 'where';
  return {
    label: label.trim(), source: source.trim(), areas: codes,
    lon: place.length === 2 ? place[1] : null, lat: place.length === 2 ? place[0] : null, radius_m: place.length === 2 ? km * KM : null,
  };
}
