// @ts-check
/**
 * The air coordinator's side of the map: who is where, how high, whose fuel ends first, who is silent. What others
 * know of a vehicle joins through `addSlot` (a part of its panel) and `addPart` (a list of its own in the tab).
 */

import { AirLayer } from './air-layer.js';
import { AirList } from './air-list.js';
import { AirNear } from './air-near.js';
import { AirPanel } from './air-panel.js';
import { AirSpaceLayer } from './air-space-layer.js';
import { AirSpaceList } from './air-space-list.js';
import { airOrder, airStanding, nameOf, passesAir } from './air-standing.js';
import { incidentNow } from './clock.js';
import { t } from './language.js';

const LIMITS_AGAIN_MS = 5000;
const FRESH_MS = 4000;
/** The watch over the field is down when it was not seen for so long [ms] (docs/live.md). */
const UNWATCHED_MS = 10_000;
const KINDS = ['vehicle', 'proximity', 'airspace', 'incident'];

/**
 * @typedef {object} Slot a part of a vehicle's panel
 * @property {string} name of the part, for tests
 * @property {(vehicle: any) => string} key what its content hangs on, besides vehicle and language; it is drawn anew when this changes
 * @property {(vehicle: any) => Node | null} draw
 */

/**
 * @typedef {object} Part a list of its own in the tab
 * @property {string} name
 * @property {() => string} title
 * @property {() => number | null} count null = not known
 * @property {HTMLElement} root
 * @property {(dirt: import('./desk.js').Dirt) => void} render drawn while it is seen
 * @property {() => void} focus
 */

export class AirRoom {
  /**
   * @param {import('./desk.js').Desk} desk
   * @param {import('./map-view.js').MapView} map
   * @param {(address: string) => Promise<any>} ask
   */
  constructor(desk, map, ask) {
    this.desk = desk;
    this.map = map;
    this.ask = ask;
    /** @type {string | null} */ this.selected = null;
    /** @type {import('./air-standing.js').AirFilter} */ this.filter = { text: '', kind: '', need: '' };
    /** @type {'fuel' | 'silence' | 'callsign'} */ this.sort = 'fuel';
    /** Every vehicle, in the list's order. @type {import('./air-standing.js').AirRow[]} */ this.ordered = [];
    /** @type {import('./air-standing.js').AirRow[]} */ this.shown = [];
    /** Pairs that are near or soon will be, soonest first. @type {any[]} */ this.pairs = [];
    /** @type {import('./air-standing.js').MotionLimits | null} */ this.limits = null;
    /** Told when a vehicle is chosen, so that no other panel stands in its place. @type {() => void} */ this.onVehicle = () => {};
    /** Told what is to be said aloud. @type {(urgency: number, text: string) => void} */ this.onSay = () => {};
    /** What was last told of each vehicle. @type {Map<string, string>} */ this.told = new Map();
    /** Whether a picture was looked at already. */ this.heard = false;
    this.layer = new AirLayer(this);
    this.spaces = new AirSpaceLayer(this);
    this.list = new AirList(this);
    this.panel = new AirPanel(this);
    map.addAir(this);
    this.addPart(new AirNear(this));
    this.addPart(new AirSpaceList(this));
    this.#askLimits();
  }

  /** @param {Slot} slot */
  addSlot(slot) {
    this.panel.slots.push(slot);
  }

  /** @param {Part} part */
  addPart(part) {
    this.list.addPart(part);
  }

  /** @param {import('./desk.js').Dirt} dirt */
  render(dirt) {
    const { desk } = this;
    const elsewhere = (dirt.things.has('selection') && desk.selected !== null)
      || (dirt.things.has('shelter-selection') && document.body.dataset.shelter === 'open')
      || (dirt.things.has('town-selection') && document.body.dataset.town === 'open');
    if (elsewhere && !dirt.things.has('air-selection') && !dirt.things.has('travelled')) this.selected = null;
    if (dirt.full || ['tick', 'air', 'travelled', 'connection'].some((thing) => dirt.things.has(thing)) || KINDS.some((kind) => dirt.kinds.has(kind))) this.#judge();
    for (const part of [this.layer, this.spaces, this.list, this.panel]) part.render(dirt);
  }

  /** The row of a vehicle. @param {string | null} id */
  row(id) {
    return this.ordered.find(({ vehicle }) => String(vehicle.id) === id) ?? null;
  }

  /** What a vehicle is called by, also while it is not in the picture. @param {string} id */
  nameOf(id) {
    const vehicle = this.desk.picture.get('vehicle', id);
    return vehicle ? nameOf(vehicle) : id;
  }

  /**
   * By what a vehicle is carried on. In a replay that runs faster nothing is: a moment on the way through the chain
   * would be half a minute of the incident.
   * @param {any} vehicle @returns {import('./air-reckoning.js').ReckoningLimits | undefined} undefined also while they could not be read
   */
  limitsOf(vehicle) {
    if (this.speed() > 1) return undefined;
    return this.limits?.reckoning[vehicle.kind] ?? this.limits?.reckoning.unknown;
  }

  /** How many times faster the incident's clock runs. */
  speed() {
    return this.desk.incident()?.clock?.speed ?? 1;
  }

  /** Whether somebody watches over nearness, airspaces and contact: if not, that none is told means nothing. */
  watched() {
    const { desk } = this;
    const watch = desk.picture.get('service', 'field');
    return desk.connection.state === 'live' && watch?.state === 'up' && desk.wall.now() - Date.parse(watch.seen_at) <= UNWATCHED_MS;
  }

  /** A position older than this [ms] is told with its age on the map. */
  freshMs() {
    const speed = this.speed();
    return speed > 1 ? Math.max(FRESH_MS, 1000 * speed * (this.limits?.hearing.replay_least_s ?? 0)) : FRESH_MS;
  }

  /** Whether the field is heard at all: the line, the intake, its broker. @returns {import('./air-standing.js').Hearing} */
  hearing() {
    const { desk } = this;
    const deaf = (this.limits?.hearing.deaf_s ?? 0) * 1000;
    const services = desk.picture.all('service');
    const ears = services.filter(({ id, state, seen_at: seen }) => String(id).startsWith('ingest') && state === 'up' && desk.wall.now() - Date.parse(seen) <= deaf);
    const cut = services.some(({ id, state }) => id === 'broker' && state !== 'up');
    const started = Math.max(...ears.map(({ started_at: at }) => Date.parse(at)));
    return {
      open: desk.connection.state === 'live' && ears.length > 0 && !cut,
      sinceMs: Number.isFinite(started) ? incidentNow(desk.incident()?.clock, started) : -Infinity,
      speed: this.speed(),
    };
  }

  /** @param {string | null} id */
  select(id) {
    if (this.selected === id) return;
    this.selected = id;
    if (id !== null) {
      this.desk.select(null);
      this.onVehicle();
    }
    this.desk.touch('air-selection');
    this.desk.touch('view');
  }

  /** Bring a vehicle into the map. @param {string} id */
  show(id) {
    const vehicle = this.desk.picture.get('vehicle', id);
    if (!vehicle) return;
    document.body.dataset.view = 'map';
    this.desk.touch('view');
    this.map.centre(vehicle.lon, vehicle.lat, 13);
  }

  /** @param {Partial<import('./air-standing.js').AirFilter>} change */
  narrow(change) {
    Object.assign(this.filter, change);
    this.desk.touch('air');
  }

  /** @param {'fuel' | 'silence' | 'callsign'} by */
  sortBy(by) {
    this.sort = by;
    this.desk.touch('air');
  }

  #judge() {
    const now = this.desk.now();
    const { picture } = this.desk;
    const hearing = this.hearing();
    this.ordered = picture.all('vehicle').map((vehicle) => ({ vehicle, standing: airStanding(vehicle, now, this.limits, hearing) })).sort(airOrder(this.sort));
    this.shown = this.ordered.filter((row) => passesAir(this.filter, row));
    this.pairs = picture.all('proximity').sort((a, b) => Date.parse(a.entry_at) - Date.parse(b.entry_at) || String(a.id).localeCompare(String(b.id)));
    const before = this.told;
    this.told = new Map();
    for (const row of this.ordered) this.#tell(row, before.get(String(row.vehicle.id)));
    this.heard ||= this.desk.known;
  }

  /** Say aloud who falls silent, who is back, who calls an emergency. @param {import('./air-standing.js').AirRow} row @param {string | undefined} before */
  #tell({ vehicle, standing }, before) {
    const id = String(vehicle.id);
    const lost = standing.state === 'lost' ? 'lost' : '';
    this.told.set(id, `${standing.alarm ? vehicle.emergency : ''}|${lost}`);
    // Who is there when the screen opens is read, who comes with an emergency is said.
    if (before === undefined && !this.heard) return;
    const [emergency, gone] = (before ?? `|${lost}`).split('|');
    const name = nameOf(vehicle);
    if (standing.alarm && !emergency) this.onSay(90, t('announce.air-emergency', { name }));
    if (lost && !gone) this.onSay(80, t('announce.air-lost', { name }));
    if (!lost && gone) this.onSay(5, t('announce.air-back', { name }));
  }

  async #askLimits() {
    try {
      this.limits = await this.ask('/api/rules/motion');
      this.desk.touch('air');
    } catch {
      setTimeout(() => this.#askLimits(), LIMITS_AGAIN_MS);
    }
  }
}
