// @ts-check
/** Asking for a mission, and changing one: what, where, for whom, with which vehicle, and what speaks against it. */

import { moment, pair, typedMoment } from './air-space-request.js';
import { nameOf } from './air-standing.js';
import { byId, element, setText } from './element.js';
import { t } from './language.js';
import { missionRequest } from './mission-standing.js';
import { conflictText } from './mission-words.js';
import { get, post, put } from './server.js';
import { refusalText } from './wording.js';

const KINDS = ['rescue', 'medical', 'survey', 'transport', 'fire', 'other'];
/** Fields by name: what is said of them. @type {[string, Record<string, any>][]} */
const FIELDS = [
  ['place', { maxlength: '120' }], ['middle', {}], ['radius', { inputmode: 'decimal' }], ['requested_by', { maxlength: '80' }], ['endurance', { type: 'datetime-local' }], ['note', { maxlength: '400' }],
];

export class MissionForm {
  /** @param {import('./mission-room.js').MissionRoom} room */
  constructor(room) {
    this.room = room;
    this.dialog = byId('mission-dialog');
    /** What is changed, null for a new one. @type {any} */ this.held = null;
    /** The same request, however often it is sent. */ this.key = '';
    this.said = element('p', { role: 'status', id: 'mission-said' });
    this.against = element('ul', { class: 'mission-against' });
    const choice = (/** @type {string} */ name, /** @type {HTMLElement[]} */ ...options) => /** @type {HTMLSelectElement} */ (element('select', { id: `mission-${name}` }, ...options));
    this.kind = choice('kind', ...KINDS.map((kind) => element('option', { value: kind, 'data-text': `mission.kind-${kind}` })));
    this.urgency = choice('urgency', ...['1', '2', '3'].map((value) => element('option', { value, 'data-text': `mission.urgency-${value}` })));
    this.site = choice('site');
    this.vehicle = choice('vehicle');
    /** @type {Record<string, HTMLInputElement>} */
    this.fields = Object.fromEntries(FIELDS.map(([name, more]) => [name, /** @type {HTMLInputElement} */ (element('input', { id: `mission-${name}`, type: 'text', autocomplete: 'off', ...more }))]));
    for (const field of [this.site, this.vehicle, this.fields.middle, this.fields.endurance]) field.addEventListener('change', () => this.#check());
    this.#build();
  }

  #build() {
    const row = (/** @type {string} */ name, /** @type {HTMLElement} */ field) => element('label', { class: 'form-row', for: `mission-${name}` }, element('span', { 'data-text': `mission.form-${name}` }), field);
    const { place, middle, radius, requested_by: by, endurance, note } = this.fields;
    this.vehicleRow = row('vehicle', this.vehicle);
    this.dialog.append(
      element('header', { class: 'panel-head' }, element('h2', { id: 'mission-title' }),
        element('button', { type: 'button', class: 'close', 'data-label': 'panel.close', onclick: () => this.dialog.close() }, '✕')),
      element('form', { onsubmit: (/** @type {Event} */ event) => this.#send(event) },
        row('kind', this.kind), row('urgency', this.urgency), row('place', place), row('middle', middle),
        element('button', { type: 'button', 'data-text': 'disruption.middle', onclick: () => this.#middle() }),
        row('radius', radius), row('requested_by', by), row('site', this.site), this.vehicleRow, row('endurance', endurance), row('note', note),
        element('p', { class: 'note', 'data-text': 'mission.form-note-who' }),
        this.against, element('button', { type: 'submit', class: 'wide', id: 'mission-send', 'data-text': 'mission.form-send' }), this.said));
  }

  /** Open it for a new mission, with a vehicle at once, or to change one. @param {string | null} id @param {string | null} vehicle */
  async open(id, vehicle) {
    const { picture } = this.room.desk;
    this.held = null;
    this.key = crypto.randomUUID();
    setText(this.said, '');
    setText(byId('mission-title'), t(id === null ? 'mission.add' : 'mission.change'));
    this.against.replaceChildren();
    /** @type {HTMLFormElement} */ (this.dialog.querySelector('form')).reset();
    this.urgency.value = '2';
    const none = (/** @type {string} */ key) => element('option', { value: '' }, t(key));
    this.site.replaceChildren(none('mission.no-site'), ...picture.all('landing_site').map((site) => element('option', { value: String(site.id) }, `${site.name}（${t(`site.state-${site.state}`)}）`)));
    this.vehicle.replaceChildren(none('mission.no-vehicle'), ...this.room.air.ordered.map((row) => element('option', { value: String(row.vehicle.id) }, nameOf(row.vehicle))));
    this.vehicle.value = vehicle ?? '';
    this.vehicleRow.hidden = id !== null;
    if (!this.dialog.open) this.dialog.showModal();
    if (id === null) {
      this.#middle();
      this.#check();
      return;
    }
    try {
      this.held = await get(`/api/missions/${id}`);
      this.#fill(this.held);
    } catch (error) {
      this.#failed(error);
    }
  }

  /** @param {any} mission */
  #fill(mission) {
    this.kind.value = mission.kind;
    this.urgency.value = String(mission.urgency);
    this.site.value = mission.landing_site ?? '';
    const point = mission.geometry.type === 'Point';
    const values = { place: mission.place, middle: point ? `${mission.lat.toFixed(5)}, ${mission.lon.toFixed(5)}` : '', radius: mission.radius_m, requested_by: mission.requested_by, endurance: typedMoment(mission.endurance_until), note: mission.note };
    for (const [name, value] of Object.entries(values)) this.fields[name].value = String(value);
  }

  #middle() {
    const { lon, lat } = this.room.map.view();
    this.fields.middle.value = `${lat.toFixed(5)}, ${lon.toFixed(5)}`;
    this.#check();
  }

  #request() {
    const typed = { ...Object.fromEntries(Object.entries(this.fields).map(([name, field]) => [name, field.value])), kind: this.kind.value, urgency: this.urgency.value, landing_site: this.site.value };
    return missionRequest(/** @type {any} */ (typed), { place: pair, moment }, this.held);
  }

  /** What would speak against the vehicle, while it is chosen. */
  async #check() {
    const at = pair(this.fields.middle.value);
    const until = moment(this.fields.endurance.value);
    if (this.held !== null || this.vehicle.value === '' || at === null || until === undefined) {
      this.against.replaceChildren();
      return;
    }
    try {
      const found = await post('/api/missions/check', { vehicle: this.vehicle.value, geometry: { type: 'Point', coordinates: [at[1], at[0]] }, landing_site: this.site.value || null, endurance_until: until });
      this.against.replaceChildren(...(found.conflicts.length === 0 ? [element('li', {}, t('mission.nothing-against'))] : found.conflicts.map((/** @type {any} */ one) => element('li', {}, conflictText(one)))));
    } catch (error) {
      this.against.replaceChildren(element('li', {}, t('mission.failed', { reason: refusalText(error) })));
    }
  }

  /** @param {Event} event */
  async #send(event) {
    event.preventDefault();
    const request = this.#request();
    if (typeof request === 'string') {
      setText(this.said, t(`mission.wrong-${request}`));
      byId(`mission-${request}`).focus();
      return;
    }
    try {
      if (this.held === null) await post('/api/missions', { ...request, key: this.key, vehicle: this.vehicle.value || null });
      else await put(`/api/missions/${this.held.id}`, { ...request, key: this.key, version: this.held.version });
      this.dialog.close();
    } catch (error) {
      this.#failed(error);
    }
  }

  /** @param {any} error */
  #failed(error) {
    setText(this.said, error?.status === 409 ? t('mission.meanwhile') : [t('mission.failed', { reason: refusalText(error) }), error?.detail ?? ''].filter(Boolean).join(' '));
  }
}
