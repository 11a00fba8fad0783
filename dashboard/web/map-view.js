// @ts-check
/** The map itself: layers, view, buttons, keyboard, what a press selects. */

/* global ol */
import { AreaLayer } from './area-layer.js';
import { byId, setAttribute, setText } from './element.js';
import { ForecastLayer } from './forecast-layer.js';
import { GaugeLayer } from './gauge-layer.js';
import { t } from './language.js';
import { RefugeLayer } from './refuge-layer.js';

/** Japan, until the gauges tell where they are. */
const JAPAN = { zoom: 5, lat: 36, lon: 137 };
const PAN_PART = 0.3;
const MOVE_MS = 200;

export class MapView {
  /**
   * @param {import('./desk.js').Desk} desk
   * @param {{zoom: number, lat: number, lon: number} | null} view from the address
   */
  constructor(desk, view) {
    this.desk = desk;
    this.gauges = new GaugeLayer(desk);
    this.forecasts = new ForecastLayer(desk);
    this.areas = new AreaLayer(desk);
    this.refuges = new RefugeLayer();
    /** Whether somebody chose this view; if not, the first gauges do. */
    this.chosen = view !== null;
    /** Whether nobody has moved the map since it was fitted by itself. */
    this.untouched = view === null;
    /** @type {() => void} */ this.onMoved = () => {};
    /** @type {(refuge: any) => void} */ this.onRefuge = () => {};
    /** @type {(shelter: string) => void} */ this.onShelter = () => {};
    /** @type {import('./shelter-layer.js').ShelterLayer | null} */ this.shelters = null;
    /** @type {import('./order-layer.js').OrderLayer | null} */ this.orders = null;
    /** @type {import('./camera-layer.js').CameraLayer | null} */ this.cameras = null;
    /** @type {import('./footprint-layer.js').FootprintLayer | null} */ this.footprints = null;
    /** @type {(camera: string) => void} */ this.onCamera = () => {};
    /** @type {import('./photo-layer.js').PhotoLayer | null} */ this.photos = null;
    /** @type {(photo: string) => void} */ this.onPhoto = () => {};
    /** @type {import('./air-room.js').AirRoom | null} */ this.air = null;
    /** @type {import('./mission-layer.js').MissionLayer | null} */ this.missions = null;
    /** A mission or a landing site was pressed. @type {(kind: string, id: string) => void} */ this.onMission = () => {};
    /** What of a simulated flood lies on the map. @type {any} */ this.flooding = null;
    const from = view ?? JAPAN;
    this.map = new ol.Map({
      target: 'map',
      layers: [this.areas.layer, this.areas.labelLayer, this.refuges.layer, this.gauges.layer, this.forecasts.layer, this.gauges.labelLayer, this.gauges.ringLayer],
      controls: [new ol.control.ScaleLine({ minWidth: 60 })],
      interactions: ol.interaction.defaults.defaults({ altShiftDragRotate: false, pinchRotate: false }),
      view: new ol.View({
        center: ol.proj.fromLonLat([from.lon, from.lat]), zoom: from.zoom, minZoom: 4, maxZoom: 19, enableRotation: false,
      }),
    });
    this.#listen();
  }

  /** @param {import('./flood-map.js').FloodMap} flooding */
  addFlood(flooding) {
    this.flooding = flooding;
  }

  /** @param {import('./shelter-layer.js').ShelterLayer} shelters */
  addShelters(shelters) {
    this.shelters = shelters;
    this.map.addLayer(shelters.layer);
    this.map.addLayer(shelters.labelLayer);
  }

  /** @param {import('./order-layer.js').OrderLayer} orders */
  addOrders(orders) {
    this.orders = orders;
    for (const layer of [orders.layer, orders.shapeLayer, orders.labelLayer]) this.map.addLayer(layer);
  }

  /** @param {import('./footprint-layer.js').FootprintLayer} footprints */
  addFootprints(footprints) {
    this.footprints = footprints;
    this.map.addLayer(footprints.layer);
  }

  /** @param {import('./camera-layer.js').CameraLayer} cameras */
  addCameras(cameras) {
    this.cameras = cameras;
    this.map.addLayer(cameras.layer);
  }

  /** @param {import('./photo-layer.js').PhotoLayer} photos */
  addPhotos(photos) {
    this.photos = photos;
    this.map.addLayer(photos.layer);
  }

  /** @param {import('./mission-layer.js').MissionLayer} missions */
  addMissions(missions) {
    this.missions = missions;
    this.map.addLayer(missions.layer);
  }

  /** @param {import('./air-room.js').AirRoom} air */
  addAir(air) {
    this.air = air;
    this.map.addLayer(air.spaces.layer);
    this.map.addLayer(air.layer.layer);
  }

  /** @param {import('./desk.js').Dirt} dirt */
  render(dirt) {
    this.areas.render(dirt);
    this.refuges.render(dirt);
    this.gauges.render(dirt);
    this.forecasts.render(dirt);
    if (dirt.things.has('view')) this.map.updateSize();
    // On a phone the map may be hidden at first; it is fitted when it is first seen.
    if (!this.chosen && this.gauges.features.size > 0 && byId('map').clientWidth > 0) {
      this.chosen = true;
      this.fit(false);
    }
    // Where there is no gauge at all, a simulated flood tells what to look at.
    if (!this.chosen && this.flooding?.ready && byId('map').clientWidth > 0) {
      this.chosen = true;
      this.untouched = true;
      // The banner and the slider, which are drawn after this, hide a part of the map.
      requestAnimationFrame(() => {
        if (this.untouched) this.showFlood(false);
      });
    }
    if (dirt.things.has('selection')) this.#show();
    if (dirt.things.has('air-selection')) this.#bring(this.desk.picture.get('vehicle', this.air?.selected ?? ''));
    setAttribute(byId('map'), 'data-symbols', this.gauges.features.size);
    setAttribute(byId('map'), 'data-forecasts', this.forecasts.source.getFeatures().length);
  }

  /** @returns {{zoom: number, lat: number, lon: number}} */
  view() {
    const view = this.map.getView();
    const [lon, lat] = ol.proj.toLonLat(view.getCenter());
    return { zoom: view.getZoom(), lat, lon };
  }

  /** @returns {number[]} west, south, east, north [degrees] */
  bounds() {
    return ol.proj.transformExtent(this.map.getView().calculateExtent(this.map.getSize()), 'EPSG:3857', 'EPSG:4326');
  }

  /** @param {{zoom: number, lat: number, lon: number}} view */
  go({ zoom, lat, lon }) {
    this.chosen = true;
    this.untouched = false;
    this.map.getView().setCenter(ol.proj.fromLonLat([lon, lat]));
    this.map.getView().setZoom(zoom);
  }

  /** Show the simulated flood that is looked at. @param {boolean} smooth */
  showFlood(smooth) {
    const extent = this.flooding?.extent();
    if (!extent) return;
    this.chosen = true;
    this.map.updateSize();
    const { top, right, bottom } = framed();
    const padding = [top + 12, right + 12, Math.max(bottom, covered().bottom) + 12, 62];
    this.map.getView().fit(extent, { padding, maxZoom: 16, duration: smooth ? duration() : 0 });
  }

  /** Show what the open list is of: every gauge, or the shelters; where there is none the simulated flood. @param {boolean} smooth */
  fit(smooth) {
    const shelters = this.desk.order === 'shelter' ? this.shelters?.extent() : this.desk.order === 'air' ? this.air?.layer.extent() : null;
    const extent = shelters ?? this.gauges.source.getExtent();
    if (!extent || ol.extent.isEmpty(extent)) {
      this.showFlood(smooth);
      return;
    }
    // What was drawn before this frame (a banner, say) may have changed the map's size.
    this.map.updateSize();
    // The signs of shelters are larger than those of gauges, and wear their words below.
    const [top, right, bottom, left] = shelters ? [70, 110, 90, 130] : [40, 60, 50, 70];
    this.map.getView().fit(extent, { padding: [top, right + covered().right, bottom + covered().bottom, left], maxZoom: 13, duration: smooth ? duration() : 0 });
  }

  /** Show a part of the ground. @param {number[]} extent web mercator */
  showExtent(extent) {
    this.chosen = true;
    this.untouched = false;
    const { right, bottom } = covered();
    this.map.getView().fit(extent, { padding: [60, 60 + right, 60 + bottom, 70], maxZoom: 15, duration: duration() });
  }

  /** @param {number} lon @param {number} lat @param {number} zoom least zoom */
  centre(lon, lat, zoom) {
    const view = this.map.getView();
    const to = Math.max(view.getZoom(), zoom);
    const [x, y] = ol.proj.fromLonLat([lon, lat]);
    const half = view.getResolutionForZoom(to) / 2;
    const { right, bottom } = covered();
    view.animate({ center: [x + right * half, y - bottom * half], zoom: to, duration: duration() });
  }

  #listen() {
    this.map.on('singleclick', (/** @type {any} */ event) => this.#pressed(event.pixel, event.coordinate));
    this.map.on('moveend', () => this.onMoved());
    this.map.on('pointerdrag', () => {
      this.chosen = true;
      this.untouched = false;
    });
    this.map.once('rendercomplete', () => setAttribute(byId('map'), 'data-ready', 'true'));
    this.map.on('pointermove', (/** @type {any} */ event) => {
      if (event.dragging) return;
      this.flooding?.over(event.coordinate);
      byId('map').style.cursor = this.air?.layer.at(event.pixel) ?? this.#gaugeAt(event.pixel) ?? this.cameras?.at(this.map, event.pixel) ?? this.photos?.at(this.map, event.pixel) ?? this.missions?.at(this.map, event.pixel) ?? this.shelters?.at(this.map, event.pixel) ? 'pointer' : '';
    });
    byId('zoom-in').addEventListener('click', () => this.#zoom(1));
    byId('zoom-out').addEventListener('click', () => this.#zoom(-1));
    byId('map-fit').addEventListener('click', () => this.fit(true));
    for (const button of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('[data-pan]'))) {
      const [x, y] = (button.dataset.pan ?? '0,0').split(',').map(Number);
      button.addEventListener('click', () => this.#pan(x, y));
    }
    for (const layer of [this.areas.layer]) {
      layer.getSource().on('tileloaderror', () => this.#notice(true));
      layer.getSource().on('tileloadend', () => this.#notice(false));
    }
    new ResizeObserver(() => this.map.updateSize()).observe(byId('map'));
  }

  /** @param {boolean} failed */
  #notice(failed) {
    const notice = byId('map-notice');
    notice.hidden = !failed;
    setText(notice, failed ? t('map.tiles-failed') : '');
  }

  /** @param {number[]} pixel @param {number[]} coordinate */
  #pressed(pixel, coordinate) {
    if (this.flooding?.draw.press(coordinate)) return;
    // What flies lies above all else, and it moves out of the way.
    const vehicle = this.air?.layer.at(pixel) ?? null;
    if (vehicle !== null) {
      this.air?.select(vehicle);
      return;
    }
    const gauge = this.#gaugeAt(pixel);
    if (gauge !== null) {
      this.desk.select(gauge);
      return;
    }
    const camera = this.cameras?.at(this.map, pixel) ?? null;
    if (camera !== null) {
      this.onCamera(camera);
      return;
    }
    const mission = this.missions?.at(this.map, pixel) ?? null;
    if (mission !== null) {
      this.onMission(...mission);
      return;
    }
    const photo = this.photos?.at(this.map, pixel) ?? null;
    if (photo !== null) {
      this.onPhoto(photo);
      return;
    }
    const shelter = this.shelters?.at(this.map, pixel) ?? null;
    if (shelter !== null) {
      this.onShelter(shelter);
      return;
    }
    const refuge = this.refuges.at(this.map, pixel) ?? this.flooding?.facilityAt(pixel) ?? null;
    this.onRefuge(refuge);
    if (refuge === null) this.flooding?.press(coordinate, pixel);
  }

  /** @param {number[]} pixel @returns {string | null} */
  #gaugeAt(pixel) {
    return this.gauges.at(this.map, pixel) ?? this.forecasts.at(this.map, pixel);
  }

  /** Bring the selected gauge into the map, only if it is outside: a view that jumps loses the officer. */
  #show() {
    this.#bring(this.desk.selected === null ? undefined : this.desk.gauge(this.desk.selected));
  }

  /** @param {{lon: number, lat: number} | undefined} place */
  #bring(place) {
    if (!place || !Number.isFinite(place.lon)) return;
    const pixel = this.map.getPixelFromCoordinate(ol.proj.fromLonLat([place.lon, place.lat]));
    const [width, height] = this.map.getSize() ?? [0, 0];
    const { right, bottom } = covered();
    const inside = pixel && pixel[0] > 0 && pixel[0] < width - right && pixel[1] > 0 && pixel[1] < height - bottom;
    if (!inside) this.centre(place.lon, place.lat, 0);
  }

  /** @param {number} step */
  #zoom(step) {
    const view = this.map.getView();
    view.animate({ zoom: view.getZoom() + step, duration: duration() });
  }

  /** @param {number} x @param {number} y parts of the map's width and height, east and north positive */
  #pan(x, y) {
    const view = this.map.getView();
    const [width, height] = this.map.getSize();
    const [east, north] = view.getCenter();
    const step = view.getResolution() * PAN_PART;
    view.animate({ center: [east + x * step * width, north + y * step * height], duration: duration() });
  }
}

/** @returns {{right: number, bottom: number}} how much of the map the panel of a gauge, shelter or vehicle hides, as a drawer or a sheet [css px] */
function covered() {
  const shown = ['air-panel', 'shelter-panel'].find((id) => !byId(id).hidden) ?? 'gauge-panel';
  const panel = byId(shown).getBoundingClientRect();
  const map = byId('map').getBoundingClientRect();
  const apart = panel.width === 0 || panel.left >= map.right || panel.top >= map.bottom;
  if (apart) return { right: 0, bottom: 0 };
  const sheet = panel.left <= map.left;
  return sheet ? { right: 0, bottom: map.bottom - Math.max(panel.top, map.top) } : { right: map.right - panel.left, bottom: 0 };
}

/** @returns {{top: number, right: number, bottom: number}} how much of the map the signs of a simulated flood hide at its edges [css px] */
function framed() {
  const map = byId('map').getBoundingClientRect();
  const [banner, foot, legend] = ['flood-banner', 'flood-foot', 'flood-legend'].map((id) => byId(id).getBoundingClientRect());
  const wide = map.width > 700;
  return {
    top: banner.height > 0 ? banner.bottom - map.top : 0,
    right: Math.max(covered().right, wide && legend.width > 0 ? map.right - legend.left : 0),
    bottom: foot.height > 0 ? map.bottom - foot.top : 0,
  };
}

/** @returns {number} [ms] none for those who asked for less motion */
function duration() {
  return window.matchMedia('(prefers-reduced-motion: reduce)').matches ? 0 : MOVE_MS;
}
