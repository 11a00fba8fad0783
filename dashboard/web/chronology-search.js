// @ts-check
/** The whole chronology: filtered by words, kind, place and time, corrected by new rows, out as a file and in again. */

import { corrections, entryItem, CATEGORIES } from './chronology.js';
import { byId, element, setText } from './element.js';
import { t } from './language.js';
import { shortPlace } from './place-name.js';
import { get, post, postFile } from './server.js';
import { refusalText } from './wording.js';

const LIMIT = 500;
const WRITERS = ['duty_officer', 'approver', 'administrator'];

export class ChronologySearch {
  /** @param {import('./desk.js').Desk} desk */
  constructor(desk) {
    this.desk = desk;
    this.dialog = byId('chronology-dialog');
    /** @type {any[]} */ this.entries = [];
    this.said = element('p', { role: 'status', id: 'chronology-said' });
    this.faults = element('ul', { id: 'chronology-faults' });
    this.list = element('ol', { id: 'chronology-found' });
    this.csv = /** @type {HTMLAnchorElement} */ (element('a', { class: 'quiet', href: '/api/chronology.csv', download: true, id: 'chronology-csv' }));
    byId('chronology-open').addEventListener('click', () => this.#open());
    this.list.addEventListener('click', (/** @type {MouseEvent} */ event) => {
      const { goto } = /** @type {HTMLElement} */ (event.target).closest('button')?.dataset ?? {};
      if (goto) this.list.querySelector(`[data-entry="${CSS.escape(goto)}"]`)?.scrollIntoView({ block: 'nearest' });
    });
  }

  /** What was found stays until it is asked for again. @param {import('./desk.js').Dirt} dirt */
  render(dirt) {
    if (this.dialog.open && dirt.things.has('language')) this.#open();
  }

  get #writes() {
    return (this.desk.session?.roles ?? []).some((/** @type {string} */ role) => WRITERS.includes(role));
  }

  #open() {
    const input = (/** @type {string} */ name, /** @type {string} */ type) => element('input', { id: `chronology-${name}`, name, type, autocomplete: 'off', 'aria-label': t(`chronology.search-${name}`), placeholder: type === 'search' ? t('chronology.search-q') : null });
    const select = (/** @type {string} */ name, /** @type {[string, string][]} */ options) => element('select', { id: `chronology-${name}`, name, 'aria-label': t(`chronology.search-${name}`) }, ...options.map(([value, words]) => element('option', { value }, words)));
    const places = new Map([...this.desk.picture.all('gauge'), ...this.desk.picture.all('shelter'), ...this.desk.picture.all('order')]
      .filter(({ area }) => area).map(({ area, area_name }) => [String(area), shortPlace(area_name) || String(area)]));
    this.form = /** @type {HTMLFormElement} */ (element('form', { class: 'filter-row', role: 'search', onsubmit: (/** @type {Event} */ event) => this.#ask(event) },
      input('q', 'search'), select('category', [['', t('chronology.all')], ...CATEGORIES.map((name) => /** @type {[string, string]} */ ([name, t(`chronology.${name}`)]))]),
      select('place', [['', t('chronology.every-place')], ...[...places].sort((a, b) => a[0].localeCompare(b[0]))]),
      input('from', 'datetime-local'), input('to', 'datetime-local'), element('button', { type: 'submit' }, t('chronology.search'))));
    const file = /** @type {HTMLInputElement} */ (element('input', { type: 'file', accept: '.csv,text/csv', id: 'chronology-file', onchange: () => this.#import(file) }));
    setText(this.csv, t('chronology.csv-found'));
    this.dialog.replaceChildren(
      element('header', { class: 'panel-head' }, element('h2', { id: 'chronology-dialog-title' }, t('chronology.search-title')),
        element('button', { type: 'button', class: 'close', 'aria-label': t('panel.close'), onclick: () => this.dialog.close() }, '✕')),
      this.form,
      element('div', { class: 'filter-row' }, this.csv, this.#writes ? element('label', { class: 'check', for: 'chronology-file' }, t('chronology.import'), file) : ''),
      this.said, this.faults, this.list);
    if (!this.dialog.open) this.dialog.showModal();
    this.#ask(null);
  }

  #query() {
    const given = new FormData(this.form);
    const query = new URLSearchParams();
    for (const [name, value] of given) {
      if (value === '') continue;
      query.set(name, name === 'from' || name === 'to' ? new Date(`${value}:00+09:00`).toISOString() : String(value));
    }
    return query;
  }

  /** @param {Event | null} event */
  async #ask(event) {
    event?.preventDefault();
    const query = this.#query();
    this.csv.href = `/api/chronology.csv?${query}`;
    query.set('limit', String(LIMIT));
    try {
      this.entries = (await get(`/api/chronology?${query}`)).entries;
      setText(this.said, t(this.entries.length < LIMIT ? 'chronology.found' : 'chronology.found-first', { count: this.entries.length }));
      this.#draw();
    } catch (error) {
      setText(this.said, t('chronology.older-failed', { reason: refusalText(error) }));
    }
  }

  #draw() {
    const by = corrections(this.entries);
    const now = this.desk.now();
    this.list.replaceChildren(...this.entries.map((entry) => {
      const corrected = by.get(Number(entry.id)) ?? null;
      const item = entryItem(entry, String(entry.id), corrected, now);
      if (corrected === null && this.#writes) item.append(element('button', { type: 'button', class: 'quiet', 'data-correct': entry.id, 'aria-label': t('chronology.correct-entry', { id: entry.id }), onclick: () => this.#begin(item, entry) }, t('chronology.correct')));
      return item;
    }));
  }

  /** Open the field in which an entry is corrected. @param {HTMLElement} item @param {any} entry */
  #begin(item, entry) {
    if (item.querySelector('form')) return;
    const field = /** @type {HTMLInputElement} */ (element('input', { type: 'text', value: entry.text, maxlength: '2000', required: true, 'aria-label': t('chronology.correction') }));
    item.append(element('form', { class: 'entry-correction', onsubmit: (/** @type {Event} */ event) => {
      event.preventDefault();
      this.#correct(entry, field.value.trim());
    } }, field, element('button', { type: 'submit' }, t('chronology.correction-send'))));
    field.focus();
  }

  /** @param {any} entry @param {string} text */
  async #correct(entry, text) {
    try {
      await post('/api/chronology', { text, corrects_id: entry.id });
      await this.#ask(null);
      setText(this.said, t('chronology.corrected'));
    } catch (error) {
      setText(this.said, t('chronology.note-failed', { reason: refusalText(error) }));
    }
  }

  /** @param {HTMLInputElement} file */
  async #import(file) {
    const chosen = file.files?.[0];
    if (!chosen) return;
    try {
      const told = await postFile(`/api/chronology/import?origin=${encodeURIComponent(chosen.name)}`, chosen);
      await this.#ask(null);
      setText(this.said, t('chronology.import-done', { added: told.added, known: told.known, faults: told.faults.length }));
      this.faults.replaceChildren(...told.faults.map((/** @type {any} */ fault) => element('li', { class: 'note' }, t('chronology.import-fault', fault))));
    } catch (error) {
      const { detail } = /** @type {any} */ (error);
      setText(this.said, t('chronology.import-failed', { reason: `${refusalText(error)} ${detail ?? ''}` }));
    }
    file.value = '';
  }
}
