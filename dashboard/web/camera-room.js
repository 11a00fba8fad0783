// @ts-check
/** The map's side of river cameras: how each stands, which is looked at, and the parts that show it. */

import { CameraLayer } from './camera-layer.js';
import { CameraList } from './camera-list.js';
import { CameraPanel } from './camera-panel.js';
import { byTrouble, cameraStanding } from './camera-standing.js';

/** Who may calibrate (dashboard/api/cameras.py). */
const CALIBRATORS = ['duty_officer', 'administrator'];

/** @typedef {{camera: any, standing: import('./camera-standing.js').CameraStanding}} CameraRow */

export class CameraRoom {
  /**
   * @param {import('./desk.js').Desk} desk
   * @param {import('./map-view.js').MapView} map
   */
  constructor(desk, map) {
    this.desk = desk;
    this.map = map;
    /** @type {string | null} */ this.selected = null;
    /** @type {CameraRow[]} */ this.rows = [];
    this.layer = new CameraLayer(this);
    this.list = new CameraList(this);
    this.panel = new CameraPanel(this);
    map.addCameras(this.layer);
  }

  /** @param {import('./desk.js').Dirt} dirt */
  render(dirt) {
    if (dirt.full || dirt.things.has('tick') || dirt.kinds.has('camera') || dirt.kinds.has('incident')) {
      const now = this.desk.now();
      this.rows = this.desk.picture.all('camera').map((camera) => ({ camera, standing: cameraStanding(camera, now) })).sort(byTrouble);
    }
    for (const part of [this.layer, this.list, this.panel]) part.render(dirt);
  }

  /** @returns {CameraRow | null} */
  get chosen() {
    return this.rows.find(({ camera }) => String(camera.id) === this.selected) ?? null;
  }

  /** Whether this officer may calibrate. */
  get calibrates() {
    return (this.desk.session?.roles ?? []).some((/** @type {string} */ role) => CALIBRATORS.includes(role));
  }

  /** @param {string | null} id */
  select(id) {
    if (this.selected === id) return;
    this.selected = id;
    this.desk.touch('camera-selection');
  }

  /** @param {any} camera */
  show(camera) {
    this.select(null);
    document.body.dataset.view = 'map';
    this.desk.touch('view');
    this.map.centre(camera.lon, camera.lat, 14);
  }

  /** Look at the gauge a camera is compared with. @param {string} id */
  gauge(id) {
    this.select(null);
    this.desk.select(id);
    this.desk.touch('view');
  }
}
