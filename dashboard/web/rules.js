// @ts-check
/**
 * Names, numbers, colours and shapes of levels, from the server's rules (docs/live.md, Additions).
 * They change by law, so none of them is in this code. Without the rules everything is drawn grey and named by its code.
 */

import { named } from './language.js';

/** What is drawn while the rules are not known. */
const UNKNOWN_COLOUR = '#C8C8CB';

/**
 * @typedef {object} RiverClass
 * @property {string} class
 * @property {number | null} level 警戒レベル
 * @property {string} colour
 * @property {string} text_colour
 * @property {string} shape
 * @property {Record<string, {ja: string, en: string}>} names by scheme
 */

export class Rules {
  constructor() {
    /** @type {Map<string, RiverClass>} */ this.classes = new Map();
    /** @type {Map<number, any>} */ this.warningLevels = new Map();
    /** @type {any[]} */ this.hazards = [];
    /** Official classes of depth, lowest first (docs/live.md). @type {any[]} */ this.depths = [];
    /** Source, date and limits of the classes of depth. @type {any} */ this.depthRules = null;
    /** @type {Map<string, {ja: string, en: string}>} */ this.facilities = new Map();
    this.verified = false;
    this.source = '';
    this.asOf = '';
    this.loaded = false;
  }

  /**
   * Take the answers of `/api/rules/…`; a missing one leaves its part unknown.
   * @param {any} rivers @param {any} warnings @param {any} hazards
   */
  take(rivers, warnings, hazards) {
    for (const entry of rivers?.classes ?? []) this.classes.set(entry.class, entry);
    for (const entry of warnings?.levels ?? []) this.warningLevels.set(Number(entry.level), entry);
    this.hazards = hazards?.hazards ?? this.hazards;
    this.verified = rivers?.verified === true;
    this.source = rivers?.source ?? '';
    this.asOf = rivers?.as_of ?? '';
    this.loaded = this.classes.size > 0;
  }

  /**
   * Take the answers about depths and facilities; a missing one leaves its part unknown.
   * @param {any} depths @param {any} facilities
   */
  takeFloods(depths, facilities) {
    this.depths = depths?.classes ?? this.depths;
    this.depthRules = depths ?? this.depthRules;
    for (const { kind, ja, en } of facilities?.kinds ?? []) this.facilities.set(kind, { ja, en });
  }

  /** The class of a depth, undefined below the lowest. @param {number} depth_m */
  depthClass(depth_m) {
    return this.depths.findLast(({ from_m }) => depth_m >= from_m);
  }

  /** Name of a kind of facility, '' when it is none. @param {string} kind */
  facilityName(kind) {
    return named(this.facilities.get(kind));
  }

  /** @param {string} name @returns {RiverClass} */
  riverClass(name) {
    return this.classes.get(name) ?? {
      class: name, level: null, colour: UNKNOWN_COLOUR, text_colour: '#000000', shape: 'circle', names: {},
    };
  }

  /**
   * Official name of a class or of its threshold.
   * @param {string} name
   * @param {string} [scheme]
   */
  className(name, scheme) {
    const names = this.riverClass(name).names;
    return named(names[scheme ?? ''] ?? names.standard ?? Object.values(names)[0], name);
  }

  /** @param {number} level */
  warningLevel(level) {
    return this.warningLevels.get(level) ?? { level, colour: UNKNOWN_COLOUR, text_colour: '#000000' };
  }

  /** @param {string} hazard */
  hazardName(hazard) {
    return named(this.hazards.find((entry) => entry.hazard === hazard), hazard);
  }
}
