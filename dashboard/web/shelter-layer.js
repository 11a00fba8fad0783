// @ts-check
/** Shelters, depots, trucks and disruptions on the map; the neediest on top, labelled with word and number. */

/* global ol */
import { byId, setAttribute } from './element.js';
import { t } from './language.js';
import { mapPalette } from './palette.js';
import { NEEDS } from './shelter-standing.js';
import { shelterCanvas, shelterLook, signCanvas } from './shelter-mark.js';
import { amountText } from './shelter-words.js';
import { jst } from './clock.js';

/** Above this resolution [m/px] only shelters whom nobody hears, or who run out, are labelled. */
const LABEL_RESOLUTION = 60;
/** Above this resolution [m/px] shelters without a word are dots: a thousand question marks would hide the few that matter. */
const DOT_RESOLUTION = 25;
const DOT_COLOUR = '#87929e';
const FONT = '600 12px "Noto Sans CJK JP","Noto Sans JP","Hiragino Sans","Yu Gothic UI",Meiryo,sans-serif';
const UNDER_WAY = ['loading', 'on-the-way'];
let dotKey = '';
/** @type {any} */ let dotStyle = null;

export class ShelterLayer {
  /** @param {import('./shelter-room.js').ShelterRoom} room */
  constructor(room) {
    this.room = room;
    this.on = true;
    this.source = new ol.source.Vector();
    this.drawn = '';
    this.layer = new ol.layer.Vector({
      source: this.source, zIndex: 32,
      renderOrder: (/** @type {any} */ a, /** @type {any} */ b) => a.get('weight') - b.get('weight'),
      style: (/** @type {any} */ feature, /** @type {number} */ resolution) => this.#sign(feature, resolution),
    });
    this.labelLayer = new ol.layer.Vector({
      source: this.source, declutter: true, zIndex: 36,
      renderOrder: (/** @type {any} */ a, /** @type {any} */ b) => b.get('weight') - a.get('weight'),
      style: (/** @type {any} */ feature, /** @type {number} */ resolution) => this.#label(feature, resolution),
    });
  }

  /** @param {import('./desk.js').Dirt} dirt */
  render(dirt) {
    const points = this.on ? this.#points() : [];
    const key = points.map((point) => `${point.key}|${point.lon}|${point.lat}|${point.label}|${point.look}|${point.weight}|${point.chosen ?? ''}`).join('\n');
    if (key === this.drawn && !['theme', 'language'].some((thing) => dirt.things.has(thing))) return;
    this.drawn = key;
    this.source.clear(true);
    this.source.addFeatures(points.map(({ lon, lat, ...rest }) => {
      const feature = new ol.Feature({ geometry: new ol.geom.Point(ol.proj.fromLonLat([lon, lat])) });
      feature.setId(rest.key);
      feature.setProperties(rest, true);
      return feature;
    }));
    document.getElementById('map')?.setAttribute('data-shelters', String(points.filter(({ kind }) => kind === 'shelter').length));
  }

  /**
   * The shelter whose sign lies at a pixel of the map.
   * @param {any} map @param {number[]} pixel
   * @returns {string | null}
   */
  at(map, pixel) {
    /** @type {string | null} */ let found = null;
    map.forEachFeatureAtPixel(pixel, (/** @type {any} */ feature) => {
      if (found === null && feature.get('kind') === 'shelter') found = String(feature.get('id'));
    }, { layerFilter: (/** @type {any} */ layer) => layer === this.layer, hitTolerance: 4 });
    return found;
  }

  /** Where the shelters of the list are; those without a word when no other is. @returns {any} null while there is none */
  extent() {
    const all = this.source.getFeatures();
    const heard = all.filter((/** @type {any} */ feature) => feature.get('kind') === 'shelter');
    const shown = heard.length > 0 ? heard : all.filter((/** @type {any} */ feature) => feature.get('kind') === 'unheard');
    if (shown.length === 0) return null;
    const extent = ol.extent.createEmpty();
    for (const feature of shown) ol.extent.extend(extent, feature.getGeometry().getExtent());
    return extent;
  }

  /** @returns {any[]} */
  #points() {
    const { desk } = this.room;
    const all = [...this.#shelters(), ...this.#unheard()];
    for (const depot of desk.picture.all('depot')) {
      all.push({ kind: 'depot', id: depot.id, key: `depot/${depot.id}`, lon: depot.lon, lat: depot.lat, weight: 2, label: depot.name, look: '' });
    }
    for (const truck of desk.picture.all('truck')) {
      if (!UNDER_WAY.includes(truck.state) || truck.lon === null) continue;
      const eta = Date.parse(truck.eta_at ?? '');
      const label = Number.isFinite(eta) ? t('supply.truck-eta', { time: jst(eta).minute }) : t('supply.truck-no-eta');
      all.push({ kind: 'truck', id: truck.id, key: `truck/${truck.id}`, lon: truck.lon, lat: truck.lat, weight: 60, label, look: truck.state });
    }
    for (const one of desk.picture.all('disruption')) {
      if (one.lon === null) continue;
      all.push({ kind: 'disruption', id: one.id, key: `disruption/${one.id}`, lon: one.lon, lat: one.lat, weight: 3, label: one.label, look: one.kind });
    }
    return all.filter(({ lon, lat }) => Number.isFinite(lon) && Number.isFinite(lat));
  }

  #shelters() {
    const list = this.room.desk.order === 'shelter' ? this.room.shown : this.room.ordered;
    return list.map(({ shelter, standing }) => {
      const word = t(standing.word);
      const people = shelter.people === null || shelter.people === undefined ? t('shelter.people-unknown') : t('shelter.people', { count: amountText(shelter.people) });
      return {
        kind: 'shelter', id: shelter.id, key: `shelter/${shelter.id}`, lon: shelter.lon, lat: shelter.lat, name: shelter.name,
        weight: 50 - NEEDS.indexOf(standing.need), label: `${word} ${people}`, look: JSON.stringify(shelterLook(standing)),
        chosen: this.room.selected === String(shelter.id),
      };
    });
  }

  /** While shelters are looked at, those without any word stand there too, dashed, with a question mark. */
  #unheard() {
    if (this.room.desk.order !== 'shelter' || this.room.filter.need !== '') return [];
    return (this.room.unheard ?? []).map((refuge) => ({
      kind: 'unheard', id: refuge.id, key: `unheard/${refuge.id}`, lon: refuge.lon, lat: refuge.lat, weight: 0, name: refuge.name,
      label: t('shelter.unheard-label'), look: '{"congestion":"unknown","badge":"","closed":false}',
    }));
  }

  /** @param {any} feature @param {number} resolution */
  #sign(feature, resolution) {
    const kind = feature.get('kind');
    if (kind === 'unheard') setAttribute(byId('map'), 'data-unheard', resolution > DOT_RESOLUTION ? 'dot' : 'sign');
    if (kind === 'unheard' && resolution > DOT_RESOLUTION) return dot();
    const house = kind === 'shelter' || kind === 'unheard';
    const letter = house ? '' : t(kind === 'disruption' ? `disruption.sign-${feature.get('look')}` : `supply.sign-${kind}`);
    const canvas = house ? shelterCanvas(JSON.parse(feature.get('look'))) : signCanvas(kind, letter);
    const sign = new ol.style.Style({
      image: new ol.style.Icon({ img: canvas, scale: kind === 'unheard' || (idle(feature) && resolution > DOT_RESOLUTION) ? 0.3 : 0.5, opacity: kind === 'unheard' ? 0.7 : 1, declutterMode: 'none' }),
    });
    return feature.get('chosen') ? [ring(), sign] : sign;
  }

  /** @param {any} feature @param {number} resolution */
  #label(feature, resolution) {
    const serious = feature.get('weight') >= 50 - NEEDS.indexOf('late');
    if (!serious && resolution > LABEL_RESOLUTION) return undefined;
    if (feature.get('kind') === 'unheard' && resolution > 12) return undefined;
    const palette = mapPalette();
    const name = resolution < 12 && feature.get('name') ? `${feature.get('name')}\n` : '';
    return new ol.style.Style({
      text: new ol.style.Text({
        text: `${name}${feature.get('label')}`, font: FONT, offsetY: name ? 30 : 22,
        fill: new ol.style.Fill({ color: palette.ink }), stroke: new ol.style.Stroke({ color: palette.halo, width: 3.5 }),
      }),
    });
  }
}

/** Whether nothing is expected of a shelter now: it is closed. @param {any} feature */
function idle(feature) {
  return feature.get('weight') === 50 - NEEDS.indexOf('closed');
}

/** A shelter without a word, from afar: drawn, so that it is not forgotten, and no louder than that. */
function dot() {
  const { halo } = mapPalette();
  if (dotKey !== halo) {
    dotKey = halo;
    dotStyle = new ol.style.Style({
      image: new ol.style.Circle({ radius: 2.2, fill: new ol.style.Fill({ color: halo }), stroke: new ol.style.Stroke({ color: DOT_COLOUR, width: 1 }) }),
    });
  }
  return dotStyle;
}

/** Around the shelter that is chosen. */
function ring() {
  return new ol.style.Style({
    image: new ol.style.Circle({ radius: 21, stroke: new ol.style.Stroke({ color: mapPalette().outline, width: 3 }) }),
  });
}
