// @ts-check
/** The editor of a draft: level, districts, reason, end, and the words in each language; also records what was ordered elsewhere. */

import { momentText } from './clock.js';
import { byId, element, setAttribute, setText } from './element.js';
import { t } from './language.js';
import { proposalIn } from './order-evidence.js';
import { orderName, orderWords, whyRefused } from './order-words.js';
import { get, post, put } from './server.js';

const LANGUAGES = ['ja', 'easy', 'en'];
const PARTS = ['headline', 'body', 'instruction'];
const HAZARDS = ['flood', 'landslide', 'surge', 'inland'];
const HOURS = [3, 6, 12, 24, 48];

export class OrderEditor {
  /** @param {import('./order-room.js').OrderRoom} room */
  constructor(room) {
    this.room = room;
    this.dialog = byId('order-dialog');
    this.area = '';
    /** @type {'issue' | 'update' | 'lift'} */ this.act = 'issue';
    this.recording = false;
    /** Order and revision that are edited, null before the first keeping. @type {{id: number, number: number} | null} */ this.target = null;
    /** Order that shall be changed. @type {any} */ this.base = null;
    /** @type {string | null} */ this.proposal = null;
    /** @type {any} */ this.geometry = null;
    /** Counts the times that words were asked for: an older answer must not undo a newer one. */
    this.asked = 0;
    this.title = element('h2', { id: 'order-dialog-title' });
    this.form = /** @type {HTMLFormElement} */ (element('form', { class: 'order-form', onsubmit: (/** @type {Event} */ event) => event.preventDefault() }));
    this.said = element('p', { id: 'order-dialog-said', role: 'status' });
    this.dialog.append(
      element('header', { class: 'panel-head' }, this.title, element('button', { type: 'button', class: 'close', 'data-label': 'panel.close', onclick: () => this.dialog.close() }, '✕')),
      this.form, this.said);
    // A slip of the finger on Escape must not throw a draft away at night.
    this.dialog.addEventListener('cancel', (/** @type {Event} */ event) => {
      event.preventDefault();
      this.#say(t('order.escape'), true);
    });
  }

  /** What is typed stays as it is; only its language follows the screen when it is opened again. @param {import('./desk.js').Dirt} _dirt */
  render(_dirt) {}

  /** Begin an order, from a proposal or from nothing. @param {string} area @param {any} proposal */
  begin(area, proposal) {
    const said = proposal === null ? {} : {
      level: proposal.level, hazard: proposal.hazard === 'storm_surge' ? 'surge' : HAZARDS.includes(proposal.hazard) ? proposal.hazard : 'flood',
      households: proposal.households, persons: proposal.people,
      reason: (proposal.evidence ?? [])[0]?.text ?? '', reason_en: (proposal.evidence ?? [])[0]?.text_en ?? '',
      // A district is known by its name here, as the people who live in it are.
      districts: proposal.area?.kind === 'district' ? [{ code: proposal.area.name, name: proposal.area.name }] : [],
    };
    this.#open({ area, act: 'issue', proposal: proposal?.id ?? null }, said);
  }

  /** Draft what shall replace or lift an order. @param {any} order @param {'update' | 'lift'} act */
  change(order, act) {
    this.#open({ area: order.area, act, base: order }, { ...order, reason: act === 'lift' ? '' : order.reason });
  }

  /** Record what a municipality ordered outside this system. @param {string} area @param {any} [order] a recorded one that changes */
  record(area, order = null) {
    this.#open({ area, act: order === null ? 'issue' : 'update', base: order, recording: true }, order ?? {});
  }

  /** Edit the draft of an order. @param {any} order */
  async edit(order) {
    try {
      const said = await get(`/api/orders/${order.id}/revisions/${order.pending.number}`);
      this.#open({ area: order.area, act: said.act, base: order, target: { id: order.id, number: said.number } }, said);
      if (said.return_reason) this.#say(t('order.returned-because', { reason: said.return_reason }), true);
    } catch (error) {
      this.room.panel.say(whyRefused(error), true);
    }
  }

  /** @param {any} what @param {any} said */
  async #open({ area, act, base = null, proposal = null, recording = false, target = null }, said) {
    Object.assign(this, { area, act, base, proposal, recording, target, geometry: said.geometry ?? null });
    this.#say('');
    // Filled once: a form that is made anew under somebody's hands loses what he typed.
    this.form.replaceChildren(element('p', { class: 'empty' }, t('hydrograph.loading')));
    this.dialog.showModal();
    let place = { name: this.room.town(area)?.name ?? area, districts: [], life_h: 12 };
    try {
      place = await get(`/api/areas/${encodeURIComponent(area)}/desk`);
    } catch (error) {
      this.#say(whyRefused(error), true);
    }
    this.#fill(said, place);
    if (!said.texts && !recording) await this.#write();
    this.#preview();
  }

  /** @param {any} said @param {any} place */
  #fill(said, place) {
    setText(this.title, t(this.recording ? 'order.record-title' : `order.editor-${this.act}`, { town: place.name }));
    const chosen = new Set((said.districts ?? []).map((/** @type {any} */ one) => one.code));
    const districts = [...place.districts, ...(said.districts ?? []).filter((/** @type {any} */ one) => !place.districts.some((/** @type {any} */ known) => known.code === one.code))];
    const row = (/** @type {string} */ name, /** @type {HTMLElement} */ field) => element('label', { class: 'form-row', for: `order-${name}` }, element('span', {}, t(`order.field-${name}`)), field);
    const input = (/** @type {string} */ name, /** @type {any} */ value, more = {}) => element('input', { id: `order-${name}`, type: 'text', value: value ?? '', autocomplete: 'off', ...more });
    const select = (/** @type {string} */ name, /** @type {[string, string][]} */ options, /** @type {string} */ value) => {
      const node = /** @type {HTMLSelectElement} */ (element('select', { id: `order-${name}` }, ...options.map(([code, words]) => element('option', { value: code }, words))));
      node.value = value;
      return node;
    };
    const lift = this.act === 'lift';
    const level = select('level', [3, 4, 5].map((n) => [String(n), orderName(n)]), String(said.level ?? 4));
    level.disabled = lift;
    const kinds = /** @type {[string, string][]} */ ([['update', t('order.act-update')], ['lift', t('order.act-lift')]]);
    this.form.replaceChildren(
      this.recording && this.base ? row('act', select('act', kinds, 'update')) : '',
      row('level', level),
      row('hazard', select('hazard', HAZARDS.map((name) => [name, t(`order.hazard-${name}`)]), said.hazard ?? 'flood')),
      element('fieldset', { id: 'order-districts', disabled: lift }, element('legend', {}, t('order.field-districts')),
        element('p', { class: 'part-note' }, t(districts.length > 0 ? 'order.districts-note' : 'order.districts-none')),
        ...districts.map((one) => element('label', { class: 'check' }, element('input', { type: 'checkbox', value: one.code, 'data-name': one.name, checked: chosen.has(one.code) }),
          element('span', {}, one.name, one.persons ? ` ${t('order.district-people', { people: one.persons })}` : '')))),
      row('reason', element('textarea', { id: 'order-reason', rows: '2', maxlength: '1000', required: true }, said.reason ?? '')),
      this.recording ? '' : row('reason-en', input('reason-en', said.reason_en, { lang: 'en', maxlength: '1000' })),
      lift ? '' : row('households', input('households', said.households, { type: 'number', min: '0' })),
      lift ? '' : row('persons', input('persons', said.persons, { type: 'number', min: '0' })),
      row('expires', select('expires', HOURS.map((hours) => [String(hours), t('order.expires-in', { hours })]), String(place.life_h))),
      this.recording ? row('source', input('source', '', { required: true, maxlength: '500' })) : row('contact', input('contact', '', { maxlength: '200' })),
      this.recording ? row('at', input('at', localText(this.room.desk.now()), { type: 'datetime-local', required: true })) : this.#texts(said.texts ?? {}),
      element('div', { class: 'order-acts' }, ...this.#buttons()));
  }

  /** @param {Record<string, any>} texts */
  #texts(texts) {
    return element('fieldset', { class: 'order-texts' }, element('legend', {}, t('order.texts')),
      element('button', { type: 'button', class: 'quiet', id: 'order-rewrite', onclick: () => this.#write() }, t('order.rewrite')),
      element('p', { class: 'part-note' }, t('order.texts-note')),
      ...LANGUAGES.map((code) => element('details', { open: code === 'ja', 'data-language': code }, element('summary', {}, t(`order.language-${code}`)),
        ...PARTS.map((part) => element('label', { class: 'order-text' }, element('span', {}, t(`order.text-${part}`)),
          element('textarea', { id: `order-text-${code}-${part}`, rows: part === 'headline' ? '1' : '4', lang: code === 'en' ? 'en' : 'ja', oninput: () => this.#preview() }, texts[code]?.[part] ?? ''))),
        element('div', { class: 'order-preview', 'data-preview': code, 'aria-label': t('order.preview'), role: 'group' }))));
  }

  #buttons() {
    if (this.recording) return [element('button', { type: 'button', class: 'order-main', id: 'order-record', onclick: () => this.#record() }, t('order.record-keep'))];
    const reason = element('input', { type: 'text', id: 'order-withdraw-reason', maxlength: '1000', 'aria-label': t('order.withdraw-reason'), placeholder: t('order.withdraw-reason') });
    return [
      element('button', { type: 'button', id: 'order-keep', onclick: () => this.#keep() }, t('order.keep')),
      element('button', { type: 'button', class: 'order-main', id: 'order-submit', onclick: () => this.#submit() }, t('order.submit')),
      this.target === null ? '' : element('span', { class: 'order-reject' }, reason, element('button', { type: 'button', class: 'quiet', id: 'order-withdraw', onclick: () => this.#withdraw() }, t('order.withdraw'))),
    ];
  }

  /** What is typed, as the server takes it. */
  #typed() {
    const value = (/** @type {string} */ name) => /** @type {any} */ (this.form.querySelector(`#order-${name}`))?.value?.trim() ?? '';
    const number = (/** @type {string} */ name) => (value(name) === '' ? null : Number(value(name)));
    const districts = [.../** @type {NodeListOf<HTMLInputElement>} */ (this.form.querySelectorAll('#order-districts input:checked'))].map((box) => ({ code: box.value, name: box.dataset.name ?? box.value }));
    return {
      level: Number(value('level')), hazard: value('hazard'), reason: value('reason'), reason_en: value('reason-en'), contact: value('contact'), districts, geometry: this.geometry,
      households: number('households'), persons: number('persons'), expires_at: new Date(this.room.desk.now() + Number(value('expires')) * 3_600_000).toISOString(),
    };
  }

  #words() {
    return Object.fromEntries(LANGUAGES.map((code) => [code, Object.fromEntries(PARTS.map((part) => [part, this.#text(code, part).value]))]));
  }

  /** @param {string} code @param {string} part @returns {HTMLTextAreaElement} */
  #text(code, part) {
    return /** @type {HTMLTextAreaElement} */ (this.form.querySelector(`#order-text-${code}-${part}`));
  }

  /** Put the words together anew from level, districts and reason. */
  async #write() {
    const typed = this.#typed();
    this.asked += 1;
    const { asked } = this;
    try {
      const { texts } = await post('/api/orders/texts', { ...typed, reason: typed.reason || t('order.reason-blank'), area: this.area, act: this.act });
      if (asked !== this.asked) return;
      for (const code of LANGUAGES) for (const part of PARTS) this.#text(code, part).value = texts[code][part];
      this.#preview();
    } catch (error) {
      this.#say(whyRefused(error), true);
    }
  }

  #preview() {
    if (this.recording) return;
    const words = this.#words();
    for (const code of LANGUAGES) this.form.querySelector(`[data-preview="${code}"]`)?.replaceChildren(orderWords(words[code], code));
  }

  /** Keep the draft; true when it is kept. */
  async #keep() {
    const body = { ...this.#typed(), texts: this.#words() };
    if (body.reason === '') {
      this.#say(t('order.reason-needed'), true);
      /** @type {HTMLElement} */ (this.form.querySelector('#order-reason')).focus();
      return false;
    }
    try {
      if (this.target !== null) await put(`/api/orders/${this.target.id}/revisions/${this.target.number}`, body);
      else if (this.base === null) this.#kept(await post('/api/orders', { ...body, area: this.area, proposal_id: this.proposal }));
      else this.#kept(await post(`/api/orders/${this.base.id}/revisions`, { ...body, act: this.act }));
      this.#say(t('order.kept'));
      return true;
    } catch (error) {
      this.#say(whyRefused(error), true);
      return false;
    }
  }

  /** @param {any} answer */
  #kept({ id, revision }) {
    this.target = { id, number: revision };
  }

  async #submit() {
    if (!(await this.#keep()) || this.target === null) return;
    await this.#finish(() => post(`/api/orders/${this.target?.id}/revisions/${this.target?.number}/submit`, {}), 'order.did-submit');
  }

  async #withdraw() {
    const field = /** @type {HTMLInputElement} */ (this.form.querySelector('#order-withdraw-reason'));
    if (field.value.trim() === '') field.focus();
    else await this.#finish(() => post(`/api/orders/${this.target?.id}/revisions/${this.target?.number}/withdraw`, { reason: field.value.trim() }), 'order.did-withdraw');
  }

  async #record() {
    const field = (/** @type {string} */ name) => /** @type {any} */ (this.form.querySelector(`#order-${name}`));
    if (!this.form.reportValidity()) return;
    const { reason_en: _en, contact: _contact, ...typed } = this.#typed();
    await this.#finish(() => post('/api/orders/record', {
      ...typed, area: this.area, source: field('source').value, at: new Date(`${field('at').value}:00+09:00`).toISOString(),
      order_id: this.base?.id ?? null, act: this.base === null ? 'issue' : field('act').value,
    }), 'order.did-record');
  }

  /** @param {() => Promise<any>} act @param {string} done */
  async #finish(act, done) {
    try {
      await act();
      this.dialog.close();
      this.room.panel.say(t(done));
    } catch (error) {
      this.#say(whyRefused(error), true);
    }
  }

  /** @param {string} words @param {boolean} [bad] */
  #say(words, bad = false) {
    setText(this.said, words);
    setAttribute(this.said, 'data-bad', String(bad));
  }
}

/** A moment as a Japanese clock's field takes it. @param {number} ms */
function localText(ms) {
  return new Date(ms + 9 * 3_600_000).toISOString().slice(0, 16);
}

/** When the proposal that a draft was made from was computed. @param {any} revision @param {number} nowMs */
export function proposalAge(revision, nowMs) {
  const proposal = proposalIn(revision.evidence ?? []);
  return proposal === null ? '' : t('order.proposal-of', { time: momentText(Date.parse(proposal.updated_at), nowMs) });
}
