// @ts-check
/** The map's side of shelters and supplies: what of it is chosen and filtered, and the parts that show it. */

import { setAttribute } from './element.js';
import { get } from './server.js';
import { DisruptionForm } from './disruption-form.js';
import { DuplicateCards } from './duplicate-cards.js';
import { FamilySearch } from './family-search.js';
import { ShelterLayer } from './shelter-layer.js';
import { ShelterList } from './shelter-list.js';
import { ShelterPanel } from './shelter-panel.js';
import { byNeed, passesShelter, shelterStanding } from './shelter-standing.js';
import { ShelterWords } from './shelter-words.js';
import { SupplyBoard } from './supply-board.js';

const RULES_AGAIN_MS = 5000;
/** Designated shelters of which nothing was heard are asked for again after this [ms]. */
const UNHEARD_AGAIN_MS = 300_000;
const UNHEARD_LIMIT = 5000;
const KINDS = ['shelter', 'request', 'truck', 'depot', 'disruption'];
/** Who may write for every shelter (dashboard/tablet/caller.py). */
const WRITERS = ['duty_officer', 'logistics', 'administrator'];

export class ShelterRoom {
  /**
   * @param {import('./desk.js').Desk} desk
   * @param {import('./map-view.js').MapView} map
   */
  constructor(desk, map) {
    this.desk = desk;
    this.map = map;
    this.words = new ShelterWords();
    /** @type {string | null} */ this.selected = null;
    this.filter = { text: '', need: '', area: '' };
    /** Every shelter spoken of, in order of need. @type {import('./shelter-standing.js').ShelterRow[]} */ this.ordered = [];
    /** @type {import('./shelter-standing.js').ShelterRow[]} */ this.shown = [];
    /** @type {Map<string, import('./shelter-standing.js').ShelterStanding>} */ this.standings = new Map();
    /** Designated shelters, null while they could not be read. @type {any[] | null} */ this.designated = null;
    this.askedAt = -Infinity;
    this.layer = new ShelterLayer(this);
    this.list = new ShelterList(this);
    this.board = new SupplyBoard(this);
    this.panel = new ShelterPanel(this);
    this.family = new FamilySearch(this);
    this.duplicates = new DuplicateCards(this);
    this.disruptions = new DisruptionForm(this);
    map.addShelters(this.layer);
    this.#askRules();
  }

  /** @param {import('./desk.js').Dirt} dirt */
  render(dirt) {
    if (dirt.things.has('selection') && this.desk.selected !== null) this.selected = null;
    if (this.desk.order === 'shelter') this.#askDesignated();
    if (dirt.full || dirt.things.has('tick') || dirt.things.has('shelters') || KINDS.some((kind) => dirt.kinds.has(kind))) this.#judge();
    for (const part of [this.layer, this.list, this.panel, this.board, this.family, this.duplicates, this.disruptions]) part.render(dirt);
    setAttribute(document.documentElement, 'data-order', this.desk.order);
  }

  /** @param {string | null} id */
  select(id) {
    if (this.selected === id) return;
    this.selected = id;
    if (id !== null) this.desk.select(null);
    this.desk.touch('shelter-selection');
    this.desk.touch('view');
  }

  /** Choose a shelter and bring it into the map. @param {string} id */
  show(id) {
    const shelter = this.desk.picture.get('shelter', id);
    this.select(id);
    if (shelter && Number.isFinite(shelter.lon)) this.map.centre(shelter.lon, shelter.lat, 13);
  }

  /** @param {Partial<import('./shelter-standing.js').ShelterFilter>} change */
  narrow(change) {
    Object.assign(this.filter, change);
    this.desk.touch('shelters');
  }

  /** Designated shelters without an object: nothing is known of them. Null while it cannot be told. */
  get unheard() {
    if (this.designated === null || !this.desk.known) return null;
    return this.designated.filter(({ id }) => this.desk.picture.get('shelter', String(id)) === undefined);
  }

  /** Whether this officer may write for shelters. */
  get writes() {
    return this.holds(...WRITERS);
  }

  /** @param {...string} roles */
  holds(...roles) {
    return (this.desk.session?.roles ?? []).some((/** @type {string} */ role) => role === 'administrator' || roles.includes(role));
  }

  #judge() {
    const now = this.desk.now();
    this.standings.clear();
    this.ordered = this.desk.picture.all('shelter').map((shelter) => {
      const standing = shelterStanding(shelter, now);
      this.standings.set(String(shelter.id), standing);
      return { shelter, standing };
    });
    this.ordered.sort(byNeed);
    this.shown = this.ordered.filter((row) => passesShelter(this.filter, row));
  }

  async #askRules() {
    try {
      this.words.take(await get('/api/rules/shelters'));
      this.desk.touch('shelters');
      this.desk.touch('shelter-rules');
    } catch {
      setTimeout(() => this.#askRules(), RULES_AGAIN_MS);
    }
  }

  async #askDesignated() {
    if (performance.now() - this.askedAt < UNHEARD_AGAIN_MS) return;
    this.askedAt = performance.now();
    try {
      this.designated = (await get(`/api/refuges?kind=shelter&limit=${UNHEARD_LIMIT}`)).refuges;
    } catch {
      this.designated = null;
      this.askedAt = performance.now() - UNHEARD_AGAIN_MS + RULES_AGAIN_MS;
    }
    this.desk.touch('shelters');
  }
}
