// @ts-check
/** One place in a simulated flood, by pointer, touch or keyboard: how deep, when, how deep at most, or that it is unknown. */

/* global ol */
import { momentText } from './clock.js';
import { byId, element, setAttribute, setText } from './element.js';
import { placeText, sinceText } from './flood-words.js';
import { t } from './language.js';

export class FloodProbe {
  said = element('output', { class: 'flood-place' });
  close = element('button', { type: 'button', class: 'close', 'data-label': 'flood.place-close' }, '✕');
  cross = element('div', { class: 'flood-cross', 'aria-hidden': 'true', hidden: true });

  /** @param {import('./flood.js').Flood} flood @param {any} map the map of OpenLayers */
  constructor(flood, map) {
    this.flood = flood;
    this.map = map;
    /** Under the pointer. @type {number[] | null} */ this.hover = null;
    /** Pressed, and held while time goes on. @type {number[] | null} */ this.pinned = null;
    this.name = '';
    this.keyed = false;
    this.root = byId('flood-place');
    this.root.append(this.said, this.close);
    byId('map-part').append(this.cross);
    this.close.addEventListener('click', () => this.pin(null));
    this.source = new ol.source.Vector();
    this.layer = new ol.layer.Vector({
      source: this.source, zIndex: 60,
      style: new ol.style.Style({
        image: new ol.style.RegularShape({
          points: 4, radius: 11, radius2: 0, stroke: new ol.style.Stroke({ color: '#ffd54a', width: 3 }), fill: new ol.style.Fill({ color: '#10161f' }),
        }),
      }),
    });
    const target = byId('map');
    target.addEventListener('keydown', () => this.#byKey(true));
    target.addEventListener('blur', () => this.#byKey(false));
    target.addEventListener('pointerdown', () => this.#byKey(false));
    target.addEventListener('pointerleave', () => this.over(null));
    map.on('moveend', () => this.render());
  }

  /** Whether a flood is shown at all. */
  get on() {
    return this.flood.value() !== undefined;
  }

  /** @param {number[] | null} coordinate under the pointer [m of EPSG:3857] */
  over(coordinate) {
    this.hover = coordinate;
    if (this.on) this.render();
  }

  /** @param {number[] | null} coordinate @param {string} [name] what stands there */
  pin(coordinate, name = '') {
    this.pinned = coordinate;
    this.name = name;
    this.source.clear(true);
    if (coordinate) this.source.addFeature(new ol.Feature({ geometry: new ol.geom.Point(coordinate) }));
    this.render();
  }

  /** @param {boolean} keyed whether the map is moved by keys: then its middle is read */
  #byKey(keyed) {
    this.keyed = keyed && this.on;
    this.render();
  }

  render() {
    const { flood } = this;
    if (!this.on && this.pinned) this.pin(null);
    const place = !this.on ? null : this.keyed ? this.map.getView().getCenter() : this.hover ?? this.pinned;
    this.cross.hidden = !this.on || !this.keyed;
    this.root.hidden = !this.on;
    this.close.hidden = this.pinned === null;
    if (!this.on) return;
    // Only what is pinned or keyed is read aloud: a moving pointer would never let a screen reader end.
    setAttribute(this.said, 'aria-live', this.keyed || this.hover === null ? 'polite' : 'off');
    setAttribute(this.root, 'data-asked', place === null ? null : 'true');
    setText(this.said, place === null || flood.grid === undefined ? t('flood.place-hint') : [place === this.pinned ? this.name : '', this.text(place)].filter(Boolean).join('　'));
  }

  /** @param {number[]} place [m of EPSG:3857] */
  text([x, y]) {
    const { flood } = this;
    const { shown, grid } = flood;
    const now = flood.desk.now();
    const [peak, arrival] = [flood.whole('peak')?.at(x, y), flood.whole('arrival')?.at(x, y)];
    const depth = shown?.view === 'depth' ? shown.field.at(x, y) : undefined;
    const column = grid ? Math.floor((x - grid.west) / grid.cell_x) : -1;
    const row = grid ? Math.floor((grid.north - y) / grid.cell_y) : -1;
    const inside = Boolean(grid) && column >= 0 && row >= 0 && column < /** @type {any} */ (grid).columns && row < /** @type {any} */ (grid).rows;
    const at = shown?.t_s ?? 0;
    const since = `${momentText(flood.startMs + at * 1000, now)}${t('flood.bracket', { text: sinceText(at) })}`;
    return placeText(flood.desk.rules, { depth, peak, arrival }, { startMs: flood.startMs, nowMs: now, inside, since }) || t('flood.loading');
  }
}
