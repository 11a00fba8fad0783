// @ts-check
/**
 * "Who saw this place": a place and a time in, the cameras that see or saw it out. Asked by a context press on the map,
 * by the key W for its middle, or by the button; asked again by itself while it is open, since "now" goes on.
 */

/* global ol */
import { byId } from './element.js';
import { SeenCard } from './seen-card.js';
import { SeenLayer } from './seen-layer.js';

/** Times to look back [min]. */
export const RANGES_MIN = [10, 60, 360, 1440];
const AGAIN_MS = 10_000;
/** Room around the place [css px]. */
const MARGIN_PX = 30;
/** Part of a narrow map above the card. */
const FREE_PART = 0.36;

/** @typedef {{lon: number, lat: number}} Place */

export class SeenRoom {
  /**
   * @param {import('./desk.js').Desk} desk
   * @param {import('./map-view.js').MapView} map
   * @param {(address: string) => Promise<any>} ask
   */
  constructor(desk, map, ask) {
    this.desk = desk;
    this.map = map;
    this.ask = ask;
    /** @type {Place | null} */ this.place = null;
    this.rangeMin = 60;
    /** What the server answered, null while it was not asked or has not. @type {any} */ this.answer = null;
    /** Why there is no answer. @type {any} */ this.failure = null;
    this.asking = false;
    /** The camera whose best picture is drawn. @type {string | null} */ this.chosen = null;
    /** Of which question an answer still counts. */ this.turn = 0;
    this.askedMs = -Infinity;
    /** Opened since the last drawing. */ this.opened = false;
    this.layer = new SeenLayer(this);
    this.card = new SeenCard(this);
    map.map.addLayer(this.layer.layer);
    this.#listen();
  }

  /** @param {import('./desk.js').Dirt} dirt */
  render(dirt) {
    if (this.place !== null && dirt.things.has('tick') && performance.now() - this.askedMs >= AGAIN_MS) void this.#load();
    this.card.render(dirt);
    this.layer.render(dirt);
    if (this.opened) {
      this.opened = false;
      this.#uncover();
    }
  }

  /** @returns {any} the camera of the answer whose best picture is drawn */
  get shown() {
    return this.answer?.cameras.find((/** @type {any} */ camera) => keyOf(camera) === this.chosen) ?? null;
  }

  /** @param {Place | null} place */
  open(place) {
    this.place = place;
    this.answer = this.failure = this.chosen = null;
    this.turn += 1;
    this.opened = place !== null;
    if (place !== null) {
      document.body.dataset.view = 'map';
      this.desk.touch('view');
      void this.#load();
    }
    this.desk.touch('seen');
  }

  /** Ask for the place in the middle of the map. */
  openMiddle() {
    const { lon, lat } = this.map.view();
    this.open({ lon, lat });
  }

  /** @param {number} minutes */
  look(minutes) {
    this.rangeMin = minutes;
    this.answer = null;
    void this.#load();
    this.desk.touch('seen');
  }

  /** @param {string | null} camera */
  choose(camera) {
    this.chosen = camera;
    this.desk.touch('seen');
  }

  async #load() {
    if (this.place === null) return;
    this.askedMs = performance.now();
    this.asking = true;
    const turn = (this.turn += 1);
    const { lon, lat } = this.place;
    const from = new Date(this.desk.now() - this.rangeMin * 60_000).toISOString();
    let [answer, failure] = [null, null];
    try {
      answer = await this.ask(`/api/seen?lon=${lon.toFixed(6)}&lat=${lat.toFixed(6)}&from=${encodeURIComponent(from)}`);
    } catch (error) {
      failure = error;
    }
    if (turn !== this.turn) return;
    this.asking = false;
    this.failure = failure;
    // What was known stays, and says that it could not be renewed.
    if (answer !== null) this.answer = answer;
    this.desk.touch('seen');
  }

  /** Bring the place out from under the card. */
  #uncover() {
    const { map } = this.map;
    if (this.place === null) return;
    map.updateSize();
    const [width, height] = map.getSize() ?? [0, 0];
    const pixel = map.getPixelFromCoordinate(ol.proj.fromLonLat([this.place.lon, this.place.lat]));
    if (!pixel || width === 0) return;
    // The card grows with its answer: what counts is how far it may reach. As wide as the map, it lies at its foot.
    const right = byId('seen-card').getBoundingClientRect().right - byId('map').getBoundingClientRect().left;
    const beside = width - right > MARGIN_PX * 2;
    if (beside ? pixel[0] > right + MARGIN_PX : pixel[1] < height * FREE_PART - MARGIN_PX) return;
    const free = beside ? [(right + width) / 2, pixel[1]] : [width / 2, height * FREE_PART / 2];
    const view = map.getView();
    const [x, y] = view.getCenter();
    const step = view.getResolution();
    view.setCenter([x + (pixel[0] - free[0]) * step, y - (pixel[1] - free[1]) * step]);
  }

  #listen() {
    const { map } = this.map;
    const root = byId('map');
    map.getViewport().addEventListener('contextmenu', (/** @type {MouseEvent} */ event) => {
      event.preventDefault();
      const [lon, lat] = ol.proj.toLonLat(map.getEventCoordinate(event));
      this.open({ lon, lat });
    });
    root.addEventListener('keydown', (/** @type {KeyboardEvent} */ event) => {
      if (event.key.toLowerCase() !== 'w' || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      this.openMiddle();
      this.card.focus();
    });
    const opener = byId('seen-open');
    opener.addEventListener('click', () => {
      this.openMiddle();
      this.card.focus();
    });
    for (const [on, names] of /** @type {[boolean, string[]][]} */ ([[true, ['focus', 'pointerenter']], [false, ['blur', 'pointerleave']]])) {
      for (const name of names) opener.addEventListener(name, () => { byId('seen-cross').hidden = !on; });
    }
  }
}

/** @param {any} camera of the answer */
export function keyOf(camera) {
  return `${camera.kind}:${camera.id}`;
}
