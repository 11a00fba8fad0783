// @ts-check
/** Setting, changing and ending an airspace: a circle or corners, heights, times, who is exempt, and whence it is. */

import { spaceRequest, typedMoment } from './air-space-request.js';
import { SPACE_KINDS } from './air-space-standing.js';
import { nameOf } from './air-standing.js';
import { byId, element, setText } from './element.js';
import { t } from './language.js';
import { get, post, put } from './server.js';
import { refusalText } from './wording.js';

/** Who may set them (dashboard/api/airspaces.py). */
const COORDINATORS = ['duty_officer', 'administrator'];
/** Fields by name: their type and what else is said of them. @type {[string, Record<string, any>][]} */
const FIELDS = [
  ['name', { maxlength: '80' }], ['source', { maxlength: '200' }], ['middle', {}], ['radius', { inputmode: 'decimal' }],
  ['floor', { inputmode: 'decimal' }], ['ceiling', { inputmode: 'decimal' }], ['from', { type: 'datetime-local' }], ['to', { type: 'datetime-local' }],
];

export class AirSpaceForm {
  /** @param {import('./air-room.js').AirRoom} room */
  constructor(room) {
    this.room = room;
    this.dialog = byId('air-space-dialog');
    /** What is changed, null for a new one. @type {any} */ this.held = null;
    this.sure = false;
    this.said = element('p', { role: 'status', id: 'air-space-said' });
    this.kind = /** @type {HTMLSelectElement} */ (element('select', { id: 'air-space-kind' }, ...SPACE_KINDS.map((kind) => element('option', { value: kind, 'data-text': `air.space-${kind}` }))));
    this.corners = /** @type {HTMLTextAreaElement} */ (element('textarea', { id: 'air-space-corners', rows: '3', 'data-placeholder': 'air.form-corners-hint' }));
    this.exempt = /** @type {HTMLSelectElement} */ (element('select', { id: 'air-space-exempt', multiple: true, size: '4' }));
    /** @type {Record<string, HTMLInputElement>} */
    this.fields = Object.fromEntries(FIELDS.map(([name, more]) => [name, /** @type {HTMLInputElement} */ (element('input', {
      id: `air-space-${name}`, type: 'text', autocomplete: 'off', ...more, ...(more.type ? {} : { 'data-placeholder': `air.form-${name}-hint` }),
    }))]));
    this.end = element('button', { type: 'button', class: 'quiet', id: 'air-space-end', onclick: () => this.#end() });
    this.#build();
  }

  /** Whether this officer may set airspaces. */
  get allowed() {
    return (this.room.desk.session?.roles ?? []).some((/** @type {string} */ role) => COORDINATORS.includes(role));
  }

  #build() {
    const row = (/** @type {string} */ name, /** @type {HTMLElement} */ field) => element('label', { class: 'form-row', for: `air-space-${name}` }, element('span', { 'data-text': `air.form-${name}` }), field);
    const { name, source, middle, radius, ...rest } = this.fields;
    this.dialog.append(
      element('header', { class: 'panel-head' }, element('h2', { id: 'air-space-title', 'data-text': 'air.form-title' }),
        element('button', { type: 'button', class: 'close', 'data-label': 'panel.close', onclick: () => this.dialog.close() }, '✕')),
      element('p', { class: 'note', 'data-text': 'air.form-note' }),
      element('form', { onsubmit: (/** @type {Event} */ event) => this.#send(event) },
        row('kind', this.kind), row('name', name), row('source', source), row('middle', middle),
        element('button', { type: 'button', 'data-text': 'disruption.middle', onclick: () => this.#middle() }),
        row('radius', radius), row('corners', this.corners), ...Object.entries(rest).map(([key, field]) => row(key, field)), row('exempt', this.exempt),
        element('button', { type: 'submit', class: 'wide', id: 'air-space-send', 'data-text': 'air.form-send' }), this.said, this.end));
  }

  /** Open it for a new airspace, or to change one. @param {string | null} id */
  async open(id) {
    this.held = null;
    this.sure = false;
    setText(this.said, '');
    /** @type {HTMLFormElement} */ (this.dialog.querySelector('form')).reset();
    this.exempt.replaceChildren(...this.room.ordered.filter(({ vehicle }) => vehicle.kind !== 'ground').map(({ vehicle }) => element('option', { value: String(vehicle.id) }, nameOf(vehicle))));
    this.end.hidden = id === null;
    setText(this.end, t('air.form-end'));
    if (!this.dialog.open) this.dialog.showModal();
    if (id === null) {
      this.#middle();
      return;
    }
    try {
      this.held = (await get('/api/airspaces')).airspaces.find((/** @type {any} */ one) => String(one.id) === id) ?? null;
      if (this.held === null) setText(this.said, t('air.form-gone'));
      else this.#fill(this.held);
    } catch (error) {
      this.#failed(error);
    }
  }

  /** @param {any} space */
  #fill(space) {
    this.kind.value = space.kind;
    const values = { name: space.name, source: space.source, floor: space.floor_tp_m ?? '', ceiling: space.ceiling_tp_m ?? '', from: typedMoment(space.from_at), to: typedMoment(space.to_at) };
    for (const [name, value] of Object.entries(values)) this.fields[name].value = String(value);
    for (const id of space.exempt) {
      const option = [...this.exempt.options].find((one) => one.value === id) ?? this.exempt.appendChild(/** @type {HTMLOptionElement} */ (element('option', { value: id }, this.room.nameOf(id))));
      option.selected = true;
    }
  }

  #middle() {
    const { lon, lat } = this.room.map.view();
    this.fields.middle.value = `${lat.toFixed(5)}, ${lon.toFixed(5)}`;
    if (!this.fields.radius.value) this.fields.radius.value = '2';
  }

  /** @param {Event} event */
  async #send(event) {
    event.preventDefault();
    const texts = Object.fromEntries(Object.entries(this.fields).map(([name, field]) => [name, field.value]));
    const typed = /** @type {any} */ ({ ...texts, kind: this.kind.value, corners: this.corners.value, exempt: [...this.exempt.selectedOptions].map((one) => one.value) });
    const request = spaceRequest(typed, this.held?.geometry ?? null);
    if (typeof request === 'string') {
      setText(this.said, t(`air.form-wrong-${request}`));
      byId(`air-space-${request}`).focus();
      return;
    }
    await this.#done(this.held === null ? post('/api/airspaces', request) : put(`/api/airspaces/${this.held.id}`, { ...request, revision: this.held.revision }));
  }

  async #end() {
    if (this.held === null) return;
    if (!this.sure) {
      this.sure = true;
      setText(this.end, t('air.form-end-sure'));
      return;
    }
    await this.#done(post(`/api/airspaces/${this.held.id}/end`, { revision: this.held.revision }));
  }

  /** @param {Promise<any>} asked */
  async #done(asked) {
    try {
      await asked;
      this.dialog.close();
    } catch (error) {
      this.#failed(error);
    }
  }

  /** @param {any} error */
  #failed(error) {
    const changed = error?.status === 409;
    setText(this.said, [changed ? t('air.form-changed') : t('air.form-failed', { reason: refusalText(error) }), error?.detail ?? ''].filter(Boolean).join(' '));
  }
}
