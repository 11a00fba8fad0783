// @ts-check
/** One mission in the list: what, where, who, how it stands, what speaks against it, and its next steps. */

import { momentText } from './clock.js';
import { element, japanese, setText } from './element.js';
import { language, t } from './language.js';
import { enduranceUntil, isCarried, isEnded } from './mission-standing.js';
import { conflictText, enduranceText, kindText, stationText, statusText } from './mission-words.js';
import { nameOf } from './air-standing.js';
import { get, post } from './server.js';
import { ageText, refusalText } from './wording.js';

export class MissionCard {
  /** @param {import('./mission-room.js').MissionRoom} room @param {string} id */
  constructor(room, id) {
    this.room = room;
    this.id = id;
    this.drawn = '';
    this.acts = '';
    this.head = element('div', { class: 'mission-head' });
    this.steps = element('div', { class: 'mission-steps' });
    this.vehicle = /** @type {HTMLSelectElement} */ (element('select', { onchange: () => this.#check() }));
    this.against = element('ul', { class: 'mission-against' });
    this.said = element('p', { role: 'status', class: 'mission-said' });
    this.more = element('details', { ontoggle: () => this.#history() }, element('summary', {}), element('div', {}));
    this.root = element('li', { 'data-mission': id }, this.head, this.steps, this.against, this.said, this.more);
  }

  /** @param {any} mission */
  render(mission) {
    const { room } = this;
    const now = room.desk.now();
    const vehicle = mission.vehicle === null ? undefined : room.desk.picture.get('vehicle', String(mission.vehicle));
    const site = mission.landing_site === null ? null : room.desk.picture.get('landing_site', String(mission.landing_site));
    const lines = [
      `${t('mission.asked', { who: mission.requested_by, time: momentText(Date.parse(mission.requested_at), now) })}${mission.vehicle === null && !isEnded(mission) ? t('mission.waits', { age: ageText(now - Date.parse(mission.requested_at)) }) : ''}`,
      `${t('mission.since', { status: statusText(mission.status), time: momentText(Date.parse(mission.status_at), now), by: mission.by ?? '—' })}`,
      stationText(mission),
      isCarried(mission) ? enduranceText(enduranceUntil(mission, vehicle), now) : '',
      site ? t('mission.site', { name: site.name, state: t(`site.state-${site.state}`) }) : '',
    ].filter(Boolean);
    const told = isCarried(mission) ? mission.conflicts.map(conflictText) : [];
    const key = JSON.stringify([language(), mission, lines, told, vehicle && nameOf(vehicle), room.coordinates]);
    if (key !== this.drawn) this.#draw(mission, lines, told);
    this.drawn = key;
    this.#acts(mission);
  }

  /** @param {any} mission @param {string[]} lines @param {string[]} told */
  #draw(mission, lines, told) {
    const { room } = this;
    this.root.dataset.status = mission.status;
    this.root.dataset.urgency = mission.urgency;
    const held = /** @type {HTMLElement | null} */ (document.activeElement)?.dataset?.key;
    this.head.replaceChildren(
      element('p', { class: 'mission-title' },
        element('b', { class: `mission-urgency mission-urgency-${mission.urgency}` }, t(`mission.urgency-${mission.urgency}`)), ' ',
        element('b', {}, `${t('mission.number', { number: mission.number })} ${kindText(mission)}`), ' ',
        element('span', { class: 'mission-status' }, statusText(mission.status))),
      element('p', {}, element('button', { type: 'button', class: 'quiet', 'data-key': `place-${this.id}`, onclick: () => room.show(mission) }, japanese(mission.place)),
        mission.vehicle === null ? element('b', { class: 'mission-nobody' }, ` ${t('mission.nobody')}`)
          : element('button', { type: 'button', class: 'quiet', 'data-key': `vehicle-${this.id}`, onclick: () => room.air.select(String(mission.vehicle)) }, japanese(room.air.nameOf(String(mission.vehicle))))),
      ...lines.map((text) => element('p', { class: 'mission-line' }, text)),
      told.length > 0 ? element('ul', { class: 'mission-against' }, ...told.map((text) => element('li', {}, text))) : '');
    if (held) /** @type {HTMLElement | null} */ (this.head.querySelector(`[data-key="${CSS.escape(held)}"]`))?.focus({ preventScroll: true });
    setText(/** @type {HTMLElement} */ (this.more.firstElementChild), t('mission.history'));
    this.more.hidden = !room.reads;
    if (/** @type {HTMLDetailsElement} */ (this.more).open) this.#history();
  }

  /** The steps that may follow; drawn anew only when they change, so that nothing moves under a finger. @param {any} mission */
  #acts(mission) {
    const { room } = this;
    const next = room.coordinates ? (room.rules?.next[mission.status] ?? []) : [];
    const free = room.air.ordered.filter(({ vehicle }) => String(vehicle.id) !== String(mission.vehicle)).map(({ vehicle }) => [String(vehicle.id), nameOf(vehicle)]);
    const key = JSON.stringify([language(), next, mission.status, mission.vehicle, next.includes('tasked') ? free : []]);
    if (key === this.acts) return;
    this.acts = key;
    const chosen = this.vehicle.value;
    this.vehicle.setAttribute('aria-label', t('mission.choose'));
    this.vehicle.replaceChildren(element('option', { value: '' }, t('mission.choose')), ...free.map(([value, name]) => element('option', { value }, name)));
    this.vehicle.value = free.some(([value]) => value === chosen) ? chosen : '';
    const button = (/** @type {string} */ status) => element('button', { type: 'button', class: 'quiet', 'data-step': status, onclick: () => this.#go(status) },
      t(status === 'requested' ? 'mission.step-returned' : `mission.step-${status}`));
    const order = ['accepted', 'en-route', 'on-station', 'done', 'requested', 'cancelled'].filter((status) => next.includes(status));
    this.steps.replaceChildren(
      ...(next.includes('tasked') ? [element('span', { class: 'mission-tasking' }, this.vehicle, element('button', { type: 'button', 'data-step': 'tasked', onclick: () => this.#go('tasked') }, t(mission.vehicle === null ? 'mission.step-tasked' : 'mission.step-another')))] : []),
      ...order.map(button),
      ...(room.coordinates && !isEnded(mission) ? [element('button', { type: 'button', class: 'quiet', 'data-step': 'change', onclick: () => room.form.open(this.id, null) }, t('mission.change'))] : []));
  }

  /** What speaks against the vehicle that is chosen, before it is tasked. */
  async #check() {
    this.against.replaceChildren();
    setText(this.said, '');
    const vehicle = this.vehicle.value;
    if (vehicle === '') return;
    const mission = this.room.desk.picture.get('mission', this.id);
    try {
      const found = await post('/api/missions/check', { vehicle, mission: Number(this.id), landing_site: mission?.landing_site ?? null });
      if (this.vehicle.value !== vehicle) return;
      this.against.replaceChildren(...found.conflicts.map((/** @type {any} */ one) => element('li', {}, conflictText(one))));
      setText(this.said, found.conflicts.length === 0 ? t('mission.nothing-against') : '');
    } catch (error) {
      setText(this.said, t('mission.failed', { reason: refusalText(error) }));
    }
  }

  /** @param {string} status */
  async #go(status) {
    const vehicle = status === 'tasked' ? this.vehicle.value : null;
    if (vehicle === '') {
      setText(this.said, t('mission.choose-first'));
      this.vehicle.focus();
      return;
    }
    const version = this.room.desk.picture.versionOf('mission', this.id);
    try {
      await post(`/api/missions/${this.id}/steps`, { key: crypto.randomUUID(), version, status, ...(vehicle === null ? {} : { vehicle }) });
      this.vehicle.value = '';
      this.against.replaceChildren();
      setText(this.said, '');
    } catch (/** @type {any} */ error) {
      const meanwhile = error?.code === 'changed-meanwhile' || error?.code === 'wrong-state';
      setText(this.said, meanwhile ? t('mission.meanwhile') : t('mission.failed', { reason: refusalText(error) }));
    }
  }

  async #history() {
    if (!(/** @type {HTMLDetailsElement} */ (this.more).open)) return;
    const root = /** @type {HTMLElement} */ (this.more.lastElementChild);
    try {
      const found = await get(`/api/missions/${this.id}`);
      const now = this.room.desk.now();
      const step = (/** @type {any} */ one) => element('li', {}, [momentText(Date.parse(one.at), now), one.act === 'changed' ? t('mission.changed') : statusText(one.status), one.vehicle ? this.room.air.nameOf(one.vehicle) : '', one.author ?? '', one.note].filter(Boolean).join('　'));
      const { station } = found;
      root.replaceChildren(
        element('p', {}, element('b', {}, t('mission.note')), ' ', found.note || '—'),
        found.conflicts.length > 0 ? element('ul', { class: 'mission-against' }, ...found.conflicts.map((/** @type {any} */ one) => element('li', {}, conflictText(one)))) : '',
        station && station.unknown_s > 0 ? element('p', {}, t('mission.station-unknown', { time: ageText(station.unknown_s * 1000) })) : '',
        element('ol', { class: 'mission-history' }, ...found.steps.map(step)));
    } catch (error) {
      root.replaceChildren(element('p', {}, t('mission.failed', { reason: refusalText(error) })));
    }
  }
}
