// @ts-check
/** The chronology: what just happened, newest first, and what the officer notes. */

import { jst, momentText } from './clock.js';
import { byId, element, japanese, setAttribute, setText } from './element.js';
import { language, t } from './language.js';
import { get, post } from './server.js';
import { refusalText } from './wording.js';

export const CATEGORIES = ['level', 'forecast', 'silence', 'quality', 'warning', 'shelter', 'order', 'note', 'system'];
/** Entries fetched at a press of "older". */
const PAGE = 100;

export class Chronology {
  /** @param {import('./desk.js').Desk} desk */
  constructor(desk) {
    this.desk = desk;
    /** A simulated flood is to be looked at. @type {(run: string) => void} */ this.onFlood = () => {};
    this.list = byId('entries');
    /** Entries fetched beyond the picture. @type {Map<string, any>} */ this.older = new Map();
    this.reachedEnd = false;
    this.stale = true;
    this.day = '';
    byId('note-form').addEventListener('submit', (/** @type {Event} */ event) => this.#send(event));
    byId('entries-older').addEventListener('click', () => this.#fetchOlder());
    this.list.addEventListener('click', (/** @type {MouseEvent} */ event) => {
      const pressed = /** @type {HTMLElement} */ (event.target).closest('button')?.dataset;
      if (!pressed?.object) return;
      if (pressed.kind === 'inundation') this.onFlood(pressed.object);
      else desk.select(pressed.object);
    });
    this.choice = byId('chronology-filter');
    this.choice.append(...['all', ...CATEGORIES].map((name) => element('option', { value: name, 'data-text': `chronology.${name}` })));
    this.choice.addEventListener('change', () => {
      this.stale = true;
      desk.touch('chronology');
    });
  }

  /** @param {import('./desk.js').Dirt} dirt */
  render(dirt) {
    // Times of another day carry their date, so the list is drawn anew when the day changes.
    const day = jst(this.desk.now()).date;
    const changed = dirt.full || dirt.kinds.has('chronology') || dirt.things.has('language') || this.stale || day !== this.day;
    if (!changed) return;
    this.day = day;
    this.stale = false;
    const only = this.choice.value;
    const entries = this.#entries().filter(({ category }) => only === 'all' || category === only);
    const kept = new Map([...this.list.children].map((node) => [/** @type {HTMLElement} */ (node).dataset.key, node]));
    const nodes = entries.map((entry) => {
      const key = `${entry.id}|${language()}|${day}`;
      return kept.get(key) ?? this.#item(entry, key);
    });
    const wanted = new Set(nodes);
    for (const node of kept.values()) if (!wanted.has(/** @type {any} */ (node))) node.remove();
    nodes.forEach((node, i) => {
      if (this.list.children[i] !== node) this.list.insertBefore(node, this.list.children[i] ?? null);
    });
    const none = byId('entries-none');
    none.hidden = entries.length > 0;
    setText(none, this.desk.known ? t('chronology.none') : t('list.none-known'));
    byId('entries-older').hidden = this.reachedEnd || !this.desk.known || this.#entries().length === 0;
    setAttribute(this.choice, 'data-on', only === 'all' ? null : 'true');
  }

  /** Newest first: by when it happened, then by when it was recorded. */
  #entries() {
    const byKey = new Map(this.older);
    for (const entry of this.desk.picture.all('chronology')) byKey.set(String(entry.id), entry);
    return [...byKey.values()].sort((a, b) => Date.parse(b.event_at) - Date.parse(a.event_at) || Number(b.id) - Number(a.id));
  }

  /** @param {any} entry @param {string} key */
  #item(entry, key) {
    const at = Date.parse(entry.event_at);
    const words = language() === 'en' && entry.text_en ? element('span', { lang: 'en' }, entry.text_en) : japanese(entry.text);
    const pressable = (entry.object_kind === 'gauge' || entry.object_kind === 'inundation') && entry.object_id;
    return element('li', {
      class: 'entry', 'data-entry': entry.id, 'data-key': key, 'data-category': entry.category,
      'data-severity': entry.severity, 'data-object': entry.object_id,
    },
    element('time', { class: 'entry-time', datetime: entry.event_at, title: `${jst(at).date} ${jst(at).second}` }, momentText(at, this.desk.now())),
    element('span', { class: `entry-category entry-${entry.category}` }, t(`chronology.${entry.category}`)),
    pressable
      ? element('button', { type: 'button', class: 'entry-text', 'data-object': entry.object_id, 'data-kind': entry.object_kind }, words)
      : element('span', { class: 'entry-text' }, words),
    entry.automatic ? null : element('span', { class: 'entry-author' }, entry.author ?? ''));
  }

  async #fetchOlder() {
    const oldest = this.#entries().reduce((least, entry) => Math.min(least, Number(entry.id)), Infinity);
    try {
      const { entries } = await get(`/api/chronology?before=${oldest}&limit=${PAGE}`);
      for (const entry of entries) this.older.set(String(entry.id), entry);
      this.reachedEnd = entries.length < PAGE;
    } catch (error) {
      setText(byId('note-said'), t('chronology.older-failed', { reason: refusalText(error) }));
    }
    this.stale = true;
    this.desk.touch('chronology');
  }

  /** @param {Event} event */
  async #send(event) {
    event.preventDefault();
    const field = byId('note-text');
    const text = field.value.trim();
    if (text === '') {
      field.focus();
      return;
    }
    const button = byId('note-form').querySelector('button');
    button.disabled = true;
    try {
      await post('/api/chronology', { text, event_at: new Date(this.desk.now()).toISOString() });
      field.value = '';
      setText(byId('note-said'), t('chronology.note-sent'));
    } catch (error) {
      setText(byId('note-said'), t('chronology.note-failed', { reason: refusalText(error) }));
    }
    button.disabled = false;
  }
}
