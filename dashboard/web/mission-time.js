// @ts-check
/** The axis of time: a row for each vehicle with a mission, its missions as bars, and where its endurance ends. */

import { momentText } from './clock.js';
import { element, japanese } from './element.js';
import { language, t } from './language.js';
import { AFTER_MS, BEFORE_MS, onAxis, timeline } from './mission-standing.js';

const HOUR_MS = 3_600_000;
/** It moves on so often [ms]. */
const STEP_MS = 30_000;

export class MissionTime {
  /** @param {import('./mission-room.js').MissionRoom} room */
  constructor(room) {
    this.room = room;
    this.drawn = '';
    this.root = element('div', { class: 'mission-time', role: 'region', tabindex: '0' });
  }

  /** @param {any[]} missions */
  render(missions) {
    const { picture } = this.room.desk;
    const now = this.room.desk.now();
    const vehicles = new Map(picture.all('vehicle').map((vehicle) => [String(vehicle.id), vehicle]));
    const rows = timeline(missions, vehicles, now);
    const key = JSON.stringify([language(), Math.floor(now / STEP_MS), rows.map(({ vehicle, bars, endMs }) => [vehicle, endMs, bars.map(({ id, running, fromMs }) => [id, running, fromMs])])]);
    if (key === this.drawn) return;
    this.drawn = key;
    this.root.hidden = rows.length === 0;
    this.root.setAttribute('aria-label', t('mission.time'));
    this.root.replaceChildren(
      element('h3', {}, t('mission.time')),
      element('table', {},
        element('thead', {}, element('tr', {}, element('th', { scope: 'col' }, t('mission.time-vehicle')), element('th', { scope: 'col', class: 'mission-axis' }, hours(now)), element('th', { scope: 'col' }, t('mission.time-end')))),
        element('tbody', {}, ...rows.map((row) => this.#row(row, now)))));
  }

  /** @param {{vehicle: string, bars: any[], endMs: number}} row @param {number} now */
  #row({ vehicle, bars, endMs }, now) {
    const { room } = this;
    const place = (/** @type {HTMLElement} */ node, /** @type {number} */ from, /** @type {number} */ to) => {
      node.style.left = `${100 * onAxis(from, now)}%`;
      node.style.width = `${Math.max(100 * (onAxis(to, now) - onAxis(from, now)), 0.5)}%`;
      return node;
    };
    const words = bars.map(({ number, fromMs, toMs, running }) => `${t('mission.number', { number })} ${momentText(fromMs, now)}–${running ? t('mission.time-now') : momentText(toMs, now)}`).join('、');
    const drawn = bars.map(({ number, fromMs, toMs, running }) => place(element('span', { class: 'mission-bar', 'data-running': running }, String(number)), fromMs, toMs));
    const end = Number.isNaN(endMs) || endMs > now + AFTER_MS ? null : place(element('span', { class: 'mission-end', 'data-over': endMs <= now }), endMs, endMs);
    return element('tr', {},
      element('th', { scope: 'row' }, element('button', { type: 'button', class: 'quiet', onclick: () => room.air.select(vehicle) }, japanese(room.air.nameOf(vehicle)))),
      element('td', { class: 'mission-axis' }, element('div', { class: 'mission-track', 'aria-hidden': 'true' }, ...drawn, place(element('span', { class: 'mission-now' }), now, now), end), element('span', { class: 'mission-words' }, words)),
      element('td', {}, endText(endMs, now)));
  }
}

/** @param {number} endMs @param {number} now */
function endText(endMs, now) {
  if (Number.isNaN(endMs)) return t('mission.time-unknown');
  return t(endMs <= now ? 'mission.time-over' : 'mission.time-until', { time: momentText(endMs, now) });
}

/** The full hours of the axis. @param {number} now */
function hours(now) {
  const first = Math.ceil((now - BEFORE_MS) / HOUR_MS) * HOUR_MS;
  const marks = [];
  for (let at = first; at < now + AFTER_MS; at += HOUR_MS) {
    const mark = element('span', {}, momentText(at, at));
    mark.style.left = `${100 * onAxis(at, now)}%`;
    marks.push(mark);
  }
  return element('div', { class: 'mission-hours', 'aria-hidden': 'true' }, ...marks);
}
