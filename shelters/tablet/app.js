// @ts-check
/** What every screen works with: the state, the rules, the clock, and how to do and undo things. */

import { stateOf } from './picture.js';
import { incidentNow } from './live-map/clock.js';
import { undoOf } from './undo.js';

/** @typedef {import('./journal.js').Draft} Draft */
/** What was done, as texts by key, so that it follows the language. @typedef {{key: string, values?: Record<string, any>, name?: {field?: string, count?: string, item?: string, text?: string}}} Label */

export class App {
  /** @type {import('./journal.js').Journal} */ journal;
  /** @type {import('./sync.js').Sync} */ sync;
  /** @type {import('./installation.js').Installation} */ installation;
  /** @type {import('./keeping.js').Keeping} */ keeping;
  /** @type {any} as `transport.js` */ transport = null;
  /** Looks whether the browser keeps what is here. @type {() => Promise<void>} */ look = async () => undefined;
  /** The last action of this screen, offered for undo. @type {any} */ last = null;
  /** Why something could not be written to the disk. @type {any} */ fault = null;
  /** What a screen remembers until the page is left: tab, search. @type {Record<string, any>} */ memory = {};
  /** @type {any} */ #state = null;
  #redraw;

  /** @param {{journal: any, sync: any, installation: any, keeping: any, redraw: () => void}} parts */
  constructor({ journal, sync, installation, keeping, redraw }) {
    this.journal = journal;
    this.sync = sync;
    this.installation = installation;
    this.keeping = keeping;
    this.#redraw = redraw;
    journal.onChange(() => {
      this.#state = null;
      redraw();
    });
  }

  /** The canonical state of the shelter, with what still waits here. */
  get state() {
    this.#state ??= stateOf(this.journal, (wall_ms) => incidentNow(this.incident?.clock, wall_ms));
    return this.#state;
  }

  get bundle() {
    return this.journal.fact('bundle');
  }

  get rules() {
    return this.bundle.rules;
  }

  get incident() {
    return this.bundle?.incident ?? null;
  }

  get expected() {
    const { persons, households } = this.state;
    return (this.journal.fact('expected') ?? []).filter((/** @type {any} */ one) => (one.person === undefined ? !(one.household in households) : !(one.person in persons)));
  }

  /** The server's clock as this tablet knows it [ms]. */
  wallMs() {
    return Date.now() - (this.journal.offsetMs ?? 0);
  }

  /** The incident's clock, which a drill has of its own [ms]. */
  nowMs() {
    return incidentNow(this.incident?.clock, this.wallMs());
  }

  /** @param {string} name */
  field(name) {
    return this.rules.fields.find((/** @type {any} */ one) => one.field === name);
  }

  /** @param {string} name */
  count(name) {
    return this.rules.counts.find((/** @type {any} */ one) => one.field === name);
  }

  /** @param {string} name */
  item(name) {
    return this.rules.items.find((/** @type {any} */ one) => one.item === name);
  }

  redraw() {
    this.#redraw();
  }

  /** @param {string} route `people`, `household/ID`; empty = home */
  go(route) {
    location.hash = route === '' ? '#/' : `#/${route}`;
  }

  /**
   * Do something: append it, so that it is on the disk, and offer to take it back.
   * @param {Draft[]} drafts @param {Label} label @param {{undo?: Draft[] | null, photo?: any}} [how]
   * @returns {Promise<boolean>} whether it is kept
   */
  async act(drafts, label, { undo, photo } = {}) {
    const back = undo === undefined ? undoOf(drafts, this.state) : undo;
    try {
      await this.journal.append(drafts, { label, undo: back, photo });
    } catch (fault) {
      this.fault = fault;
      this.redraw();
      return false;
    }
    this.fault = null;
    this.last = this.journal.fact('recent')[0];
    this.redraw();
    this.sync.nudge();
    return true;
  }

  /** Take an action back by its counter-operations. @param {any} action of the fact `recent` */
  async takeBack(action) {
    if (action.undone || !action.undo?.length) return;
    // Said knowingly about what was done: the counter-operation names it.
    const undo = action.undo.map((/** @type {Draft} */ draft) => ({ ...draft, after: action.ids }));
    try {
      await this.journal.append(undo);
      await this.journal.markUndone(action);
    } catch (fault) {
      this.fault = fault;
    }
    this.last = null;
    this.redraw();
    this.sync.nudge();
  }
}
