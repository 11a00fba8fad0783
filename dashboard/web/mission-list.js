// @ts-check
/** The missions in the air coordinator's tab: what waits for a vehicle, how the others go, and the axis of time. */

import { momentText } from './clock.js';
import { element, japanese, setText } from './element.js';
import { language, t } from './language.js';
import { MissionCard } from './mission-card.js';
import { MissionTime } from './mission-time.js';
import { isEnded } from './mission-standing.js';

export class MissionList {
  name = 'mission';

  /** @param {import('./mission-room.js').MissionRoom} room */
  constructor(room) {
    this.room = room;
    this.drawn = '';
    /** @type {Map<string, MissionCard>} */ this.cards = new Map();
    this.add = element('button', { type: 'button', class: 'quiet', id: 'mission-add', hidden: true, onclick: () => room.form.open(null, null) });
    this.list = element('ul', { class: 'missions', 'data-label': 'mission.part' });
    this.none = element('p', { class: 'empty' });
    this.time = new MissionTime(room);
    this.root = element('section', { 'data-label': 'mission.part' }, element('div', { class: 'air-space-tools' }, this.add), this.none, this.list, this.time.root);
  }

  title() {
    return t('mission.part');
  }

  count() {
    return this.room.desk.picture.all('mission').filter((one) => !isEnded(one)).length;
  }

  focus() {
    /** @type {HTMLElement | null} */ (this.list.querySelector('button'))?.focus();
  }

  /** Bring a mission into sight and the keyboard to it. @param {string} id */
  reveal(id) {
    requestAnimationFrame(() => {
      const found = /** @type {HTMLElement | null} */ (this.list.querySelector(`[data-mission="${CSS.escape(id)}"] button`));
      found?.scrollIntoView({ block: 'center' });
      found?.focus();
    });
  }

  render() {
    const { room } = this;
    this.add.hidden = !room.coordinates;
    setText(this.add, t('mission.add'));
    const missions = room.missions();
    this.none.hidden = missions.length > 0;
    this.none.textContent = t(room.desk.known ? 'mission.none' : 'list.none-known');
    const order = missions.map(({ id }) => String(id));
    for (const [id, card] of this.cards) {
      if (!order.includes(id)) {
        card.root.remove();
        this.cards.delete(id);
      }
    }
    const key = `${language()}|${order.join()}`;
    const anew = key !== this.drawn;
    this.drawn = key;
    const held = document.activeElement;
    for (const mission of missions) {
      const id = String(mission.id);
      const card = this.cards.get(id) ?? new MissionCard(room, id);
      this.cards.set(id, card);
      card.render(mission);
      if (anew) this.list.append(card.root);
    }
    // Moving a card in the list takes the keyboard away from it.
    if (anew && held instanceof HTMLElement && this.list.contains(held)) held.focus({ preventScroll: true });
    this.time.render(missions);
  }
}

/** Missions of one vehicle, as a part of its panel. @param {import('./mission-room.js').MissionRoom} room @returns {import('./air-room.js').Slot} */
export function missionSlot(room) {
  return {
    name: 'mission',
    key: (vehicle) => `${room.coordinates}|${JSON.stringify(room.missionsOf(String(vehicle.id)).map((one) => [one.id, one.status, one.place]))}`,
    draw: (vehicle) => {
      const found = room.missionsOf(String(vehicle.id));
      if (found.length === 0 && !room.coordinates) return null;
      const line = (/** @type {any} */ one) => element('li', {}, `${t('mission.number', { number: one.number })} `, japanese(one.place), ` ${t(`mission.status-${one.status}`)} ${momentText(Date.parse(one.status_at), room.desk.now())} `,
        element('button', { type: 'button', class: 'quiet', 'aria-label': t('mission.open-of', { number: one.number }), onclick: () => room.open('mission', String(one.id)) }, t('mission.open')));
      const task = room.coordinates ? element('button', { type: 'button', class: 'quiet', id: 'mission-task', onclick: () => room.form.open(null, String(vehicle.id)) }, t('mission.task-this')) : null;
      return element('div', {}, element('h3', {}, t('mission.part')), found.length > 0 ? element('ul', { class: 'air-lines' }, ...found.map(line)) : element('p', {}, t('mission.none-of')), task);
    },
  };
}
