// @ts-check
/** River cameras on the map: a sign with the level it reads, or a question mark. */

/* global ol */
import { TROUBLES } from './camera-standing.js';
import { CameraThumbnails } from './camera-thumbnail.js';
import { agesText } from './camera-words.js';
import { mapPalette } from './palette.js';
import { metres } from './wording.js';

const LABEL_RESOLUTION = 60;
/** From here on [m/px] a camera's newest picture lies beside its sign. */
const PICTURE_RESOLUTION = 16;
const FONT = '600 12px "Noto Sans CJK JP","Noto Sans JP","Hiragino Sans","Yu Gothic UI",Meiryo,sans-serif';
const COLOURS = { disagrees: '#FF6B5E', blind: '#F2B84B', old: '#F2B84B', suspect: '#F2B84B', none: '#9AA5B1', unread: '#9AA5B1', good: '#6FD3FF' };

export class CameraLayer {
  /** @param {import('./camera-room.js').CameraRoom} room */
  constructor(room) {
    this.room = room;
    this.on = true;
    this.drawn = '';
    this.source = new ol.source.Vector();
    /** @type {Map<string, HTMLCanvasElement>} */ this.signs = new Map();
    /** Pictures as drawn, by what they show. @type {Map<string, HTMLCanvasElement>} */ this.pictures = new Map();
    this.thumbnails = new CameraThumbnails(() => this.layer.changed());
    this.layer = new ol.layer.Vector({
      source: this.source, zIndex: 33,
      renderOrder: (/** @type {any} */ a, /** @type {any} */ b) => a.get('weight') - b.get('weight'),
      style: (/** @type {any} */ feature, /** @type {number} */ resolution) => this.#style(feature, resolution),
    });
  }

  /** @param {import('./desk.js').Dirt} dirt */
  render(dirt) {
    const rows = this.on ? this.room.rows.filter(({ camera }) => Number.isFinite(camera.lon) && Number.isFinite(camera.lat)) : [];
    const looks = rows.map(({ camera, standing }) => ({
      id: String(camera.id), at: [camera.lon, camera.lat], trouble: standing.trouble, weight: TROUBLES.length - TROUBLES.indexOf(standing.trouble),
      label: standing.levelHolds ? `${camera.name} ${metres(camera.level_m)}` : `${camera.name} ？`, shot: shotOf(camera, standing),
    }));
    const key = JSON.stringify(looks);
    if (key === this.drawn && !dirt.things.has('theme')) return;
    this.drawn = key;
    if (dirt.things.has('theme')) this.signs.clear();
    this.pictures.clear();
    this.source.clear(true);
    this.source.addFeatures(looks.map(({ at, ...rest }) => {
      const feature = new ol.Feature({ geometry: new ol.geom.Point(ol.proj.fromLonLat(at)) });
      feature.setProperties({ ...rest, camera: rest.id }, true);
      return feature;
    }));
    document.getElementById('map')?.setAttribute('data-cameras', String(looks.length));
  }

  /** @param {any} map @param {number[]} pixel @returns {string | null} */
  at(map, pixel) {
    /** @type {string | null} */ let found = null;
    map.forEachFeatureAtPixel(pixel, (/** @type {any} */ feature) => {
      found ??= String(feature.get('camera'));
    }, { layerFilter: (/** @type {any} */ layer) => layer === this.layer, hitTolerance: 4 });
    return found;
  }

  /** @param {any} feature @param {number} resolution */
  #style(feature, resolution) {
    const palette = mapPalette();
    const serious = feature.get('trouble') === 'disagrees';
    const picture = resolution > PICTURE_RESOLUTION ? null : this.#picture(feature.get('shot'));
    const sign = new ol.style.Style({
      image: new ol.style.Icon({ img: this.#sign(feature.get('trouble')), scale: 0.5, declutterMode: 'none' }),
      text: resolution > LABEL_RESOLUTION && !serious ? undefined : new ol.style.Text({
        text: feature.get('label'), font: FONT, offsetY: 22,
        fill: new ol.style.Fill({ color: palette.ink }), stroke: new ol.style.Stroke({ color: palette.halo, width: 3.5 }),
      }),
    });
    if (picture === null) return sign;
    return [sign, new ol.style.Style({ image: new ol.style.Icon({ img: picture, scale: 0.5, anchor: [0.5, 1], displacement: [0, 20], declutterMode: 'none' }) })];
  }

  /** @param {import('./camera-thumbnail.js').Shot | null} shot */
  #picture(shot) {
    if (shot === null) return null;
    const key = JSON.stringify(shot);
    const known = this.pictures.get(key) ?? this.thumbnails.canvas(shot);
    if (known) this.pictures.set(key, known);
    document.getElementById('map')?.setAttribute('data-camera-pictures', String(this.pictures.size));
    return known;
  }

  /** @param {import('./camera-standing.js').Trouble} trouble */
  #sign(trouble) {
    const known = this.signs.get(trouble);
    if (known) return known;
    const made = cameraSign(trouble);
    this.signs.set(trouble, made);
    return made;
  }
}

/** What is shown of its newest picture; null without one. @param {any} camera @param {import('./camera-standing.js').CameraStanding} standing @returns {import('./camera-thumbnail.js').Shot | null} */
function shotOf(camera, standing) {
  const { frame } = camera;
  if (frame === null) return null;
  return {
    address: frame.thumbnail, width_px: frame.width_px, height_px: frame.height_px, waterline: frame.waterline,
    words: agesText(camera, standing), warned: standing.old || camera.health !== 'ok',
  };
}

/** A camera seen from the side, with a mark for what is wrong. @param {import('./camera-standing.js').Trouble} trouble */
export function cameraSign(trouble) {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = 64;
  const pen = canvas.getContext('2d');
  if (pen === null) return canvas;
  const colour = COLOURS[trouble];
  pen.lineWidth = 4;
  pen.strokeStyle = '#06121C';
  pen.fillStyle = colour;
  for (const path of [new Path2D('M6 18h34v28H6z'), new Path2D('M42 28l16-10v28l-16-10z')]) {
    pen.fill(path);
    pen.stroke(path);
  }
  const mark = { disagrees: '≠', blind: '!', old: '!', suspect: '?', none: '?', unread: '?', good: '' }[trouble];
  pen.fillStyle = '#06121C';
  pen.font = '900 26px sans-serif';
  pen.textAlign = 'center';
  pen.fillText(mark, 23, 41);
  return canvas;
}
