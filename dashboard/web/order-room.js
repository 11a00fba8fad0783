// @ts-check
/** The order desk: what of it is chosen, who may do what, and the parts that show it. */

import { setAttribute } from './element.js';
import { get } from './server.js';
import { AdviceForm } from './advice-form.js';
import { OrderEditor } from './order-editor.js';
import { OrderLayer } from './order-layer.js';
import { OrderList } from './order-list.js';
import { OrderPanel } from './order-panel.js';
import { OrderSign } from './order-sign.js';
import { townsOf } from './order-standing.js';

const AREAS_AGAIN_MS = 5000;
const KINDS = ['order', 'advice', 'proposal', 'warning'];
const PREFECTURE = ['duty_officer', 'approver'];

export class OrderRoom {
  /**
   * @param {import('./desk.js').Desk} desk
   * @param {import('./map-view.js').MapView} map
   */
  constructor(desk, map) {
    this.desk = desk;
    this.map = map;
    /** Code of the municipality that is looked at. @type {string | null} */ this.selected = null;
    /** @type {import('./order-standing.js').Town[]} */ this.towns = [];
    /** Told when a municipality is chosen, so that no other panel stands in its place. @type {() => void} */ this.onTown = () => {};
    /** Names of municipalities by code. @type {Map<string, string>} */ this.names = new Map();
    this.layer = new OrderLayer(this);
    this.list = new OrderList(this);
    this.panel = new OrderPanel(this);
    this.editor = new OrderEditor(this);
    this.sign = new OrderSign(this);
    this.advice = new AdviceForm(this);
    map.addOrders(this.layer);
    this.#askNames();
  }

  /** @param {import('./desk.js').Dirt} dirt */
  render(dirt) {
    if (['selection', 'shelter-selection'].some((thing) => dirt.things.has(thing)) && !dirt.things.has('town-selection')) {
      if (this.desk.selected !== null || document.body.dataset.shelter === 'open') this.selected = null;
    }
    if (dirt.full || ['tick', 'session', 'travelled'].some((thing) => dirt.things.has(thing)) || KINDS.some((kind) => dirt.kinds.has(kind))) this.#judge();
    for (const part of [this.layer, this.list, this.panel, this.sign, this.editor, this.advice]) part.render(dirt);
  }

  /** @param {string | null} area */
  select(area) {
    if (this.selected === area) return;
    this.selected = area;
    if (area !== null) {
      this.desk.select(null);
      this.onTown();
    }
    this.desk.touch('town-selection');
    this.desk.touch('view');
  }

  /** @param {string | null} area */
  town(area) {
    return this.towns.find((town) => town.area === area) ?? null;
  }

  /** Whether this officer belongs to the prefecture, who advises and records. */
  get prefecture() {
    return (this.desk.session?.roles ?? []).some((/** @type {string} */ role) => PREFECTURE.includes(role));
  }

  /** Whether this officer may sign advice. */
  get advises() {
    return (this.desk.session?.roles ?? []).includes('approver');
  }

  /** Whether this officer may draft orders of a municipality. @param {string} area */
  drafts(area) {
    return (this.desk.session?.offices ?? []).some((/** @type {any} */ office) => office.area === area);
  }

  /** Whether this officer may sign orders of a municipality, if another person wrote them. @param {string} area */
  signs(area) {
    return (this.desk.session?.offices ?? []).some((/** @type {any} */ office) => office.area === area && office.role === 'municipal_approver');
  }

  /** The name of a municipality as far as any object tells it. @param {string} code */
  nameOf(code) {
    return this.names.get(code) || this.map.areas.nameOf(code) || code;
  }

  async #askNames() {
    try {
      const { areas } = await get('/api/areas');
      this.names = new Map(areas.map((/** @type {any} */ area) => [area.code, area.name]));
      this.desk.touch('session');
    } catch {
      setTimeout(() => this.#askNames(), AREAS_AGAIN_MS);
    }
  }

  #judge() {
    const { picture } = this.desk;
    this.towns = townsOf({
      orders: picture.all('order'), advice: picture.all('advice'), proposals: picture.all('proposal'), warnings: picture.all('warning'),
      own: (this.desk.session?.offices ?? []).map((/** @type {any} */ office) => office.area),
    }, this.desk.now(), (code) => this.nameOf(code));
    const waiting = this.towns.filter(({ gap }) => gap !== null).length
      + this.towns.reduce((sum, { area, orders }) => sum + (this.signs(area) ? orders.filter(({ pending }) => pending?.state === 'submitted').length : 0), 0);
    const tab = document.getElementById('tab-order-count');
    if (tab) {
      tab.textContent = waiting > 0 ? String(waiting) : '';
      setAttribute(tab, 'data-count', waiting);
    }
  }
}
