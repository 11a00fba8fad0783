// @ts-check
/** Saying aloud, for those who do not see the map, what changed: classes, silence, warnings, the line itself. */

import { byId } from './element.js';
import { chanceText } from './forecast-words.js';
import { runTitle } from './flood-words.js';
import { alive } from './order-standing.js';
import { orderName } from './order-words.js';
import { shortPlace } from './place-name.js';
import { t, tOr } from './language.js';
import { LEADS_H, WARNED_H } from './level-forecast.js';
import { CLASSES } from './standing.js';
import { placeOf } from './wording.js';

/** Changes are gathered for so long [ms], so that a burst becomes one sentence. */
const GATHER_MS = 1200;
const SAID_AT_ONCE = 3;

export class Announcer {
  /** @param {import('./desk.js').Desk} desk */
  constructor(desk) {
    this.desk = desk;
    /** Rank and silence last told, by gauge. @type {Map<string, {rank: number, silence: string, doubted: boolean}>} */
    this.last = new Map();
    /** Gauges whose forecast gives alarm. @type {Set<string>} */ this.alarmed = new Set();
    /** @type {Set<string>} */ this.warned = new Set();
    /** Orders and estimates last told: what they said, by kind and id. @type {Map<string, string>} */ this.orders = new Map();
    /** State last told of simulated floods. @type {Map<string, string>} */ this.floods = new Map();
    this.first = true;
    this.state = 'connecting';
    this.troubled = '';
    /** @type {{urgency: number, text: string}[]} */ this.waiting = [];
    /** @type {any} */ this.timer = null;
  }

  render() {
    this.#line();
    this.#trouble();
    if (!this.desk.known) return;
    for (const { gauge, standing } of this.desk.ordered) {
      this.#gauge(String(gauge.id), gauge, standing);
      this.#forecast(String(gauge.id), gauge);
    }
    for (const warning of this.desk.picture.all('warning')) {
      const key = `${warning.id}|${warning.level}`;
      if (!this.warned.has(key) && !this.first) {
        this.#say((Number(warning.level) || 3) + 1, t('announce.warning', { region: warning.region, name: warning.name }));
      }
      this.warned.add(key);
    }
    for (const run of this.desk.picture.all('inundation')) this.#flood(run);
    for (const order of this.desk.picture.all('order')) this.#order(order);
    for (const one of this.desk.picture.all('proposal')) this.#proposal(one);
    this.first = false;
  }

  /** @param {any} order */
  #order(order) {
    const waits = order.pending?.state === 'submitted';
    const says = `${order.state}|${order.revision}|${waits}`;
    const before = this.orders.get(`order ${order.id}`);
    this.orders.set(`order ${order.id}`, says);
    if (this.first || before === says) return;
    const values = { place: shortPlace(order.area_name), name: orderName(waits ? order.pending.level : order.level) };
    if (waits) this.#say(Number(order.level) + 2, t('announce.order-waits', values));
    else if (order.state === 'issued' && before?.split('|')[1] !== String(order.revision)) this.#say(Number(order.level) + 3, t('announce.order-issued', values));
    else if (order.state === 'lifted') this.#say(1, t('announce.order-lifted', values));
  }

  /** @param {any} one */
  #proposal(one) {
    const says = alive(one, this.desk.now()) ? `${one.act}|${one.level}` : '';
    const before = this.orders.get(`proposal ${one.id}`) ?? '';
    this.orders.set(`proposal ${one.id}`, says);
    if (this.first || says === '' || before === says || one.act === 'lift') return;
    this.#say(Number(one.level) + 2, t('announce.proposal', { place: one.area?.name ?? '', level: one.level }));
  }

  /** @param {any} run */
  #flood(run) {
    const id = String(run.id);
    const before = this.floods.get(id);
    this.floods.set(id, run.state);
    if (this.first || before === run.state) return;
    const word = { done: 'done', failed: 'failed' }[/** @type {string} */ (run.state)] ?? (before === undefined ? 'new' : '');
    if (word) this.#say(0, t(`announce.flood-${word}`, { title: runTitle(run) }));
  }

  /** @param {string} id @param {any} gauge @param {import('./standing.js').Standing} standing */
  #gauge(id, gauge, standing) {
    const before = this.last.get(id);
    const { rank, silence, doubted } = standing;
    if (before && before.rank === rank && before.silence === silence && before.doubted === doubted) return;
    this.last.set(id, { rank, silence, doubted });
    if (before === undefined || doubted) return;
    const place = placeOf(gauge);
    if (rank !== before.rank && Math.max(rank, before.rank) > CLASSES.indexOf('start')) {
      const name = t(`class.${CLASSES[rank]}`);
      this.#say(rank, t(rank > before.rank ? 'announce.up' : 'announce.down', { place, name }));
    }
    if (silence === 'abnormal' && before.silence !== 'abnormal') this.#say(rank, t('announce.silent', { place }));
  }

  /** @param {string} id @param {any} gauge */
  #forecast(id, gauge) {
    const outlook = this.desk.outlooks.get(id);
    if (!outlook?.alarm) {
      this.alarmed.delete(id);
      return;
    }
    if (this.alarmed.has(id)) return;
    this.alarmed.add(id);
    if (this.first) return;
    const name = this.desk.rules.className('danger', gauge.scheme);
    const chance = chanceText(outlook.chances[LEADS_H.indexOf(WARNED_H)]);
    this.#say(CLASSES.indexOf('evacuation'), t('announce.forecast', { place: placeOf(gauge), name, chance, hours: WARNED_H }));
  }

  #line() {
    const { state } = this.desk.connection;
    if (state === this.state) return;
    const lost = state === 'lost' || state === 'signed-out';
    const wasLost = this.state === 'lost' || this.state === 'signed-out';
    if (lost && !wasLost) this.#say(99, t('announce.lost'));
    if (state === 'live' && wasLost) this.#say(98, t('announce.back'));
    this.state = state;
  }

  /** What the bar of dead services shows; the part that draws it comes before this one. */
  #trouble() {
    const services = byId('trouble').dataset.services ?? '';
    if (services === this.troubled) return;
    this.troubled = services;
    if (services === '') return;
    const names = services.split(' ').map((/** @type {string} */ id) => tOr(`service.${id}`, id)).join('、');
    this.#say(97, t('announce.trouble', { names }));
  }

  /** Say what another part has noticed. @param {number} urgency @param {string} text */
  say(urgency, text) {
    this.#say(urgency, text);
  }

  /** @param {number} urgency @param {string} text */
  #say(urgency, text) {
    this.waiting.push({ urgency, text });
    this.timer ??= setTimeout(() => {
      this.timer = null;
      const words = this.waiting.sort((a, b) => b.urgency - a.urgency);
      this.waiting = [];
      const said = words.slice(0, SAID_AT_ONCE).map(({ text: part }) => part);
      if (words.length > SAID_AT_ONCE) said.push(t('announce.others', { count: words.length - SAID_AT_ONCE }));
      byId('announcer').textContent = said.join('。 ');
    }, GATHER_MS);
  }
}
