// @ts-check
/**
 * Missions of vehicles and landing sites: a request comes, a vehicle is given to it, it is followed until it is done.
 * Lives in the air coordinator's tab (`air-room.js`).
 */

import { LandingSiteList } from './landing-site-list.js';
import { MissionForm } from './mission-form.js';
import { MissionLayer } from './mission-layer.js';
import { MissionList } from './mission-list.js';
import { missionOrder } from './mission-standing.js';

const RULES_AGAIN_MS = 5000;
/** Who may task (dashboard/api/missions.py), read the desk's note, and speak of landing sites. */
const COORDINATORS = ['duty_officer', 'administrator'];
const READERS = [...COORDINATORS, 'approver', 'field'];
const TELLERS = [...COORDINATORS, 'field'];

export class MissionRoom {
  /**
   * @param {import('./desk.js').Desk} desk
   * @param {import('./map-view.js').MapView} map
   * @param {import('./air-room.js').AirRoom} air
   * @param {(address: string) => Promise<any>} ask
   */
  constructor(desk, map, air, ask) {
    this.desk = desk;
    this.map = map;
    this.air = air;
    this.ask = ask;
    /** Limits that the server shares; null while they could not be read. @type {any} */ this.rules = null;
    this.form = new MissionForm(this);
    this.list = new MissionList(this);
    this.sites = new LandingSiteList(this);
    this.layer = new MissionLayer(this);
    air.addPart(this.list);
    air.addPart(this.sites);
    map.addMissions(this.layer);
    map.onMission = (kind, id) => this.open(kind, id);
    this.#askRules();
  }

  /** Missions, those that need somebody first. @returns {any[]} */
  missions() {
    return this.desk.picture.all('mission').sort(missionOrder);
  }

  /** The missions that a vehicle has now. @param {string} vehicle */
  missionsOf(vehicle) {
    return this.missions().filter((one) => String(one.vehicle) === vehicle && !['done', 'cancelled'].includes(one.status));
  }

  get coordinates() {
    return this.#is(COORDINATORS);
  }

  get reads() {
    return this.#is(READERS);
  }

  get tells() {
    return this.#is(TELLERS);
  }

  /** @param {string[]} roles */
  #is(roles) {
    return (this.desk.session?.roles ?? []).some((/** @type {string} */ role) => roles.includes(role));
  }

  /** Lead to a mission or a landing site in its list. @param {string} kind @param {string} id */
  open(kind, id) {
    this.desk.orderBy('air');
    this.air.list.choose(kind === 'mission' ? 'mission' : 'site');
    document.body.dataset.view = 'list';
    this.desk.touch('view');
    (kind === 'mission' ? this.list : this.sites).reveal(id);
  }

  /** Bring a place into the map. @param {{lon: number, lat: number}} at */
  show(at) {
    document.body.dataset.view = 'map';
    this.desk.touch('view');
    this.map.centre(at.lon, at.lat, 14);
  }

  /** @param {import('./desk.js').Dirt} dirt */
  render(dirt) {
    this.layer.render(dirt);
  }

  async #askRules() {
    try {
      this.rules = await this.ask('/api/rules/missions');
      this.desk.touch('air');
    } catch {
      setTimeout(() => this.#askRules(), RULES_AGAIN_MS);
    }
  }
}
