// @ts-check
/** Data health: what arrived and could not be read, which service is down, how old every layer is. */

import { momentText } from './clock.js';
import { byId, element, setAttribute, setText } from './element.js';
import { t, tOr } from './language.js';
import { get } from './server.js';
import { ageText, agoText, refusalText } from './wording.js';

/** A service not seen for so long [ms, wall clock] is down (docs/live.md). */
const DOWN_MS = 10_000;
/** A computer's clock off by more than this [ms] is worth a word. */
const SKEW_MS = 30_000;
const LISTED = 100;
/** The service without which nothing arrives; further ones of its kind are called `ingest-2`, … */
const INTAKE = 'ingest';

export class Health {
  /** @param {import('./desk.js').Desk} desk */
  constructor(desk) {
    this.desk = desk;
    this.dialog = byId('health-dialog');
    /** @type {any[] | null} */ this.items = null;
    this.failure = '';
    this.listedTotal = -1;
    for (const id of ['health-open', 'trouble-open']) byId(id).addEventListener('click', () => this.#open());
  }

  /** @param {import('./desk.js').Dirt} dirt */
  render(dirt) {
    const total = this.desk.picture.get('quarantine', 'total')?.total ?? (this.desk.known ? 0 : null);
    const services = this.#services();
    const live = this.desk.connection.state === 'live';
    const down = services === null || !live ? null : services.filter((service) => service.down).length;
    const quarantine = byId('quarantine-count');
    const downs = byId('services-down');
    setText(quarantine, t('health.quarantine', { count: total ?? t('health.unknown') }));
    setText(downs, t('health.services-down', { count: down ?? t('health.unknown') }));
    setAttribute(quarantine, 'data-count', total);
    setAttribute(downs, 'data-count', down);
    setAttribute(quarantine, 'data-bad', total ? 'true' : null);
    setAttribute(downs, 'data-bad', down === 0 ? null : 'true');
    this.#trouble(live ? (services ?? []).filter((service) => service.down) : []);
    if (!this.dialog.open) return;
    if (total !== null && total !== this.listedTotal) this.#list();
    else if (dirt.things.has('tick') || dirt.kinds.has('service') || dirt.things.has('language')) this.#draw();
  }

  #open() {
    this.#draw();
    this.dialog.showModal();
    this.#list();
  }

  /**
   * A service that is down while the line is up: the screen would look well and go silent.
   * @param {{id: string, seenMs: number}[]} down
   */
  #trouble(down) {
    const bar = byId('trouble');
    bar.hidden = down.length === 0;
    setAttribute(bar, 'data-services', down.map(({ id }) => id).join(' ') || null);
    if (bar.hidden) return;
    const names = down.map(({ id }) => tOr(`service.${id}`, id)).join('、');
    const since = Math.min(...down.map(({ seenMs }) => seenMs));
    const age = Number.isFinite(since) ? ageText(this.desk.wall.now() - since) : t('state.never');
    setText(byId('trouble-text'), t('trouble.text', { names, age }));
  }

  /** @returns {{id: string, down: boolean, seenMs: number, state: string, detail: any}[] | null} null before the first picture */
  #services() {
    const services = this.desk.picture.all('service');
    if (!this.desk.known) return null;
    const now = this.desk.wall.now();
    const told = services.map((service) => {
      const seenMs = Date.parse(service.seen_at);
      const down = !(now - seenMs < DOWN_MS) || service.state !== 'up';
      return { id: service.id, seenMs, state: String(service.state), detail: service.detail ?? {}, down };
    });
    // Without an intake nothing arrives at all: one that never reported is as good as dead.
    if (!told.some(({ id }) => id.startsWith(INTAKE))) {
      told.push({ id: INTAKE, seenMs: NaN, state: 'never', detail: {}, down: true });
    }
    return told.sort((a, b) => Number(b.down) - Number(a.down) || a.id.localeCompare(b.id));
  }

  async #list() {
    this.listedTotal = this.desk.picture.get('quarantine', 'total')?.total ?? 0;
    try {
      this.items = (await get(`/api/quarantine?limit=${LISTED}`)).items;
      this.failure = '';
    } catch (error) {
      this.failure = t('health.quarantine-failed', { reason: refusalText(error) });
    }
    this.#draw();
  }

  #draw() {
    const scrolled = this.dialog.scrollTop;
    const held = this.dialog.contains(document.activeElement);
    this.dialog.replaceChildren(
      element('header', { class: 'panel-head' },
        element('h2', { id: 'health-title' }, t('health.title')),
        element('button', { type: 'button', class: 'close', 'aria-label': t('panel.close'), onclick: () => this.dialog.close() }, '✕')),
      ...this.#skew(),
      element('h3', {}, t('health.services')), this.#serviceTable(),
      element('h3', {}, t('health.layers')), this.#layerTable(),
      element('h3', {}, t('health.quarantine-title')), ...this.#quarantine(),
    );
    this.dialog.scrollTop = scrolled;
    if (held) this.dialog.querySelector('.close').focus();
  }

  #skew() {
    const skew = this.desk.wall.skewMs();
    if (Math.abs(skew) < SKEW_MS) return [];
    return [element('p', { class: 'note' }, t('health.skew', { age: ageText(Math.abs(skew)) }))];
  }

  #serviceTable() {
    const services = this.#services();
    if (services === null) return element('p', { class: 'empty' }, t('health.services-none'));
    const now = this.desk.wall.now();
    return table(['health.service', 'health.state', 'health.seen', 'health.detail'], services.map(({ id, down, seenMs, state, detail }) => [
      `${tOr(`service.${id}`, id)}（${id}）`,
      element('span', { class: down ? 'state-down' : 'state-up' },
        down && state !== 'up' ? `${t('health.down')}（${tOr(`state.${state}`, state)}）` : t(down ? 'health.down' : 'health.up')),
      agoText(now - seenMs),
      [Number.isFinite(detail.committed) ? t('health.committed', { count: detail.committed }) : '',
        Number.isFinite(detail.behind_s) ? t('health.behind', { value: detail.behind_s }) : ''].filter(Boolean).join('　'),
    ]));
  }

  #layerTable() {
    const now = this.desk.now();
    if (this.desk.layers === null) return element('p', { class: 'empty' }, t('layer.failed'));
    return table(['health.layer', 'health.newest', 'health.count', 'health.source'], this.desk.layers.map((layer) => {
      const newest = Date.parse(layer.newest_at ?? '');
      return [
        tOr(`layer.${layer.layer}`, layer.layer),
        Number.isFinite(newest) ? `${momentText(newest, now)}（${agoText(now - newest)}）` : t(layer.count ? 'layer.undated' : 'layer.none'),
        String(layer.count ?? '—'),
        [layer.source, layer.licence].filter(Boolean).join(' / '),
      ];
    }));
  }

  #quarantine() {
    if (this.failure) return [element('p', { class: 'empty' }, this.failure)];
    if (this.items === null) return [element('p', { class: 'empty' }, t('hydrograph.loading'))];
    if (this.items.length === 0) return [element('p', { class: 'empty' }, t('health.quarantine-none'))];
    const now = this.desk.wall.now();
    return [table(['health.received', 'health.topic', 'health.reason', 'health.detail', 'health.count'],
      this.items.map((item) => [
        momentText(Date.parse(item.received_at), now), item.topic, item.error_code, item.detail ?? '', String(item.count ?? 1),
      ]))];
  }
}

/** @param {string[]} heads @param {(string | Node)[][]} rows */
function table(heads, rows) {
  return element('div', { class: 'table-scroll', tabindex: '0', role: 'region', 'aria-label': t(heads[0]) },
    element('table', {},
      element('thead', {}, element('tr', {}, ...heads.map((key) => element('th', { scope: 'col' }, t(key))))),
      element('tbody', {}, ...rows.map((cells) => element('tr', {}, ...cells.map((cell) => element('td', {}, cell)))))));
}
