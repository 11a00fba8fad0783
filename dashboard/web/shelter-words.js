// @ts-check
/** Names of items, fields and their choices, from the server's rules; what they do not name keeps its code. */

import { language, named, t, tOr } from './language.js';
import { ageText } from './wording.js';

export class ShelterWords {
  constructor() {
    this.loaded = false;
    /** @type {Map<string, any>} */ this.items = new Map();
    /** @type {Map<string, any>} */ this.fields = new Map();
    /** @type {Map<string, any>} */ this.counts = new Map();
    /** @type {Map<string, any>} */ this.groups = new Map();
    /** @type {Map<string, any>} */ this.aids = new Map();
    /** @type {Map<string, any>} */ this.aidStates = new Map();
  }

  /** @param {any} rules answer of `/api/rules/shelters` */
  take(rules) {
    this.items = new Map(rules.items.map((/** @type {any} */ entry) => [entry.item, entry]));
    this.fields = new Map(rules.fields.map((/** @type {any} */ entry) => [entry.field, entry]));
    this.counts = new Map(rules.counts.map((/** @type {any} */ entry) => [entry.field, entry]));
    this.groups = new Map(rules.groups.map((/** @type {any} */ entry) => [entry.group, entry]));
    this.aids = new Map(rules.aid.needs.map((/** @type {any} */ entry) => [entry.need, entry]));
    this.aidStates = new Map(rules.aid.states.map((/** @type {any} */ entry) => [entry.state, entry]));
    this.loaded = true;
  }

  /** @param {string} item */
  item(item) {
    return named(this.items.get(item), item);
  }

  /** @param {string} item @param {string} [otherwise] */
  unit(item, otherwise = '') {
    const entry = this.items.get(item);
    return (language() === 'en' ? entry?.unit_en ?? entry?.unit : entry?.unit) ?? otherwise;
  }

  /** @param {string} name of a field or count */
  field(name) {
    return named(this.fields.get(name) ?? this.counts.get(name), name);
  }

  /** What is called for. @param {string | null} need */
  aid(need) {
    return named(this.aids.get(need ?? ''), need ?? t('shelter.unknown'));
  }

  /** @param {string | null} state of a call */
  aidState(state) {
    return named(this.aidStates.get(state ?? ''), state ?? t('shelter.unknown'));
  }

  /** What a photo is about: a group of fields, or a field. @param {string} name */
  about(name) {
    return this.groups.has(name) ? named(this.groups.get(name)) : this.field(name);
  }

  /** What was said of a field. @param {string} name @param {any} value */
  value(name, value) {
    if (value === null || value === undefined) return t('shelter.unknown');
    if (value === true || value === false) return t(value ? 'shelter.yes' : 'shelter.no');
    const choice = this.fields.get(name)?.choices?.find((/** @type {any} */ one) => one.value === value);
    return choice ? named(choice) : tOr(`shelter.${name}-${value}`, amountText(value));
  }
}

/** @param {any} value @returns {string} a number with separators, at most one decimal; other things as they are */
export function amountText(value) {
  if (value === null || value === undefined) return t('shelter.unknown');
  if (typeof value !== 'number') return String(value);
  return (Math.round(value * 10) / 10).toLocaleString('en-US').replace('-', '−');
}

/** @param {number} days @returns {string} days of cover; what is less than a tenth is not rounded to nothing */
export function daysText(days) {
  if (!Number.isFinite(days)) return t('shelter.days-unknown');
  if (days <= 0) return t('shelter.days-none');
  return days < 0.1 ? t('shelter.days-least') : t('shelter.days', { value: (Math.floor(days * 10) / 10).toFixed(1) });
}

/** Power in one phrase, with hours left where they are known. @param {any} shelter @param {number} fuelMs */
export function powerText(shelter, fuelMs) {
  const power = t(`shelter.power-${shelter.power ?? 'unknown'}`);
  if (shelter.power === 'mains' || shelter.power === 'none') return power;
  if (Number.isNaN(fuelMs)) return shelter.power ? t('shelter.power-fuel', { power, fuel: t('shelter.fuel-unknown') }) : power;
  return t('shelter.power-fuel', { power, fuel: fuelMs <= 0 ? t('shelter.fuel-out') : t('shelter.fuel-left', { age: hoursText(fuelMs) }) });
}

/** @param {number} ms a span of time ahead, rounded down */
export function hoursText(ms) {
  return ageText(Math.max(ms, 0));
}
