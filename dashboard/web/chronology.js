// @ts-check
/** The chronology: what just happened, newest first, and what the officer notes. */

import { jst, momentText } from './clock.js';
import { byId, element, japanese, setAttribute, setText } from './element.js';
import { language, t } from './language.js';
import { get, post } from './server.js';
import { refusalText } from './wording.js';

export const CATEGORIES = ['level', 'forecast', 'silence', 'quality', 'warning', 'shelter', 'order', 'air', 'note', 'system'];
/** Kinds of objects that an entry leads to. */
const LEADING = ['gauge', 'inundation', 'camera', 'photo', 'vehicle', 'mission', 'landing_site'];
/** What an entry may be about that is seen at the order desk. */
const AT_THE_DESK = ['order', 'advice', 'proposal'];
/** Entries fetched at a press of "older". */
const PAGE = 100;

export class Chronology {
  /** @param {import('./desk.js').Desk} desk */
  constructor(desk) {
    this.desk = desk;
    /** A simulated flood is to be looked at. @type {(run: string) => void} */ this.onFlood = () => {};
    /** A river camera is to be looked at. @type {(camera: string) => void} */ this.onCamera = () => {};
    /** A photograph is to be looked at. @type {(photo: string) => void} */ this.onPhoto = () => {};
    /** A mission or a landing site is to be looked at. @type {(kind: string, id: string) => void} */ this.onMission = () => {};
    /** A vehicle is to be looked at. @type {(vehicle: string) => void} */ this.onVehicle = () => {};
    /** A municipality's orders are to be looked at. @type {(area: string) => void} */ this.onTown = () => {};
    this.list = byId('entries');
    /** Entries fetched beyond the picture. @type {Map<string, any>} */ this.older = new Map();
    this.reachedEnd = false;
    this.stale = true;
    this.day = '';
    byId('note-form').addEventListener('submit', (/** @type {Event} */ event) => this.#send(event));
    byId('entries-older').addEventListener('click', () => this.#fetchOlder());
    this.list.addEventListener('click', (/** @type {MouseEvent} */ event) => {
      const pressed = /** @type {HTMLElement} */ (event.target).closest('button')?.dataset;
      if (pressed?.goto) this.#goTo(pressed.goto);
      if (!pressed?.object) return;
      if (pressed.kind === 'inundation') this.onFlood(pressed.object);
      else if (pressed.kind === 'camera') this.onCamera(pressed.object);
      else if (pressed.kind === 'photo') this.onPhoto(pressed.object);
      else if (pressed.kind === 'vehicle') this.onVehicle(pressed.object);
      else if (pressed.kind === 'mission' || pressed.kind === 'landing_site') this.onMission(pressed.kind, pressed.object);
      else if (AT_THE_DESK.includes(pressed.kind ?? '')) this.onTown(pressed.object);
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
    const correctedBy = corrections(this.#entries());
    const nodes = entries.map((entry) => {
      const by = correctedBy.get(Number(entry.id)) ?? null;
      const key = `${entry.id}|${language()}|${day}|${by ?? ''}`;
      return kept.get(key) ?? entryItem(entry, key, by, this.desk.now());
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

  /** Show another entry of the list, such as the one that corrects this one. @param {string} id */
  #goTo(id) {
    const item = /** @type {HTMLElement | null} */ (this.list.querySelector(`[data-entry="${CSS.escape(id)}"]`));
    item?.scrollIntoView({ block: 'nearest' });
    /** @type {HTMLElement | null} */ (item?.querySelector('button') ?? null)?.focus({ preventScroll: true });
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

/** Which entry corrects which: id of the old one → id of the newest that corrects it. @param {any[]} entries */
export function corrections(entries) {
  const found = new Map();
  for (const entry of entries) {
    if (entry.corrected_by) found.set(Number(entry.id), Number(entry.corrected_by));
    if (entry.corrects_id) found.set(Number(entry.corrects_id), Math.max(Number(entry.id), found.get(Number(entry.corrects_id)) ?? 0));
  }
  return found;
}

/**
 * One entry; what was corrected stays, struck through and linked to what corrects it.
 * @param {any} entry @param {string} key @param {number | null} correctedBy @param {number} nowMs
 */
export function entryItem(entry, key, correctedBy, nowMs) {
  const at = Date.parse(entry.event_at);
  const plain = language() === 'en' && entry.text_en ? element('span', { lang: 'en' }, entry.text_en) : japanese(entry.text);
  const words = correctedBy === null ? plain : element('s', {}, plain);
  const object = AT_THE_DESK.includes(entry.object_kind) ? entry.params?.area : LEADING.includes(entry.object_kind) ? entry.object_id : null;
  const link = (/** @type {string} */ text, /** @type {number} */ id) => element('button', { type: 'button', class: 'entry-link', 'data-goto': id }, text);
  return element('li', {
    class: 'entry', 'data-entry': entry.id, 'data-key': key, 'data-category': entry.category, 'data-corrected': correctedBy,
    'data-severity': entry.severity, 'data-object': entry.object_id,
  },
  element('time', { class: 'entry-time', datetime: entry.event_at, title: `${jst(at).date} ${jst(at).second}` }, momentText(at, nowMs)),
  element('span', { class: `entry-category entry-${entry.category}` }, t(`chronology.${entry.category}`)),
  entry.code === 'import' ? element('span', { class: 'mark mark-daily' }, t('chronology.imported', { origin: entry.params?.origin ?? '', author: entry.params?.author ?? '' })) : null,
  entry.corrects_id ? link(t('chronology.corrects', { id: entry.corrects_id }), entry.corrects_id) : null,
  object
    ? element('button', { type: 'button', class: 'entry-text', 'data-object': object, 'data-kind': entry.object_kind }, words)
    : element('span', { class: 'entry-text' }, words),
  correctedBy === null ? null : link(t('chronology.corrected-by', { id: correctedBy }), correctedBy),
  entry.automatic ? null : element('span', { class: 'entry-author' }, entry.author ?? ''));
}
