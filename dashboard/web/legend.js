// @ts-check
/** The two boxes on the map: what its signs mean, and which layers it shows. */

import { airSign } from './air-mark.js';
import { cameraSign } from './camera-layer.js';
import { byId, element } from './element.js';
import { footprintSign } from './footprint-layer.js';
import { markElement } from './forecast-mark.js';
import { chanceText } from './forecast-words.js';
import { t } from './language.js';
import { mapPalette } from './palette.js';
import { kindName, signElement } from './place-sign.js';
import { refugeCanvas } from './refuge-layer.js';
import { shelterSign } from './shelter-mark.js';
import { CLASSES } from './standing.js';
import { gaugeLook, symbolElement } from './symbols.js';

export class Legend {
  /** @param {import('./desk.js').Desk} desk @param {import('./map-view.js').MapView} map */
  constructor(desk, map) {
    this.desk = desk;
    this.map = map;
    this.drawn = '';
  }

  /** @param {import('./desk.js').Dirt} dirt */
  render(dirt) {
    const again = ['language', 'theme', 'rules'].some((thing) => dirt.things.has(thing));
    const classes = this.#classes();
    const key = `${classes.join()}|${this.#unheard()}`;
    if (!again && this.drawn === key) return;
    this.drawn = key;
    byId('map-legend-body').replaceChildren(...this.#legend(classes));
    byId('map-layers-body').replaceChildren(...this.#layers());
  }

  /** What is said of designated shelters of which nothing was heard. */
  #unheard() {
    const found = this.desk.order === 'shelter' ? this.map.shelters?.room.unheard ?? null : null;
    return found === null ? t('shelter.legend-unheard-off') : t('shelter.legend-unheard', { count: found.length });
  }

  /** Classes that occur here, highest first. */
  #classes() {
    const known = new Set(this.desk.ordered.flatMap(({ gauge }) => Object.keys(gauge.thresholds ?? {})));
    return CLASSES.filter((name) => known.has(name) || name === 'below').reverse();
  }

  /** @param {string[]} classes */
  #legend(classes) {
    const { rules } = this.desk;
    const scheme = this.desk.ordered[0]?.gauge.scheme;
    const rows = classes.map((name) => {
      const level = rules.riverClass(name).level;
      const text = [t(`class.${name}`), rules.className(name, scheme), level ? t('legend.level', { level }) : '']
        .filter((part, i, all) => part && all.indexOf(part) === i);
      return this.#row(this.#look(name, {}), text.join('　'));
    });
    return [
      element('h3', {}, t('legend.gauges')),
      element('ul', {}, ...rows,
        this.#row(this.#look('caution', {}, 'rising'), `${t('legend.rising')}／${t('legend.steady')}▬／${t('legend.falling')}▼`),
        this.#row(this.#look('caution', { silence: 'abnormal' }), t('legend.silent')),
        this.#row(this.#look('below', { silence: 'daily' }), t('legend.daily')),
        this.#row(this.#look('caution', { suspect: true }), t('legend.suspect')),
        this.#row(this.#look('danger', { doubted: true }), t('legend.doubted')),
        this.#row(this.#look('unknown', {}), t('legend.unknown'))),
      element('h3', {}, t('legend.forecast')),
      element('ul', {}, element('li', {},
        element('span', { class: 'legend-sign' }, markElement(t('forecast.mark', { chance: chanceText(0.4) }), mapPalette())),
        element('span', {}, t('legend.forecast-mark')))),
      element('h3', {}, t('shelter.legend')),
      element('ul', {}, ...['free', 'some', 'crowded', 'full', 'unknown'].map((congestion) => this.#shelterRow({ congestion, badge: '', closed: false }, t(`shelter.congestion-${congestion}`))),
        ...['aid', 'isolated', 'lost', 'late', 'cover', 'full', 'power'].map((badge) => this.#shelterRow({ congestion: 'some', badge, closed: false }, t(`shelter.need-${badge}`))),
        element('li', { id: 'legend-unheard' }, element('span', { class: 'legend-sign' }, element('span', { class: 'unheard-dot' })), element('span', {}, this.#unheard()))),
      element('h3', {}, t('camera.layer')),
      element('ul', {}, ...['good', 'disagrees', 'old', 'unread'].map((trouble) => element('li', {},
        element('span', { class: 'legend-sign' }, cameraLegend(/** @type {any} */ (trouble))), element('span', {}, t(`camera.legend-${trouble}`))))),
      element('h3', {}, t('air.legend')),
      element('ul', {}, ...['helicopter', 'aeroplane', 'drone', 'ground', 'unknown'].map((kind) => airRow(kind, 'live', t(`air.kind-${kind}`))),
        ...['live', 'stale', 'lost'].map((state) => airRow('helicopter', state, t(`air.legend-${state}`))),
        ...['emergency', 'circle', 'near'].map((name) => element('li', {}, element('span', { class: 'legend-sign', 'aria-hidden': 'true' }, { emergency: '◎!', circle: '◌', near: '┈' }[name]), element('span', {}, t(`air.legend-${name}`))))),
      element('h3', {}, t('footprint.layer')),
      element('ul', {}, ...['now', 'old'].map((age) => element('li', {},
        element('span', { class: 'legend-sign' }, footprintSign(age === 'old')), element('span', {}, t(`footprint.legend-${age}`)))),
      element('li', {}, t('footprint.legend-open'))),
      element('h3', {}, t('legend.official')),
      element('ul', {}, ...[5, 4, 3, 2].map((level) => this.#officialRow(level))),
      rules.loaded && !rules.verified
        ? element('p', { class: 'legend-note' }, t('legend.unverified', { as_of: rules.asOf })) : '',
    ].filter(Boolean);
  }

  /** @param {string} name @param {any} trouble @param {string} [trend] */
  #look(name, trouble, trend = '') {
    const standing = {
      rank: CLASSES.indexOf(name), silence: 'none', doubted: false, suspect: false, failed: false, ...trouble,
    };
    return gaugeLook({ class: name, trend }, standing, this.desk.rules, mapPalette());
  }

  /** @param {import('./symbols.js').Look} look @param {string} text */
  #row(look, text) {
    return element('li', {}, element('span', { class: 'legend-sign' }, symbolElement(look)), element('span', {}, text));
  }

  /** @param {import('./shelter-mark.js').ShelterLook} look @param {string} text */
  #shelterRow(look, text) {
    return element('li', {}, element('span', { class: 'legend-sign' }, shelterSign(look)), element('span', {}, text));
  }

  /** @param {number} level */
  #officialRow(level) {
    const rule = this.desk.rules.warningLevel(level);
    const swatch = element('span', { class: `hatch hatch-${level}` }, String(level));
    swatch.style.setProperty('--level-colour', rule.colour);
    return element('li', {}, element('span', { class: 'legend-sign' }, swatch), element('span', {}, t('warnings.level', { level })));
  }

  #layers() {
    const { areas, forecasts, refuges } = this.map;
    const { places } = this.map.flooding;
    const hazard = /** @type {HTMLSelectElement} */ (element('select', {
      onchange: () => this.#set(() => { refuges.hazard = hazard.value; }), 'aria-label': t('map.hazard'),
    },
    element('option', { value: '' }, t('map.all-hazards')),
    ...this.desk.rules.hazards.map(({ hazard: code }) => element('option', { value: code }, this.desk.rules.hazardName(code)))));
    hazard.value = refuges.hazard;
    return [
      this.#check('map.layer-warnings', areas.warningsOn, (on) => { areas.warningsOn = on; }),
      this.#check('map.layer-names', areas.namesOn, (on) => { areas.namesOn = on; }),
      this.#check('forecast.layer', forecasts.on, (on) => { forecasts.on = on; }),
      this.#check('shelter.layer', this.map.shelters?.on ?? true, (on) => {
        if (this.map.shelters) this.map.shelters.on = on;
      }),
      this.#check('order.layer', this.map.orders?.on ?? true, (on) => {
        if (this.map.orders) this.map.orders.on = on;
      }),
      this.#check('footprint.layer', this.map.footprints?.on ?? true, (on) => {
        if (this.map.footprints) this.map.footprints.on = on;
        this.desk.touch('footprints');
      }),
      this.#check('camera.layer', this.map.cameras?.on ?? true, (on) => {
        if (this.map.cameras) this.map.cameras.on = on;
      }),
      this.#check('photo.layer', this.map.photos?.on ?? true, (on) => {
        if (this.map.photos) this.map.photos.on = on;
      }),
      this.#check('mission.layer', this.map.missions?.on ?? true, (on) => {
        if (this.map.missions) this.map.missions.on = on;
      }),
      this.#check('air.layer', this.map.air?.layer.on ?? true, (on) => {
        if (this.map.air) this.map.air.layer.on = on;
      }),
      this.#check('air.layer-spaces', this.map.air?.spaces.on ?? true, (on) => {
        if (this.map.air) this.map.air.spaces.on = on;
      }),
      this.#check('map.layer-sites', refuges.kinds.site, (on) => { refuges.kinds.site = on; }, 'site'),
      this.#check('map.layer-shelters', refuges.kinds.shelter, (on) => { refuges.kinds.shelter = on; }, 'shelter'),
      element('label', { class: 'layer-select' }, element('span', {}, t('map.hazard')), hazard),
      this.#check('flood.layer-facilities', places.facilitiesOn, (on) => { places.facilitiesOn = on; }),
      element('ul', { class: 'layer-signs' }, ...[...this.desk.rules.facilities.keys()].map((kind) => element('li', {}, signElement(kind, 'plain'), kindName(this.desk.rules, kind)))),
      element('p', { class: 'legend-note' }, t('map.refuge-zoom')),
    ];
  }

  /** @param {string} key @param {boolean} on @param {(on: boolean) => void} set @param {string} [sign] */
  #check(key, on, set, sign) {
    const box = /** @type {HTMLInputElement} */ (element('input', { type: 'checkbox', checked: on, 'data-layer-switch': key }));
    box.addEventListener('change', () => this.#set(() => set(box.checked)));
    return element('label', { class: 'check' }, box, sign ? refugeSign(sign) : null, element('span', {}, t(key)));
  }

  /** @param {() => void} change */
  #set(change) {
    change();
    this.desk.touch('layers-shown');
  }
}

/** @param {string} kind @param {string} state @param {string} text */
function airRow(kind, state, text) {
  const canvas = /** @type {HTMLCanvasElement} */ (element('canvas', { class: 'camera-sign', 'aria-hidden': 'true' }));
  const sign = airSign({ kind, state: /** @type {any} */ (state), headed: state !== 'lost' });
  canvas.width = sign.width;
  canvas.height = sign.height;
  canvas.getContext('2d')?.drawImage(sign, 0, 0);
  return element('li', {}, element('span', { class: 'legend-sign' }, canvas), element('span', {}, text));
}

/** @param {import('./camera-standing.js').Trouble} trouble */
function cameraLegend(trouble) {
  const canvas = cameraSign(trouble);
  canvas.className = 'camera-sign';
  canvas.setAttribute('aria-hidden', 'true');
  return canvas;
}

/** @param {string} kind */
export function refugeSign(kind) {
  const canvas = /** @type {HTMLCanvasElement} */ (element('canvas', { class: 'refuge-sign', width: 32, height: 32, 'aria-hidden': 'true' }));
  canvas.getContext('2d')?.drawImage(refugeCanvas(kind), 0, 0);
  return canvas;
}
