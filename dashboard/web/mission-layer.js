// @ts-check
/** Missions and landing sites on the map: a flag with the number, an H whose form says whether one may land. */

/* global ol */
import { isEnded, siteStanding } from './mission-standing.js';
import { language, t } from './language.js';
import { mapPalette } from './palette.js';

const FONT = '700 13px "Noto Sans CJK JP","Noto Sans JP","Hiragino Sans","Yu Gothic UI",Meiryo,sans-serif';
/** Above this resolution [m/px] the names of landing sites would cover the map. */
const NAME_RESOLUTION = 40;
/** What a landing site's sign says besides its colour. @type {Record<string, {fill: string, ink: string, sign: string}>} */
const SITES = {
  usable: { fill: '#1B6E3C', ink: '#FFFFFF', sign: 'H' },
  old: { fill: '#FFFFFF', ink: '#1B6E3C', sign: 'H?' },
  unknown: { fill: '#FFFFFF', ink: '#06121C', sign: '?' },
  unusable: { fill: '#06121C', ink: '#FFFFFF', sign: '×' },
};

export class MissionLayer {
  /** @param {import('./mission-room.js').MissionRoom} room */
  constructor(room) {
    this.room = room;
    this.on = true;
    this.drawn = '';
    this.source = new ol.source.Vector();
    this.format = new ol.format.GeoJSON();
    this.layer = new ol.layer.Vector({ source: this.source, zIndex: 30, style: (/** @type {any} */ feature, /** @type {number} */ resolution) => this.#style(feature, resolution) });
  }

  /** @param {import('./desk.js').Dirt} dirt */
  render(dirt) {
    const touched = dirt.full || ['mission', 'landing_site', 'incident'].some((kind) => dirt.kinds.has(kind)) || ['tick', 'theme', 'language', 'layers-shown', 'air'].some((thing) => dirt.things.has(thing));
    if (!touched) return;
    const { desk, rules } = this.room;
    const now = desk.now();
    const missions = this.on ? desk.picture.all('mission').filter((one) => !isEnded(one)) : [];
    const sites = this.on ? desk.picture.all('landing_site').map((site) => ({ site, standing: siteStanding(site, now, rules?.word_old_after_s ?? 0) })) : [];
    const key = JSON.stringify([language(), missions.map((one) => [one.id, one.number, one.vehicle, one.urgency, one.geometry]), sites.map(({ site, standing }) => [site.id, site.name, site.lon, site.lat, standing])]);
    if (key === this.drawn && !dirt.things.has('theme')) return;
    this.drawn = key;
    this.source.clear(true);
    for (const { site, standing } of sites) this.#add(new ol.geom.Point(ol.proj.fromLonLat([site.lon, site.lat])), { mission: 'site', id: String(site.id), standing, label: site.name });
    for (const one of missions) {
      const label = `${t('mission.number', { number: one.number })}${one.vehicle === null ? ` ${t('mission.nobody')}` : ''}`;
      const more = { mission: 'mission', id: String(one.id), label, urgent: one.urgency === 1, waits: one.vehicle === null };
      if (one.geometry.type !== 'Point') this.#add(this.format.readGeometry(one.geometry, { dataProjection: 'EPSG:4326', featureProjection: 'EPSG:3857' }), { ...more, area: true });
      this.#add(new ol.geom.Point(ol.proj.fromLonLat([one.lon, one.lat])), more);
    }
    document.getElementById('map')?.setAttribute('data-missions', String(missions.length));
    document.getElementById('map')?.setAttribute('data-landing-sites', String(sites.length));
  }

  /** @param {any} geometry @param {any} properties */
  #add(geometry, properties) {
    const feature = new ol.Feature({ geometry });
    feature.setProperties(properties, true);
    this.source.addFeature(feature);
  }

  /** @param {any} map @param {number[]} pixel @returns {[string, string] | null} `mission` or `site`, and its id */
  at(map, pixel) {
    /** @type {[string, string] | null} */ let found = null;
    map.forEachFeatureAtPixel(pixel, (/** @type {any} */ feature) => {
      if (!feature.get('area')) found ??= [feature.get('mission'), feature.get('id')];
    }, { layerFilter: (/** @type {any} */ layer) => layer === this.layer, hitTolerance: 4 });
    return found;
  }

  /** @param {any} feature @param {number} resolution */
  #style(feature, resolution) {
    const palette = mapPalette();
    const words = (/** @type {string} */ text, /** @type {number} */ offsetY) => new ol.style.Text({ text, font: FONT, offsetY, fill: new ol.style.Fill({ color: palette.ink }), stroke: new ol.style.Stroke({ color: palette.halo, width: 4 }) });
    if (feature.get('mission') === 'site') {
      const { fill, ink, sign } = SITES[feature.get('standing')];
      const square = new ol.style.Style({
        image: new ol.style.RegularShape({ points: 4, radius: 13, angle: Math.PI / 4, fill: new ol.style.Fill({ color: fill }), stroke: new ol.style.Stroke({ color: ink === '#FFFFFF' ? '#FFFFFF' : ink, width: 2 }) }),
        text: new ol.style.Text({ text: sign, font: FONT, fill: new ol.style.Fill({ color: ink }) }),
      });
      return resolution > NAME_RESOLUTION ? [square] : [square, new ol.style.Style({ text: words(feature.get('label'), 20) })];
    }
    const dash = feature.get('waits') ? [6, 5] : [];
    if (feature.get('area')) return [new ol.style.Style({ stroke: new ol.style.Stroke({ color: palette.halo, width: 5 }) }), new ol.style.Style({ stroke: new ol.style.Stroke({ color: palette.ink, width: 2.5, lineDash: dash }) })];
    return [new ol.style.Style({
      image: new ol.style.RegularShape({ points: 4, radius: 11, radius2: feature.get('urgent') ? 5 : 11, fill: new ol.style.Fill({ color: feature.get('waits') ? '#FFD54A' : '#C9D6E2' }), stroke: new ol.style.Stroke({ color: '#06121C', width: 2.5 }) }),
      text: words(feature.get('label'), -20),
    })];
  }
}
