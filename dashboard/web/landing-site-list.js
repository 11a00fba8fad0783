// @ts-check
/** Landing sites in the air coordinator's tab: which can be used now, who said so and when, who stands there. */

import { nameOf } from './air-standing.js';
import { momentText } from './clock.js';
import { element, japanese, setText } from './element.js';
import { language, t } from './language.js';
import { siteStanding, standingAt } from './mission-standing.js';
import { groundText } from './mission-words.js';
import { post } from './server.js';
import { agoText, refusalText } from './wording.js';

const ORDER = ['usable', 'old', 'unknown', 'unusable'];

export class LandingSiteList {
  name = 'site';

  /** @param {import('./mission-room.js').MissionRoom} room */
  constructor(room) {
    this.room = room;
    this.drawn = '';
    /** The site that somebody speaks of. @type {string | null} */ this.speaking = null;
    this.note = element('p', { class: 'air-note' });
    this.list = element('ul', { class: 'landing-sites', 'data-label': 'site.part' });
    this.none = element('p', { class: 'empty' });
    this.said = element('p', { role: 'status', class: 'mission-said' });
    this.root = element('section', { 'data-label': 'site.part' }, this.note, this.said, this.list, this.none);
  }

  title() {
    return t('site.part');
  }

  count() {
    return this.room.desk.picture.all('landing_site').length;
  }

  focus() {
    /** @type {HTMLElement | null} */ (this.list.querySelector('button'))?.focus();
  }

  /** @param {string} id */
  reveal(id) {
    requestAnimationFrame(() => {
      const found = /** @type {HTMLElement | null} */ (this.list.querySelector(`[data-site="${CSS.escape(id)}"] button`));
      found?.scrollIntoView({ block: 'center' });
      found?.focus();
    });
  }

  render() {
    const { room } = this;
    setText(this.note, t('site.note'));
    const now = room.desk.now();
    const vehicles = room.desk.picture.all('vehicle');
    const rows = room.desk.picture.all('landing_site').map((site) => ({
      site, standing: siteStanding(site, now, room.rules?.word_old_after_s ?? 0),
      // As old as the second hand would redraw the list each second: minutes are enough.
      age: site.at ? agoText(now - Date.parse(site.at)) : '', at: site.at ? momentText(Date.parse(site.at), now) : '',
      there: standingAt(site, vehicles, room.rules?.landing_radius_m ?? 0).map((vehicle) => [String(vehicle.id), nameOf(vehicle)]),
    })).sort((a, b) => ORDER.indexOf(a.standing) - ORDER.indexOf(b.standing) || String(a.site.name).localeCompare(String(b.site.name), 'ja'));
    const key = JSON.stringify([language(), room.tells, room.desk.known, this.speaking, rows]);
    if (key === this.drawn) return;
    this.drawn = key;
    // While somebody writes about a site nothing is drawn under their hands.
    if (this.speaking !== null && this.list.contains(document.activeElement) && /** @type {Element} */ (document.activeElement).matches('input, select')) return;
    const held = /** @type {HTMLElement | null} */ (document.activeElement)?.dataset?.key;
    this.list.replaceChildren(...rows.map((row) => this.#row(row)));
    if (held) /** @type {HTMLElement | null} */ (this.list.querySelector(`[data-key="${CSS.escape(held)}"]`))?.focus({ preventScroll: true });
    this.none.hidden = rows.length > 0;
    this.none.textContent = t(room.desk.known ? 'site.none' : 'list.none-known');
  }

  /** @param {any} row */
  #row({ site, standing, age, at, there }) {
    const { room } = this;
    const id = String(site.id);
    return element('li', { 'data-site': id, 'data-standing': standing },
      element('p', {}, element('b', { class: `site-state site-${standing}` }, t(`site.state-${standing}`)), ' ',
        element('button', { type: 'button', class: 'quiet', 'data-key': `site-${id}`, onclick: () => room.show(site) }, japanese(site.name))),
      site.at ? element('p', { class: 'mission-line' }, t('site.said', { time: at, age, by: site.by ?? '—' }), site.reason ? ' ' : '', site.reason ? japanese(site.reason) : '') : null,
      element('p', { class: 'mission-line' }, groundText(site)),
      there.length > 0 ? element('p', { class: 'mission-line' }, t('site.occupied'), ' ', ...there.map((/** @type {string[]} */ [vehicle, name]) => element('button', { type: 'button', class: 'quiet', 'data-key': `on-${id}-${vehicle}`, onclick: () => room.air.select(vehicle) }, japanese(name)))) : null,
      !room.tells ? null : this.speaking === id ? this.#form(site) : element('button', { type: 'button', class: 'quiet', 'data-key': `say-${id}`, onclick: () => this.#speak(id) }, t('site.say')));
  }

  /** @param {string | null} id */
  #speak(id) {
    this.speaking = id;
    setText(this.said, '');
    /** @type {HTMLElement | null} */ (document.activeElement)?.blur();
    this.render();
    if (id !== null) /** @type {HTMLElement | null} */ (this.list.querySelector(`[data-site="${CSS.escape(id)}"] select`))?.focus();
  }

  /** @param {any} site */
  #form(site) {
    const id = String(site.id);
    const state = /** @type {HTMLSelectElement} */ (element('select', { 'aria-label': t('site.state') }, ...['usable', 'unusable', 'unknown'].map((value) => element('option', { value }, t(`site.state-${value}`)))));
    const reason = /** @type {HTMLInputElement} */ (element('input', { type: 'text', maxlength: '200', autocomplete: 'off', 'aria-label': t('site.reason'), placeholder: t('site.reason') }));
    const version = this.room.desk.picture.versionOf('landing_site', id);
    const send = async (/** @type {Event} */ event) => {
      event.preventDefault();
      if (state.value === 'unusable' && reason.value.trim() === '') {
        setText(this.said, t('site.reason-needed'));
        reason.focus();
        return;
      }
      try {
        await post(`/api/landing-sites/${encodeURIComponent(id)}/words`, { key: crypto.randomUUID(), version, state: state.value, reason: reason.value.trim() });
        this.#speak(null);
      } catch (/** @type {any} */ error) {
        setText(this.said, error?.status === 409 ? t('mission.meanwhile') : t('mission.failed', { reason: refusalText(error) }));
      }
    };
    return element('form', { class: 'site-form', onsubmit: send }, state, reason, element('button', { type: 'submit' }, t('site.send')),
      element('button', { type: 'button', class: 'quiet', onclick: () => this.#speak(null) }, t('site.leave')));
  }
}
