// @ts-check
/** One shelter in full: what is said aloud on the telephone, what is missing, what contradicts itself, who reported. */

import { momentText } from './clock.js';
import { byId, element, japanese, setAttribute, setText } from './element.js';
import { language, named, t } from './language.js';
import { get, post } from './server.js';
import { aidList, AidAnswers } from './aid-cards.js';
import { conflictList } from './shelter-conflicts.js';
import { paintShelter, shelterLook } from './shelter-mark.js';
import { photoList, stepTable, stockTable } from './shelter-ledger.js';
import { tableOf } from './shelter-table.js';
import { ShelterTablets } from './shelter-tablets.js';
import { amountText, daysText, powerText } from './shelter-words.js';
import { moveButtons, SupplyMove } from './supply-move.js';
import { ageText, agoText, refusalText } from './wording.js';

/** Between two readings of a shelter that keeps changing [ms]. */
const AGAIN_MS = 3000;

export class ShelterPanel {
  /** @param {import('./shelter-room.js').ShelterRoom} room */
  constructor(room) {
    this.room = room;
    this.root = byId('shelter-panel');
    this.move = new SupplyMove(room);
    this.answers = new AidAnswers(room);
    this.tablets = new ShelterTablets(room);
    /** @type {string | null} */ this.shown = null;
    /** @type {any} */ this.detail = null;
    this.failure = '';
    this.readMs = NaN;
    this.wanted = false;
    this.asking = false;
    this.key = '';
    this.canvas = element('canvas', { class: 'symbol', 'aria-hidden': 'true' });
    this.name = element('h2', { id: 'shelter-name', lang: 'ja' });
    this.place = japanese('', 'panel-place');
    this.head = element('div', { class: 'shelter-head' });
    this.body = element('div', { class: 'panel-body' });
    this.root.append(
      element('header', { class: 'panel-head' }, this.canvas, element('div', { class: 'panel-title' }, this.name, this.place),
        element('button', { type: 'button', id: 'shelter-close', class: 'close', 'data-label': 'panel.close', onclick: () => this.#close() }, '✕')),
      this.head, this.body);
    document.addEventListener('keydown', (event) => {
      const typing = /** @type {HTMLElement} */ (event.target).closest?.('dialog, input, select');
      if (event.key === 'Escape' && this.room.selected !== null && !typing) this.#close();
    });
  }

  /** @param {import('./desk.js').Dirt} dirt */
  render(dirt) {
    const { room } = this;
    const id = room.selected;
    const opened = id !== this.shown;
    this.shown = id;
    this.root.hidden = id === null;
    setAttribute(document.body, 'data-shelter', id === null ? null : 'open');
    setAttribute(this.root, 'data-shelter', id);
    if (id === null) return;
    if (opened) this.#opened();
    const shelter = room.desk.picture.get('shelter', id);
    if (opened || dirt.full || dirt.kinds.get('shelter')?.has(id)) this.#ask(id);
    this.#head(id, shelter);
    const again = ['language', 'theme', 'session', 'shelter-rules', 'shelter-detail'].some((thing) => dirt.things.has(thing));
    if (opened || again || dirt.kinds.has('request')) this.#draw();
  }

  #opened() {
    this.detail = null;
    this.failure = '';
    this.key = '';
    this.tablets.forget();
    this.root.scrollTop = 0;
    if (document.activeElement === document.body || this.root.contains(document.activeElement)) this.root.focus({ preventScroll: true });
  }

  #close() {
    const held = this.root.contains(document.activeElement);
    this.room.select(null);
    if (held) this.room.list.focus();
  }

  /** @param {string} id */
  async #ask(id) {
    this.wanted = true;
    if (this.asking) return;
    this.asking = true;
    try {
      while (this.wanted && this.room.selected !== null) {
        this.wanted = false;
        await this.#read(this.room.selected);
        if (this.wanted) await new Promise((go) => setTimeout(go, AGAIN_MS));
      }
    } finally {
      this.asking = false;
    }
    if (this.room.selected !== null && this.room.selected !== id && this.detail === null && this.failure === '') this.#ask(this.room.selected);
  }

  /** @param {string} id */
  async #read(id) {
    try {
      const detail = await get(`/api/shelters/${encodeURIComponent(id)}`);
      if (id !== this.room.selected) {
        this.wanted = true;
        return;
      }
      this.detail = detail;
      this.failure = '';
      this.readMs = this.room.desk.now();
    } catch (error) {
      this.failure = refusalText(error);
    }
    await this.tablets.read(id);
    this.room.desk.touch('shelter-detail');
  }

  /** What the live picture says: drawn with every change, also while the whole cannot be read. @param {string} id @param {any} shelter */
  #head(id, shelter) {
    const standing = this.room.standings.get(id);
    if (!shelter || !standing) {
      setText(this.name, this.room.desk.known ? t('shelter.gone', { id }) : '');
      this.head.replaceChildren();
      return;
    }
    setText(this.name, shelter.name);
    setText(this.place, [shelter.address, shelter.area_name].filter(Boolean).join('・'));
    paintShelter(/** @type {any} */ (this.canvas), shelterLook(standing));
    setAttribute(this.root, 'data-need', standing.need);
    const now = this.room.desk.now();
    const parts = [this.#silence(shelter, standing), this.#figures(shelter, standing), this.#reported(shelter, standing, now)];
    const key = parts.map((part) => part.textContent).join('|');
    if (this.head.dataset.key === key) return;
    this.head.dataset.key = key;
    this.head.replaceChildren(...parts);
  }

  /** @param {any} shelter @param {import('./shelter-standing.js').ShelterStanding} standing */
  #silence(shelter, standing) {
    if (!['isolated', 'lost', 'late'].includes(standing.silence)) return element('div', {});
    const reasons = standing.overdue ? [t('shelter.overdue-here')] : (shelter.silence_reasons ?? []).map((/** @type {any} */ one) => named(one, one.code));
    return element('div', { class: `shelter-silence silence-${standing.silence}`, 'data-silence': standing.silence },
      element('p', {}, element('strong', {}, t(`shelter.need-${standing.silence}`)), ' ', reasons.join(t('forecast.comma'))),
      shelter.action && !standing.overdue ? element('p', { class: 'shelter-action' }, t('shelter.next-action', { action: named(shelter.action) })) : null,
      Number.isFinite(standing.ageMs) ? element('p', {}, t('shelter.old-values', { age: ageText(standing.ageMs) })) : null);
  }

  /** @param {any} shelter @param {import('./shelter-standing.js').ShelterStanding} standing */
  #figures(shelter, standing) {
    const people = shelter.people === null || shelter.people === undefined ? t('shelter.unknown') : t('shelter.people', { count: amountText(shelter.people) });
    const pets = Object.entries(shelter.pets ?? {}).map(([kind, count]) => t('shelter.pet', { kind: t(`shelter.pet-${kind}`), count: amountText(count) }));
    const comms = Object.entries(shelter.comms_detail ?? {}).filter(([, state]) => state !== 'ok').map(([name, state]) => `${this.room.words.field(`comms.${name}`)} ${t(`shelter.comms-${state}`)}`);
    const rows = [
      ['shelter.fact-opening', [t(`shelter.opening-${shelter.opening ?? 'unknown'}`), shelter.opening_reason].filter(Boolean).join('　')],
      ['shelter.fact-people', [people, shelter.people_doubt ? t('shelter.people-doubt') : '', shelter.people_at ? momentText(Date.parse(shelter.people_at), this.room.desk.now()) : ''].filter(Boolean).join('　')],
      ['shelter.fact-congestion', [t(standing.word),
        shelter.capacity ? t('shelter.of-capacity', { share: Number.isFinite(shelter.occupancy) ? Math.round(shelter.occupancy * 100) : '—', capacity: shelter.capacity }) : t('shelter.capacity-unknown'),
        shelter.congestion_by === 'staff' ? t('shelter.by-staff') : '', shelter.near_full ? t('shelter.near-full') : ''].filter(Boolean).join('　')],
      ['shelter.fact-power', powerText(shelter, standing.fuelMs)],
      ['shelter.fact-comms', [t(`shelter.comms-${shelter.comms ?? 'unknown'}`), ...comms].join('　')],
      ['shelter.fact-water', this.room.words.value('water', shelter.water)],
      ['shelter.fact-toilets', [amountText(shelter.toilets), shelter.people_per_toilet ? t('shelter.per-toilet', { count: Math.round(shelter.people_per_toilet) }) : ''].filter(Boolean).join('　')],
      ['shelter.fact-cover', [shelter.cover_lowest ? this.room.words.item(shelter.cover_lowest.item) : '', daysText(standing.days)].filter(Boolean).join(' ')],
      ['shelter.fact-access', this.room.words.value('access', shelter.access)],
      ['shelter.fact-building', this.room.words.value('building', shelter.building)],
      ['shelter.fact-pets', pets.length > 0 ? pets.join('　') : t('shelter.unknown')],
      ['shelter.fact-infections', amountText(shelter.infections)],
      ['shelter.fact-registered', t('shelter.registered', { people: shelter.registered ?? '—', households: shelter.households ?? '—' })],
    ];
    return element('dl', { class: 'facts shelter-facts' }, ...rows.flatMap(([key, text]) => [element('dt', {}, t(key)), element('dd', { 'data-fact': key.split('-').pop() }, text)]));
  }

  /** @param {any} shelter @param {import('./shelter-standing.js').ShelterStanding} standing @param {number} now */
  #reported(shelter, standing, now) {
    const waiting = shelter.waiting > 0 ? t('shelter.waiting', { count: shelter.waiting }) : '';
    const told = Number.isFinite(standing.ageMs) ? t('shelter.reported', { time: momentText(Date.parse(shelter.reported_at), now), ago: agoText(standing.ageMs) }) : t('shelter.never-reported');
    const due = shelter.due_at ? t('shelter.due', { time: momentText(Date.parse(shelter.due_at), now) }) : '';
    return element('p', { class: 'shelter-reported' }, [told, due, waiting].filter(Boolean).join('　'));
  }

  /** What was read of the shelter as a whole. */
  #draw() {
    const open = new Set([...this.body.querySelectorAll('details[open]')].map((node) => /** @type {HTMLElement} */ (node).dataset.part));
    const held = /** @type {HTMLElement | null} */ (this.body.contains(document.activeElement) ? document.activeElement : null);
    const heldKey = held?.dataset.key;
    this.body.replaceChildren(...this.#parts(open));
    if (heldKey) /** @type {HTMLElement | null} */ (this.body.querySelector(`[data-key="${CSS.escape(heldKey)}"]`))?.focus({ preventScroll: true });
  }

  /** @param {Set<string | undefined>} open */
  #parts(open) {
    const { detail } = this;
    const failure = this.failure ? element('p', { class: 'note', role: 'alert' }, t('shelter.detail-failed', { reason: this.failure })) : null;
    if (detail === null) return [failure ?? element('p', { class: 'empty' }, t('hydrograph.loading'))];
    const { state } = detail;
    const part = (/** @type {string} */ name, /** @type {any} */ content, shown = false) => element('details',
      { class: 'shelter-part', 'data-part': name, open: open.has(name) || (shown && open.size === 0) },
      element('summary', {}, t(`shelter.part-${name}`)), content);
    const shelter = this.room.desk.picture.get('shelter', this.room.selected ?? '');
    const conflicts = conflictList(this.room, state, (operations) => this.#write(operations));
    return [
      failure,
      element('p', { class: 'part-note' }, t('shelter.read-at', { time: momentText(this.readMs, this.room.desk.now()) })),
      shelter?.aids?.length > 0 ? part('aids', aidList(this.room, this.answers, shelter), true) : null,
      conflicts ? part('conflicts', conflicts, true) : null,
      part('demand', demandTable(this.room, detail.demand), true),
      part('requests', this.#requests(), true),
      part('stock', stockTable(this.room, state)),
      part('ledger', stepTable(this.room, state)),
      part('status', this.#status(state)),
      part('photos', photoList(this.room, state)),
      part('tablets', this.tablets.draw()),
    ].filter((node) => node !== null);
  }

  #requests() {
    const id = this.room.selected;
    const lines = this.room.desk.picture.all('request').filter((line) => line.shelter === id && line.open !== false);
    if (lines.length === 0) return element('p', { class: 'empty' }, t('supply.none'));
    return element('ul', { class: 'shelter-lines' }, ...lines.map((line) => element('li', { 'data-line': line.id },
      element('p', {}, line.urgent ? element('span', { class: 'mark mark-urgent' }, t('supply.urgent')) : '', ' ',
        `${this.room.words.item(line.item)} ${amountText(line.amount)} ${this.room.words.unit(line.item, line.unit)}`, '　',
        element('b', {}, t(`supply.state-${line.state}`))),
      line.reason ? japanese(line.reason, 'panel-place') : null,
      moveButtons(this.room, this.move, line))));
  }

  /** @param {any} state */
  #status(state) {
    const rows = Object.entries(state.fields).map(([name, register]) => [name, this.room.words.value(name, register.value), register]);
    for (const [name, counter] of Object.entries(state.counts)) rows.push([name, amountText(counter.value), counter]);
    if (rows.length === 0) return element('p', { class: 'empty' }, t('shelter.nothing-said'));
    const now = this.room.desk.now();
    return tableOf(t('shelter.part-status'), ['shelter.field', 'shelter.said', 'shelter.who-when'], rows.map(([name, text, register]) => [
      this.room.words.field(name), String(text), [register.actor, Number.isFinite(register.seen_ms) ? momentText(register.seen_ms, now) : ''].filter(Boolean).join(' '),
    ]));
  }

  /** @param {any[]} operations */
  async #write(operations) {
    const id = this.room.selected ?? '';
    try {
      await post(`/api/shelters/${encodeURIComponent(id)}/operations`, { operations });
      this.failure = '';
      this.#ask(id);
    } catch (error) {
      this.failure = refusalText(error);
      this.room.desk.touch('shelter-detail');
    }
  }
}

/** @param {import('./shelter-room.js').ShelterRoom} room @param {any[]} rows */
function demandTable(room, rows) {
  const table = tableOf(t('shelter.part-demand'), ['shelter.item', 'shelter.stock', 'shelter.per-day', 'shelter.days-of-cover', 'shelter.short', 'shelter.coming', 'shelter.asked'],
    rows.map((row) => [
      element('span', {}, language() === 'en' ? row.name_en : row.name, ' ', element('small', {}, room.words.unit(row.item, row.unit))),
      amountText(row.stock), amountText(row.need_per_day ?? null),
      element('b', { 'data-cover': row.item, 'data-days': row.days_of_cover }, row.need_per_day === 0 ? t('shelter.no-need') : daysText(row.days_of_cover ?? NaN)),
      amountText(row.short), amountText(row.on_the_way),
      element('span', {}, row.by_request.map((/** @type {any} */ one) => `${amountText(one.amount)} ${t(`supply.state-${one.state}`)}`).join(t('forecast.comma')) || '—',
        ...row.by_request.filter((/** @type {any} */ one) => one.reason).map((/** @type {any} */ one) => japanese(one.reason, 'panel-place'))),
    ]));
  const assumed = rows.some((row) => row.basis === 'assumed');
  return element('div', {}, table, element('p', { class: 'part-note' }, t(assumed ? 'shelter.demand-assumed' : 'shelter.demand-norms')));
}
