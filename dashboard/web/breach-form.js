// @ts-check
/** Asking for a simulated flood: where the levee goes, how much water comes, for how long; faults stand at their field. */

import { distanceM, LIMITS, LONGEST_M, nearestGauges, readPoint, refusedField, requestOf, writePoint } from './breach-request.js';
import { element, setAttribute, setText } from './element.js';
import { t } from './language.js';
import { post } from './server.js';
import { placeOf, refusalText } from './wording.js';

const GAUGES_OFFERED = 8;
const DEFAULTS = { m3_s: '100', hours: '6', manning: '0.04' };

export class BreachForm {
  root = element('form', { id: 'breach-form', hidden: true, novalidate: true, 'aria-labelledby': 'breach-title' });
  /** @type {Record<string, HTMLInputElement | HTMLSelectElement>} */ fields = {};
  /** @type {Record<string, HTMLElement>} */ faults = {};
  length = element('output', { class: 'breach-length' });
  hint = element('p', { class: 'note', role: 'status' });
  send = /** @type {HTMLButtonElement} */ (element('button', { type: 'submit', class: 'breach-send', 'data-text': 'breach.send' }));
  pick = element('button', { type: 'button', class: 'wide', 'data-text': 'breach.pick' });
  said = element('p', { class: 'breach-said', role: 'alert' });

  /** @param {import('./flood.js').Flood} flood @param {import('./breach-draw.js').BreachDraw} draw */
  constructor(flood, draw) {
    this.flood = flood;
    this.draw = draw;
    this.offered = '';
    this.#build();
    draw.onPoint = (end, point) => this.#picked(end, point);
    this.root.addEventListener('submit', (event) => this.#submit(event));
    this.root.addEventListener('input', () => this.#changed());
    this.root.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape') return;
      event.stopPropagation();
      this.show(false);
    });
  }

  get open() {
    return !this.root.hidden;
  }

  /** @param {boolean} open */
  show(open) {
    this.root.hidden = !open;
    setText(this.said, '');
    if (open) this.#pick();
    else this.draw.want(null);
    if (open) this.#changed();
    else this.draw.set(null, null);
    this.flood.desk.touch('flood');
    if (open) this.pick.focus();
  }

  /** @param {import('./desk.js').Dirt} dirt */
  render(dirt) {
    if (!this.open) return;
    if (dirt.things.has('language') || dirt.full) this.#changed();
  }

  /** Take presses on the map for the two ends. */
  #pick() {
    this.draw.want('start');
    setText(this.hint, t('breach.hint-start'));
    document.body.dataset.view = 'map';
    this.flood.desk.touch('view');
  }

  /** @param {'start' | 'end'} end @param {import('./breach-request.js').Point} point */
  #picked(end, point) {
    this.fields[end].value = writePoint(point);
    this.#fault(end, '');
    if (end === 'start') this.fields.end.value = '';
    this.draw.want(end === 'start' ? 'end' : null);
    setText(this.hint, t(end === 'start' ? 'breach.hint-end' : 'breach.hint-done'));
    this.#changed();
    if (end === 'end') this.fields.m3_s.focus({ preventScroll: false });
  }

  #changed() {
    const start = readPoint(this.fields.start.value);
    const end = readPoint(this.fields.end.value);
    this.draw.set(start, end);
    setText(this.length, start && end ? t('breach.length', { metres: Math.round(distanceM(start, end)) }) : t('breach.length-none'));
    const gauge = this.#source() === 'gauge';
    for (const part of /** @type {NodeListOf<HTMLElement>} */ (this.root.querySelectorAll('[data-source]'))) part.hidden = (part.dataset.source === 'gauge') !== gauge;
    if (gauge) this.#offerGauges(start ?? end);
  }

  /** @returns {'constant' | 'gauge'} */
  #source() {
    const chosen = /** @type {HTMLInputElement | null} */ (this.root.querySelector('[name=source]:checked'));
    return chosen?.value === 'gauge' ? 'gauge' : 'constant';
  }

  /** @param {import('./breach-request.js').Point | null} place */
  #offerGauges(place) {
    const { desk } = this.flood;
    const usable = (/** @type {string} */ id) => desk.outlooks.get(id)?.state === 'current';
    const near = place === null ? [] : nearestGauges(desk.picture.all('gauge'), place, usable, GAUGES_OFFERED);
    const texts = near.map(({ gauge, distance_m: distance, forecast }) => [String(gauge.id), t(forecast ? 'breach.gauge-near' : 'breach.gauge-none', {
      name: placeOf(gauge), km: (distance / 1000).toFixed(1),
    })]);
    const key = texts.flat().join('|');
    if (key === this.offered) return;
    this.offered = key;
    const select = /** @type {HTMLSelectElement} */ (this.fields.gauge);
    const held = select.value;
    select.replaceChildren(
      element('option', { value: '' }, t(place === null ? 'breach.gauge-line-first' : texts.length > 0 ? 'breach.gauge-choose' : 'breach.gauge-nowhere')),
      ...texts.map(([value, text]) => element('option', { value, lang: 'ja' }, text)));
    select.value = texts.some(([value]) => value === held) ? held : '';
  }

  /** @param {Event} event */
  async #submit(event) {
    event.preventDefault();
    const typed = Object.fromEntries(Object.entries(this.fields).map(([name, field]) => [name, field.value]));
    const { body, faults } = requestOf(/** @type {any} */ ({ ...typed, source: this.#source() }));
    for (const name of Object.keys(this.faults)) this.#fault(name, faults[name] ? this.#words(name, faults[name]) : '');
    setText(this.said, body === null ? t('breach.mend') : '');
    if (body === null) {
      this.fields[Object.keys(faults)[0]].focus();
      return;
    }
    this.send.disabled = true;
    setText(this.send, t('breach.sending'));
    try {
      const { id } = await post('/api/inundations', body);
      this.show(false);
      this.flood.select(String(id));
    } catch (error) {
      this.send.disabled = false;
      this.send.focus();
      this.#refused(error);
    }
    this.send.disabled = false;
    setText(this.send, t('breach.send'));
  }

  /** @param {any} error */
  #refused(error) {
    if (error?.status !== 422) {
      setText(this.said, t('breach.failed', { reason: refusalText(error) }));
      return;
    }
    const { field, code, words } = refusedField(error.detail);
    const at = field === 'line' ? 'start' : field;
    const text = code ? t(`breach.fault-${code}`) : t('breach.refused', { words });
    if (this.faults[at]) {
      this.#fault(at, text);
      this.fields[at].focus();
    }
    setText(this.said, this.faults[at] ? t('breach.mend') : text);
  }

  /** @param {string} name @param {string} code */
  #words(name, code) {
    const [least, most] = /** @type {any} */ (LIMITS)[name] ?? [0, LONGEST_M];
    return t(`breach.fault-${code}`, { least, most: most.toLocaleString() });
  }

  /** @param {string} name @param {string} text */
  #fault(name, text) {
    setText(this.faults[name], text);
    setAttribute(this.fields[name], 'aria-invalid', text === '' ? null : 'true');
  }

  #build() {
    this.pick.addEventListener('click', () => this.#pick());
    const number = (/** @type {string} */ name, /** @type {string} */ value = '') => this.#field(name, { inputmode: 'decimal', value });
    this.root.append(
      element('h3', { id: 'breach-title', 'data-text': 'breach.title' }),
      element('p', { class: 'part-note', 'data-text': 'breach.lead' }),
      this.hint, this.pick,
      element('div', { class: 'breach-pair' }, this.#field('start', { 'data-placeholder': 'breach.place-example' }), this.#field('end', { 'data-placeholder': 'breach.place-example' })),
      this.length,
      element('fieldset', {}, element('legend', { 'data-text': 'breach.discharge' }),
        this.#radio('constant', true), this.#radio('gauge', false)),
      element('div', { 'data-source': 'constant' }, number('m3_s', DEFAULTS.m3_s)),
      element('div', { 'data-source': 'gauge', hidden: true },
        this.#select('gauge'), element('div', { class: 'breach-pair' }, number('sill_m'), number('width_m'))),
      element('div', { class: 'breach-pair' }, number('hours', DEFAULTS.hours), number('manning', DEFAULTS.manning)),
      element('details', {}, element('summary', { 'data-text': 'breach.more' }), this.#field('title', { maxlength: 200 }),
        element('div', { 'data-source': 'gauge', hidden: true }, number('bed_slope'))),
      this.said,
      element('div', { class: 'breach-buttons' }, this.send,
        element('button', { type: 'button', class: 'quiet', 'data-text': 'breach.cancel', onclick: () => this.show(false) })));
  }

  /** @param {string} name @param {Record<string, any>} attributes */
  #field(name, attributes) {
    const id = `breach-${name}`;
    this.fields[name] = /** @type {HTMLInputElement} */ (element('input', { id, name, autocomplete: 'off', 'aria-describedby': `${id}-fault`, ...attributes }));
    return this.#labelled(name, id);
  }

  /** @param {string} name */
  #select(name) {
    const id = `breach-${name}`;
    this.fields[name] = /** @type {HTMLSelectElement} */ (element('select', { id, name, 'aria-describedby': `${id}-fault` }));
    return this.#labelled(name, id);
  }

  /** @param {string} name @param {string} id */
  #labelled(name, id) {
    this.faults[name] = element('span', { id: `${id}-fault`, class: 'breach-fault', role: 'alert' });
    return element('p', { class: 'breach-field' }, element('label', { for: id, 'data-text': name === 'title' ? 'breach.title-field' : `breach.${name}` }), this.fields[name], this.faults[name]);
  }

  /** @param {string} value @param {boolean} checked */
  #radio(value, checked) {
    return element('label', { class: 'check' }, element('input', { type: 'radio', name: 'source', value, checked }), element('span', { 'data-text': `breach.source-${value}` }));
  }
}
