// @ts-check
/** The tab of the air: its vehicles, sortable; what is near whom; the airspaces; and what others add. */

import { paintAir } from './air-mark.js';
import { intrusion } from './air-space-standing.js';
import { nameOf, NEEDS } from './air-standing.js';
import { batteryText, climbArrow, emergencyText, fuelText, fuelUntil, heightText, kindText, wayText } from './air-words.js';
import { byId, element, japanese, setAttribute, setText } from './element.js';
import { t } from './language.js';
import { RowList } from './row-list.js';
import { ageText } from './wording.js';

const KINDS = ['helicopter', 'aeroplane', 'drone', 'ground', 'unknown'];
const TYPING_MS = 120;
/** Rows that only the data changed are drawn at most so often [ms]; the next second draws what was left out. */
const ROWS_EVERY_MS = 500;

export class AirList {
  /** @param {import('./air-room.js').AirRoom} room */
  constructor(room) {
    this.room = room;
    this.scroll = byId('air-scroll');
    this.bar = byId('air-bar');
    this.list = new RowList(byId('air-rows'), newRow, { open: (id) => room.select(id), more: () => room.desk.touch('air') });
    this.rowsAtMs = -Infinity;
    /** @type {import('./air-room.js').Part[]} */ this.parts = [];
    /** Name of the part that is seen, empty = the vehicles. */ this.part = '';
    this.chips = byId('air-parts');
    this.chips.append(element('button', { type: 'button', class: 'chip', 'data-air-part': '', onclick: () => this.choose('') }, element('span', {}), ' ', element('b', {})));
    this.kind = byId('air-kind');
    const text = byId('air-text');
    let typing = /** @type {any} */ (null);
    text.addEventListener('input', () => {
      clearTimeout(typing);
      typing = setTimeout(() => room.narrow({ text: text.value }), TYPING_MS);
    });
    this.kind.addEventListener('change', () => room.narrow({ kind: this.kind.value }));
    byId('air-filters').addEventListener('submit', (/** @type {Event} */ event) => event.preventDefault());
    byId('air-more').addEventListener('click', () => this.list.more());
    for (const button of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('[data-air-sort]'))) {
      button.addEventListener('click', () => room.sortBy(/** @type {any} */ (button.dataset.airSort)));
    }
    byId('air-near').addEventListener('click', () => this.choose('near'));
  }

  /** @param {import('./air-room.js').Part} part */
  addPart(part) {
    this.parts.push(part);
    part.root.hidden = true;
    part.root.dataset.airRoot = part.name;
    this.scroll.append(part.root);
    this.chips.append(element('button', { type: 'button', class: 'chip', 'data-air-part': part.name, onclick: () => this.choose(part.name) }, element('span', {}), ' ', element('b', {})));
  }

  /** @param {import('./desk.js').Dirt} dirt */
  render(dirt) {
    const { room } = this;
    const seen = room.desk.order === 'air';
    this.scroll.hidden = !seen;
    this.bar.hidden = !seen;
    if (!seen) {
      this.list.clear();
      return;
    }
    byId('filters').hidden = true;
    byId('filter-clear').hidden = true;
    setText(byId('list-shown'), room.desk.known ? t('air.shown', { shown: room.shown.length, total: room.ordered.length }) : '');
    const watch = byId('air-watch');
    watch.hidden = !room.desk.known || room.watched();
    setText(watch, watch.hidden ? '' : t('air.unwatched'));
    this.#parts(dirt);
    this.#near();
    const vehicles = this.part === '';
    byId('air-vehicles').hidden = !vehicles;
    byId('air-tools').hidden = !vehicles;
    if (!vehicles) {
      this.list.clear();
      return;
    }
    if (dirt.things.has('language') || this.kind.options.length === 0) this.#offer();
    const wall = performance.now();
    if (!dirt.full && dirt.things.size === 0 && wall - this.rowsAtMs < ROWS_EVERY_MS) return;
    this.rowsAtMs = wall;
    this.#tally();
    this.#rows();
    if (dirt.things.has('air-selection')) this.list.reveal(room.selected);
  }

  /** Move the keyboard into the list. */
  focus() {
    if (this.part === '') this.list.focus();
    else this.parts.find(({ name }) => name === this.part)?.focus();
  }

  /** Show one part of the tab. @param {string} name empty = the vehicles */
  choose(name) {
    this.part = name;
    this.room.desk.touch('air');
  }

  /** @param {import('./desk.js').Dirt} dirt */
  #parts(dirt) {
    const counts = new Map([['', { title: t('air.part-vehicles'), count: this.room.ordered.length }], ...this.parts.map((part) => /** @type {[string, any]} */ ([part.name, { title: part.title(), count: part.count() }]))]);
    for (const chip of /** @type {HTMLElement[]} */ ([...this.chips.children])) {
      const name = chip.dataset.airPart ?? '';
      const { title, count } = /** @type {any} */ (counts.get(name));
      const known = this.room.desk.known && count !== null;
      setText(chip.children[0], title);
      setText(chip.children[1], known ? String(count) : '—');
      setAttribute(chip, 'data-count', known ? count : '');
      setAttribute(chip, 'aria-pressed', String(name === this.part));
    }
    for (const part of this.parts) {
      part.root.hidden = part.name !== this.part;
      if (part.name === this.part) part.render(dirt);
    }
  }

  /** Whoever comes near another is told above the list, whatever it is filtered by. */
  #near() {
    const { pairs } = this.room;
    const button = byId('air-near');
    button.hidden = pairs.length === 0 || this.part === 'near';
    setAttribute(button, 'data-count', pairs.length);
    if (pairs.length === 0) return;
    const names = pairs.slice(0, 2).map(({ vehicles }) => vehicles.map((/** @type {string} */ id) => this.room.nameOf(id)).join('↔')).join(' / ');
    const words = t('air.near-told', { count: pairs.length });
    if (button.textContent !== `${words} ${names}`) button.replaceChildren(words, ' ', japanese(names));
  }

  #offer() {
    const option = (/** @type {string} */ value, /** @type {string} */ text) => element('option', { value }, text);
    this.kind.replaceChildren(option('', t('air.every-kind')), ...KINDS.map((kind) => option(kind, t(`air.kind-${kind}`))));
    this.kind.value = this.room.filter.kind;
  }

  #tally() {
    const { room } = this;
    const root = byId('air-tally');
    if (root.childElementCount === 0) {
      root.append(...NEEDS.map((need) => element('button', {
        type: 'button', class: 'need', 'data-air-need': need, onclick: () => room.narrow({ need: room.filter.need === need ? '' : need }),
      }, element('span', {}), element('b', {}))));
    }
    for (const button of /** @type {HTMLElement[]} */ ([...root.children])) {
      const need = button.dataset.airNeed ?? '';
      const count = room.ordered.filter(({ standing }) => standing.needs.includes(need)).length;
      setText(button.children[0], t(`air.need-${need}`));
      setText(button.children[1], room.desk.known ? String(count) : '—');
      setAttribute(button, 'data-count', room.desk.known ? count : '');
      setAttribute(button, 'aria-pressed', String(room.filter.need === need));
    }
  }

  #rows() {
    const { room } = this;
    for (const head of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('[data-air-sort]'))) {
      const by = head.dataset.airSort;
      const way = by === 'silence' ? 'descending' : 'ascending';
      setAttribute(/** @type {HTMLElement} */ (head.closest('th')), 'aria-sort', room.sort === by ? way : null);
    }
    const now = room.desk.now();
    const near = new Set(room.pairs.flatMap(({ vehicles }) => vehicles.map(String)));
    const spaces = room.desk.picture.all('airspace');
    this.list.show(room.shown, ({ vehicle }) => String(vehicle.id), (row, item) => this.#fill(row, item, now, near, intrusion(spaces, item.vehicle)));
    const more = byId('air-more');
    more.hidden = this.list.rest === 0;
    setText(more, t('list.more', { count: this.list.rest }));
    const none = byId('air-none');
    none.hidden = room.shown.length > 0;
    setText(none, t(!room.desk.known ? 'list.none-known' : room.ordered.length > 0 ? 'air.none' : 'air.none-heard'));
  }

  /** @param {any} row @param {import('./air-standing.js').AirRow} item @param {number} now @param {Set<string>} near @param {'' | 'inside' | 'exempt'} inside */
  #fill(row, { vehicle, standing }, now, near, inside) {
    const id = String(vehicle.id);
    setAttribute(row.tr, 'data-state', standing.state);
    setAttribute(row.tr, 'data-kind', vehicle.kind);
    setAttribute(row.tr, 'data-emergency', standing.alarm ? 'true' : null);
    setAttribute(row.tr, 'data-fuel', standing.fuel);
    setAttribute(row.tr, 'aria-current', this.room.selected === id ? 'true' : null);
    const heading = vehicle.heading_deg ?? vehicle.course_deg;
    paintAir(row.canvas, { kind: vehicle.kind, state: standing.state, headed: Number.isFinite(heading) && ['live', 'stale'].includes(standing.state) }, heading);
    setText(row.state, t(`air.state-${standing.state}`));
    setText(row.open, nameOf(vehicle));
    setText(row.kind, kindText(vehicle));
    setText(row.organisation, vehicle.organisation ?? '');
    marks(row.marks, [
      standing.alarm ? ['emergency', t('air.mark-emergency')] : null, vehicle.emergency ? ['call', emergencyText(vehicle, this.room.limits)] : null, vehicle.synthetic ? ['synthetic', t('air.mark-synthetic')] : null,
      near.has(id) ? ['near', t('air.mark-near')] : null, inside ? [inside, t(`air.mark-${inside}`)] : null,
      vehicle.trust === 'broadcast' ? ['broadcast', t('air.mark-broadcast')] : null, vehicle.flag === 3 ? ['suspect', t('mark.suspect')] : null,
    ]);
    setText(row.height, `${heightText(vehicle)}${climbArrow(vehicle)}`);
    setAttribute(row.height, 'data-unknown', standing.heightKnown || vehicle.kind === 'ground' ? null : 'true');
    setText(row.way, Number.isFinite(vehicle.altitude?.value_m) && vehicle.on_ground !== true ? `${vehicle.altitude.datum} ${wayText(vehicle)}` : '');
    setText(row.fuel, fuelText(vehicle, standing));
    const battery = Number.isFinite(standing.fuelMs) && Number.isFinite(vehicle.battery_percent) ? batteryText(vehicle) : '';
    setText(row.until, [standing.fuel === 'none' ? '' : fuelUntil(vehicle, now), battery].filter(Boolean).join('・'));
    setText(row.silence, Number.isFinite(standing.silentMs) ? ageText(standing.silentMs) : '—');
    const apart = standing.ageMs - standing.silentMs > Math.max(10_000 * this.room.speed(), standing.silentMs / 4);
    setText(row.age, apart ? t('air.position-age', { age: ageText(standing.ageMs) }) : '');
  }
}

/** @param {HTMLElement} root @param {([string, string] | null)[]} all */
function marks(root, all) {
  const words = /** @type {[string, string][]} */ (all.filter((one) => one !== null));
  const key = words.map(([, text]) => text).join(' ');
  if (root.textContent === key) return;
  root.replaceChildren(...words.flatMap(([name, text], i) => [i > 0 ? ' ' : '', element('span', { class: `mark mark-air-${name}` }, text)]));
}

/** @param {string} id */
function newRow(id) {
  const canvas = /** @type {HTMLCanvasElement} */ (element('canvas', { class: 'symbol air-symbol', 'aria-hidden': 'true' }));
  const state = element('span', { class: 'row-class' });
  const open = element('button', { type: 'button', class: 'row-open', tabindex: '-1', lang: 'ja' });
  const marksNode = element('span', { class: 'row-marks' });
  const kind = element('span', {});
  const organisation = japanese('');
  const [height, way, fuel, until, silence, age] = Array.from({ length: 6 }, () => element('span', { class: 'row-line' }));
  const tr = element('tr', { role: 'row', 'data-gauge': id, 'data-vehicle': id },
    element('td', { role: 'cell', class: 'row-level' }, canvas, state),
    element('th', { role: 'rowheader', scope: 'row', class: 'row-name' }, open, element('span', { class: 'row-under' }, marksNode, element('span', { class: 'row-place' }, kind, ' ', organisation))),
    element('td', { role: 'cell', class: 'row-height' }, height, way),
    element('td', { role: 'cell', class: 'number row-fuel' }, fuel, until),
    element('td', { role: 'cell', class: 'number row-silence' }, silence, age));
  return { tr, canvas, state, open, kind, organisation, marks: marksNode, height, way, fuel, until, silence, age };
}
