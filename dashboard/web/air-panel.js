// @ts-check
/** One vehicle in full: where and since when, every height it told, fuel, who says so, and what others know of it. */

import { nearWords } from './air-near.js';
import { paintAir } from './air-mark.js';
import { nameOf } from './air-standing.js';
import { batteryText, bearingText, climbArrow, distanceText, doubtsText, emergencyText, feetText, fuelText, fuelUntil, heightText, kindText, speedText, toldHeight, wayText } from './air-words.js';
import { jst, momentText } from './clock.js';
import { byId, element, japanese, setAttribute, setText } from './element.js';
import { language, t, tOr } from './language.js';
import { reckon } from './air-reckoning.js';
import { ageText, agoText } from './wording.js';

/** A circle wider than this [m] tells nothing any more. */
const WIDEST_M = 100_000;

export class AirPanel {
  /** @param {import('./air-room.js').AirRoom} room */
  constructor(room) {
    this.room = room;
    this.root = byId('air-panel');
    /** Parts of others, in the order in which they came. @type {import('./air-room.js').Slot[]} */ this.slots = [];
    /** @type {string | null} */ this.shown = null;
    this.drawn = '';
    this.canvas = /** @type {HTMLCanvasElement} */ (element('canvas', { class: 'symbol air-symbol', 'aria-hidden': 'true' }));
    this.name = element('h2', { id: 'air-name', lang: 'ja' });
    this.place = element('span', { class: 'panel-place' });
    this.now = element('div', { class: 'air-now' });
    this.body = element('div', { class: 'panel-body' });
    /** @type {Map<string, {root: HTMLElement, key: string}>} */ this.slotRoots = new Map();
    this.slotsRoot = element('div', { class: 'air-slots' });
    this.root.append(
      element('header', { class: 'panel-head' }, this.canvas, element('div', { class: 'panel-title' }, this.name, this.place),
        element('button', { type: 'button', id: 'air-close', class: 'close', 'data-label': 'panel.close', onclick: () => this.#close() }, '✕')),
      this.now,
      element('div', { class: 'air-acts' }, element('button', { type: 'button', id: 'air-show', class: 'quiet', 'data-text': 'air.show', onclick: () => this.#show() })),
      this.slotsRoot, this.body);
    document.addEventListener('keydown', (event) => {
      const typing = /** @type {HTMLElement} */ (event.target).closest?.('dialog, input, select, textarea');
      if (event.key === 'Escape' && this.room.selected !== null && !typing) this.#close();
    });
  }

  /** @param {import('./desk.js').Dirt} dirt */
  render(dirt) {
    const id = this.room.selected;
    const opened = id !== this.shown;
    this.shown = id;
    this.root.hidden = id === null;
    setAttribute(document.body, 'data-air', id === null ? null : 'open');
    setAttribute(this.root, 'data-vehicle', id);
    if (id === null) return;
    if (opened) this.#opened();
    const row = this.room.row(id);
    if (row === null) {
      setText(this.name, this.room.desk.known ? t('air.gone', { id }) : '');
      setText(this.place, '');
      this.now.replaceChildren();
      this.body.replaceChildren();
      this.slotsRoot.replaceChildren();
      this.slotRoots.clear();
      this.drawn = '';
      return;
    }
    this.#head(row);
    this.#slots(row.vehicle, opened || dirt.things.has('language') || dirt.things.has('session'));
    this.#draw(row);
  }

  #opened() {
    this.drawn = '';
    this.slotRoots.clear();
    this.slotsRoot.replaceChildren();
    this.root.scrollTop = 0;
    if (document.activeElement === document.body || byId('air-scroll').contains(document.activeElement)) this.root.focus({ preventScroll: true });
  }

  #close() {
    const held = this.root.contains(document.activeElement);
    this.room.select(null);
    if (held) this.room.list.focus();
  }

  #show() {
    if (this.shown !== null) this.room.show(this.shown);
  }

  /** What must be seen at once. @param {import('./air-standing.js').AirRow} row */
  #head({ vehicle, standing }) {
    const now = this.room.desk.now();
    setAttribute(this.root, 'data-state', standing.state);
    const heading = vehicle.heading_deg ?? vehicle.course_deg;
    paintAir(this.canvas, { kind: vehicle.kind, state: standing.state, headed: Number.isFinite(heading) && ['live', 'stale'].includes(standing.state) }, heading);
    setText(this.name, nameOf(vehicle));
    setText(this.place, [kindText(vehicle), vehicle.registration, vehicle.organisation].filter((part) => part && part !== nameOf(vehicle)).join('・'));
    const way = Number.isFinite(vehicle.altitude?.value_m) && vehicle.on_ground !== true ? `${vehicle.altitude.datum}（${feetText(vehicle.altitude.value_m)}）${wayText(vehicle)}` : '';
    const lines = [
      vehicle.synthetic ? ['synthetic', t('air.synthetic')] : null,
      vehicle.emergency ? [standing.alarm ? 'emergency' : 'call', t(standing.alarm ? 'air.emergency' : 'air.call', { what: emergencyText(vehicle, this.room.limits) })] : null,
      [standing.state, this.#standingText(vehicle, standing)],
      ['height', heightText(vehicle) + climbArrow(vehicle)],
      ['way', way],
      [`fuel-${standing.fuel}`, [t('air.fuel'), fuelText(vehicle, standing), vehicle.endurance_until ? t('air.fuel-until', { time: fuelUntil(vehicle, now) }) : ''].filter(Boolean).join(' ')],
      ['where', this.#whereText(vehicle, standing)],
    ].filter((one) => one !== null && one[1] !== '');
    const key = JSON.stringify(lines);
    if (this.now.dataset.key === key) return;
    this.now.dataset.key = key;
    this.now.replaceChildren(...lines.map((one) => element('p', { 'data-air-now': /** @type {string[]} */ (one)[0] }, /** @type {string[]} */ (one)[1])));
  }

  /** @param {any} vehicle @param {import('./air-standing.js').AirStanding} standing */
  #standingText(vehicle, standing) {
    const state = t(`air.state-${standing.state}`);
    if (standing.state === 'ended') return t('air.ended-ground', { age: agoText(standing.silentMs) });
    if (vehicle.goodbye) return t('air.goodbye', { age: agoText(standing.silentMs) });
    return standing.state === 'live' ? `${state}　${t('air.position', { age: agoText(standing.ageMs) })}` : t('air.silent', { state, age: ageText(standing.silentMs) });
  }

  /** How far it may have come since its last position. @param {any} vehicle @param {import('./air-standing.js').AirStanding} standing */
  #whereText(vehicle, standing) {
    const limits = this.room.limitsOf(vehicle);
    if (limits === undefined || vehicle.on_ground === true) return '';
    const found = reckon(vehicle, standing.ageMs / 1000, limits);
    if (found.moving) return standing.state === 'live' ? '' : t('air.reckoned', { radius: distanceText(found.radius_m) });
    const farthest = found.radius_m + Math.hypot(found.east_m, found.north_m);
    return farthest > WIDEST_M ? t('air.anywhere') : t('air.within', { radius: distanceText(farthest) });
  }

  /** @param {any} vehicle @param {boolean} again */
  #slots(vehicle, again) {
    for (const slot of this.slots) {
      const key = `${language()}|${slot.key(vehicle)}`;
      const held = this.slotRoots.get(slot.name);
      if (held && held.key === key && !again) continue;
      const root = held?.root ?? element('section', { 'data-air-slot': slot.name });
      if (!held) this.slotsRoot.append(root);
      this.slotRoots.set(slot.name, { root, key });
      const content = slot.draw(vehicle);
      root.hidden = content === null;
      root.replaceChildren(...(content === null ? [] : [content]));
    }
  }

  /** @param {import('./air-standing.js').AirRow} row */
  #draw({ vehicle, standing }) {
    const { room } = this;
    const now = room.desk.now();
    const id = String(vehicle.id);
    const pairs = room.pairs.filter(({ vehicles }) => vehicles.map(String).includes(id));
    const spaces = room.desk.picture.all('airspace').filter(({ present }) => present.some((/** @type {any} */ one) => String(one.vehicle) === id));
    const facts = this.#facts(vehicle, standing, now);
    const told = vehicle.altitude?.reported ?? [];
    const near = pairs.map((pair) => [room.nameOf(String(pair.vehicles.find((/** @type {any} */ one) => String(one) !== id))), nearWords(pair, now).join('、')]);
    const inside = spaces.map((space) => [`${tOr(`air.space-${space.kind}`, space.kind)} ${space.name}`, space.present.find((/** @type {any} */ one) => String(one.vehicle) === id)?.exempt ? t('air.space-exempt') : '']);
    const key = JSON.stringify([language(), facts, told, near, inside]);
    if (key === this.drawn) return;
    this.drawn = key;
    this.body.replaceChildren(...[
      ...(near.length > 0 ? [element('h3', {}, element('b', { class: 'mark mark-air-reference' }, t('air.reference')), ' ', t('air.part-near')),
        element('ul', { class: 'air-lines', 'data-part': 'near' }, ...near.map(([name, words]) => element('li', {}, japanese(name), '　', words)))] : []),
      ...(inside.length > 0 ? [element('h3', {}, t('air.inside-now')), element('ul', { class: 'air-lines', 'data-part': 'spaces' }, ...inside.map(([name, words]) => element('li', {}, japanese(name), ' ', words)))] : []),
      element('h3', {}, t('air.heights')),
      told.length > 0
        ? element('ul', { class: 'air-lines', 'data-part': 'heights' }, ...told.map((/** @type {any} */ one) => element('li', {}, toldHeight(one))))
        : element('p', { class: 'part-note' }, t('air.heights-none')),
      told.length > 0 && !standing.heightKnown ? element('p', { class: 'part-note' }, t('air.heights-unknown')) : null,
      element('dl', { class: 'facts' }, ...facts.flatMap(([name, value]) => [element('dt', {}, name), element('dd', {}, value)])),
    ].filter((node) => node !== null));
  }

  /** @param {any} vehicle @param {import('./air-standing.js').AirStanding} standing @param {number} now @returns {[string, string][]} */
  #facts(vehicle, standing, now) {
    const observed = Date.parse(vehicle.observed_at);
    const received = Date.parse(vehicle.received_at);
    const lines = /** @type {[string, string][]} */ ([
      [t('air.observed'), `${momentText(observed, now).replace(jst(observed).minute, jst(observed).second)}`],
      [t('air.received'), `${momentText(received, now).replace(jst(received).minute, jst(received).second)}${received - observed > 10_000 ? `（${t('air.delay', { time: ageText(received - observed) })}）` : ''}`],
      [t('air.interval'), Number.isFinite(vehicle.interval_s) ? t('air.every', { time: ageText(vehicle.interval_s * 1000) }) : t('air.interval-unknown')],
      [t('air.at'), `${vehicle.lat.toFixed(5)}, ${vehicle.lon.toFixed(5)}${Number.isFinite(vehicle.uncertainty_m) ? ` ±${distanceText(vehicle.uncertainty_m)}` : ` ${t('air.error-unknown')}`}`],
      [t('air.speed'), speedText(vehicle)],
      [t('air.course'), bearingText(vehicle.course_deg)],
      [t('air.heading'), bearingText(vehicle.heading_deg)],
      [t('air.climb'), Number.isFinite(vehicle.climb_m_s) ? `${vehicle.climb_m_s.toFixed(1).replace('-', '−')} m/s` : '—'],
      [t('air.battery-name'), batteryText(vehicle)],
      [t('air.link'), Number.isFinite(vehicle.link) ? String(vehicle.link) : '—'],
      [t('air.icao24'), vehicle.icao24 ?? '—'],
      [t('air.formation'), vehicle.formation ?? '—'],
      [t('air.source'), tOr(`air.source-${vehicle.source}`, vehicle.source)],
      [t('air.trust'), t(`air.trust-${vehicle.trust === 'authenticated' ? 'authenticated' : 'broadcast'}`)],
      [t('air.check'), vehicle.flag === 1 ? t('air.check-good') : `${t(vehicle.flag === 2 ? 'air.check-none' : 'mark.suspect')} ${doubtsText(vehicle)}`.trim()],
    ]);
    return lines.filter(([, value]) => value !== '—');
  }
}
