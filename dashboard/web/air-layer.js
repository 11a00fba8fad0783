// @ts-check
/**
 * Vehicles on the map, on two canvases of their own above the rest: trails, which change with the data, and signs,
 * which move between it. Redrawing the whole map for each step would cost many times that on a computer without a
 * graphics card; so only the signs are drawn anew, and only as often as they move by half a pixel.
 */

/* global ol */
import { airLabel, LabelRoom } from './air-label.js';
import { airColours, airSign, kindColour, REACH, turns } from './air-mark.js';
import { FARTHEST_GLIDE_M, Mover } from './air-mover.js';
import { nameOf } from './air-standing.js';
import { mapLabel } from './air-words.js';
import { setAttribute, byId } from './element.js';
import { t } from './language.js';
import { mapPalette } from './palette.js';

/** Steps are at least so far apart [ms], and a sign is drawn anew once it has moved so far [css px]. */
const LEAST_STEP_MS = 33;
const MOST_STEP_MS = 1000;
const STEP_PX = 0.5;
/** What only the data changed is drawn at most so often [ms]. */
const DATA_EVERY_MS = 200;
/** Trails on a map that stands still are drawn anew at most so often [ms]. */
const TRAILS_EVERY_MS = 500;
/** Above this resolution [m/px], several prefectures at a glance, there are no trails, and only what is needed is named. */
const FAR_RESOLUTION = 400;
const MOST_LABELS = 160;
/** A circle smaller than this [css px] lies under its sign. */
const LEAST_CIRCLE_PX = 16;
/** How far ahead of its sign a line shows the way it goes [s]. */
const AHEAD_S = 30;
const LONGEST_AHEAD_PX = 70;

/** @typedef {{row: import('./air-standing.js').AirRow, placed: import('./air-mover.js').Placed, x: number, y: number, radius: number}} Seen css px */

export class AirLayer {
  /** @param {import('./air-room.js').AirRoom} room */
  constructor(room) {
    this.room = room;
    this.on = true;
    /** @type {Map<string, Mover>} */ this.movers = new Map();
    /** Where each label stood last. @type {Map<string, number>} */ this.places = new Map();
    /** What is seen now, the most important first. @type {Seen[]} */ this.seen = [];
    this.signs = canvas();
    this.trails = canvas();
    this.element = document.createElement('div');
    this.element.className = 'air-layer';
    Object.assign(this.element.style, { position: 'absolute', inset: '0', pointerEvents: 'none' });
    this.element.append(this.trails, this.signs);
    /** What OpenLayers told last of the map. @type {any} */ this.frame = null;
    this.trailsAtMs = -Infinity;
    this.trailsLate = false;
    this.stepAtMs = -Infinity;
    /** @type {any} */ this.timer = null;
    this.timerAtMs = Infinity;
    this.still = window.matchMedia('(prefers-reduced-motion: reduce)');
    this.layer = new ol.layer.Layer({ zIndex: 45, render: (/** @type {any} */ frame) => this.#map(frame) });
  }

  /** @param {import('./desk.js').Dirt} dirt */
  render(dirt) {
    const ids = dirt.kinds.get('vehicle');
    if (dirt.full || ids) this.#take(dirt.full ? null : /** @type {Set<string>} */ (ids));
    setAttribute(byId('map'), 'data-aircraft', this.on ? this.movers.size : 0);
    this.layer.setVisible(this.on && this.movers.size > 0);
    if (this.frame === null) return;
    this.trailsLate ||= dirt.full || ids !== undefined || ['theme', 'air', 'air-selection'].some((thing) => dirt.things.has(thing));
    const wait = this.stepAtMs + DATA_EVERY_MS - performance.now();
    if (dirt.full || dirt.things.size > 0 || wait <= 0) this.#step();
    else if (ids) this.#again(wait);
  }

  /** Where a vehicle is drawn, web mercator; null while it is not. @param {string} id @returns {[number, number] | null} */
  drawnAt(id) {
    const mover = this.movers.get(id);
    if (!mover) return null;
    const { x, y } = mover.at(this.room.limitsOf(mover.vehicle), this.room.desk.now(), performance.now());
    return [x, y];
  }

  /** Where all are, web mercator; null when there is none. @returns {number[] | null} */
  extent() {
    const extent = ol.extent.createEmpty();
    for (const { x, y } of this.movers.values()) ol.extent.extendCoordinate(extent, [x, y]);
    return ol.extent.isEmpty(extent) ? null : extent;
  }

  /** The vehicle at a pixel, the nearest where several lie. @param {number[]} pixel css px @returns {string | null} */
  at([px, py]) {
    if (!this.on) return null;
    let best = /** @type {string | null} */ (null);
    let nearest = REACH;
    for (const { row, x, y } of this.seen) {
      const away = Math.hypot(x - px, y - py);
      if (away >= nearest) continue;
      nearest = away;
      best = String(row.vehicle.id);
    }
    return best;
  }

  /** @param {Set<string> | null} ids that changed, null = all */
  #take(ids) {
    const { picture } = this.room.desk;
    const now = this.room.desk.now();
    const wall = performance.now();
    const farthest_m = this.still.matches || ids === null ? 0 : FARTHEST_GLIDE_M * this.room.speed();
    for (const id of ids ?? [...this.movers.keys(), ...picture.all('vehicle').map((one) => String(one.id))]) {
      const vehicle = picture.get('vehicle', id);
      const mover = this.movers.get(id);
      if (!vehicle || !Number.isFinite(vehicle.lon) || !Number.isFinite(vehicle.lat)) {
        this.movers.delete(id);
        this.places.delete(id);
      } else if (mover === undefined) this.movers.set(id, new Mover(vehicle));
      else if (mover.vehicle !== vehicle) mover.take(vehicle, this.room.limitsOf(vehicle), now, wall, farthest_m);
    }
  }

  /** The map was moved or is drawn anew. @param {any} frame */
  #map(frame) {
    this.frame = frame;
    this.trailsLate = true;
    this.trailsAtMs = -Infinity;
    this.#step();
    return this.element;
  }

  #step() {
    clearTimeout(this.timer);
    this.timer = null;
    const wall = performance.now();
    this.stepAtMs = wall;
    const room = sized(this.frame, this.signs);
    sized(this.frame, this.trails);
    const seen = this.#find(room, wall);
    if (this.trailsLate && wall - this.trailsAtMs >= TRAILS_EVERY_MS) {
      this.#drawTrails(seen);
      this.trailsAtMs = wall;
      this.trailsLate = false;
    }
    this.#drawSigns(seen);
    this.#wait(seen, wall);
  }

  /** Draw again when something will have moved. @param {Seen[]} seen @param {number} wall */
  #wait(seen, wall) {
    if (document.hidden || !this.on) return;
    let due = this.trailsLate ? this.trailsAtMs + TRAILS_EVERY_MS - wall : Infinity;
    if (!this.still.matches) {
      const speed = this.room.speed();
      let fastest = 0;
      for (const { placed } of seen) {
        fastest = Math.max(fastest, placed.speed_m_s * speed + placed.glide_m_s);
      }
      const px_s = fastest / this.metresPerPx;
      if (px_s > 0) due = Math.min(due, Math.min(Math.max((STEP_PX / px_s) * 1000, LEAST_STEP_MS), MOST_STEP_MS));
    }
    if (due !== Infinity) this.#again(due);
  }

  /** Draw in so long [ms], or sooner if that was agreed on. @param {number} due */
  #again(due) {
    const at = performance.now() + Math.max(due, 0);
    if (this.timer !== null && this.timerAtMs <= at) return;
    clearTimeout(this.timer);
    this.timerAtMs = at;
    this.timer = setTimeout(() => requestAnimationFrame(() => this.#step()), Math.max(due, 0));
  }

  /** @param {{width: number, height: number}} room css px @param {number} wall @returns {Seen[]} */
  #find({ width, height }, wall) {
    const { desk } = this.room;
    const now = desk.now();
    const [a, b, c, d, e, f] = this.frame.coordinateToPixelTransform;
    const resolution = this.frame.viewState.resolution;
    this.metresPerPx = resolution * Math.cos(2 * Math.atan(Math.exp(this.frame.viewState.center[1] / 6_378_137)) - Math.PI / 2);
    const found = [];
    if (this.on) {
      for (const row of this.room.desk.order === 'air' ? this.room.shown : this.room.ordered) {
        const mover = this.movers.get(String(row.vehicle.id));
        if (mover === undefined) continue;
        const placed = mover.at(this.room.limitsOf(row.vehicle), now, wall);
        const x = a * placed.x + c * placed.y + e;
        const y = b * placed.x + d * placed.y + f;
        const radius = (placed.radius_m * mover.stretch) / resolution;
        const reach = Math.max(Number.isFinite(radius) ? radius : 0, 120);
        if (x < -reach || y < -reach || x > width + reach || y > height + reach) continue;
        found.push({ row, placed, x, y, radius });
      }
    }
    found.sort((one, other) => weight(other.row, this.room.selected) - weight(one.row, this.room.selected));
    this.seen = found;
    return found;
  }

  /** @param {Seen[]} seen */
  #drawTrails(seen) {
    const { pen, ratio } = cleared(this.trails, this.frame);
    if (this.frame.viewState.resolution > FAR_RESOLUTION) return;
    const [a, b, c, d, e, f] = this.frame.coordinateToPixelTransform;
    pen.scale(ratio, ratio);
    pen.lineJoin = 'round';
    const colours = airColours();
    const paths = new Map();
    for (const { row } of seen) {
      const { vehicle } = row;
      const mover = this.movers.get(String(vehicle.id));
      if (!mover || mover.trail.length === 0) continue;
      const key = String(vehicle.id) === this.room.selected ? 'selected' : vehicle.kind;
      const path = paths.get(key) ?? new Path2D();
      paths.set(key, path);
      mover.trail.forEach(([x, y], i) => {
        if (i === 0) path.moveTo(a * x + c * y + e, b * x + d * y + f);
        else path.lineTo(a * x + c * y + e, b * x + d * y + f);
      });
      path.lineTo(a * mover.x + c * mover.y + e, b * mover.x + d * mover.y + f);
    }
    for (const [key, path] of paths) {
      const selected = key === 'selected';
      for (const [colour, width, opacity] of /** @type {[string, number, number][]} */ ([[colours.rim, selected ? 6 : 3.5, 0.4], [selected ? colours.focus : kindColour(key), selected ? 3 : 1.5, selected ? 1 : 0.55]])) {
        pen.globalAlpha = opacity;
        pen.strokeStyle = colour;
        pen.lineWidth = width;
        pen.stroke(path);
      }
    }
    pen.globalAlpha = 1;
  }

  /** @param {Seen[]} seen */
  #drawSigns(seen) {
    const { pen, ratio } = cleared(this.signs, this.frame);
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.#pairs(pen);
    for (const one of [...seen].reverse()) this.#below(pen, one);
    for (const one of [...seen].reverse()) this.#sign(pen, one, ratio);
    this.#labels(pen, seen, ratio);
  }

  /** The line between two that come near each other. @param {CanvasRenderingContext2D} pen */
  #pairs(pen) {
    const places = new Map(this.seen.map((one) => [String(one.row.vehicle.id), one]));
    const colours = airColours();
    for (const { vehicles } of this.room.pairs) {
      const [one, other] = vehicles.map((/** @type {any} */ id) => places.get(String(id)));
      if (!one || !other) continue;
      const path = new Path2D();
      path.moveTo(one.x, one.y);
      path.lineTo(other.x, other.y);
      stroke(pen, path, colours.rim, 5, []);
      stroke(pen, path, colours.focus, 2, [2, 5]);
    }
  }

  /** What lies under a sign: where it may be, the way since its last position, the way ahead. @param {CanvasRenderingContext2D} pen @param {Seen} seen */
  #below(pen, { row: { vehicle, standing }, placed, x, y, radius }) {
    const colours = airColours();
    const colour = gone(standing) ? colours.lost : kindColour(vehicle.kind);
    if (radius >= LEAST_CIRCLE_PX) {
      const circle = new Path2D();
      circle.arc(x, y, radius, 0, 2 * Math.PI);
      pen.globalAlpha = 0.1;
      pen.fillStyle = colour;
      pen.fill(circle);
      pen.globalAlpha = 0.9;
      stroke(pen, circle, colour, 1.5, [4, 4]);
      pen.globalAlpha = 1;
    }
    if (placed.held) return;
    if (standing.state !== 'live') {
      const [a, b, c, d, e, f] = this.frame.coordinateToPixelTransform;
      const since = new Path2D();
      since.moveTo(a * placed.lastX + c * placed.lastY + e, b * placed.lastX + d * placed.lastY + f);
      since.lineTo(x, y);
      stroke(pen, since, colour, 1.5, [3, 4]);
    }
    if (!Number.isFinite(vehicle.course_deg) || !(vehicle.ground_speed_m_s > 2) || gone(standing)) return;
    const length = Math.min((vehicle.ground_speed_m_s * AHEAD_S) / this.metresPerPx, LONGEST_AHEAD_PX);
    if (length < REACH) return;
    const [east, north] = [Math.sin((vehicle.course_deg * Math.PI) / 180), Math.cos((vehicle.course_deg * Math.PI) / 180)];
    const ahead = new Path2D();
    ahead.moveTo(x + east * (REACH - 4), y - north * (REACH - 4));
    ahead.lineTo(x + east * length, y - north * length);
    stroke(pen, ahead, colours.rim, 4, []);
    stroke(pen, ahead, colour, 2, []);
  }

  /** @param {CanvasRenderingContext2D} pen @param {Seen} seen @param {number} ratio */
  #sign(pen, { row: { vehicle, standing }, placed, x, y }, ratio) {
    const colours = airColours();
    const selected = String(vehicle.id) === this.room.selected;
    if (standing.alarm) {
      ring(pen, x, y, REACH + 3, colours.rim, 8);
      ring(pen, x, y, REACH + 5, colours.alarm, 3);
      ring(pen, x, y, REACH + 1, colours.alarm, 2);
    }
    if (selected) {
      ring(pen, x, y, REACH + 9, colours.rim, 7);
      ring(pen, x, y, REACH + 9, colours.focus, 3);
    }
    const heading = vehicle.heading_deg ?? vehicle.course_deg;
    const headed = Number.isFinite(heading) && !gone(standing) && !(placed.held && vehicle.on_ground !== true && standing.state !== 'live');
    const look = { kind: vehicle.kind, state: standing.state, headed };
    const angle = headed && turns(vehicle.kind) ? (heading * Math.PI) / 180 : 0;
    pen.setTransform(ratio * Math.cos(angle), ratio * Math.sin(angle), -ratio * Math.sin(angle), ratio * Math.cos(angle), x * ratio, y * ratio);
    pen.drawImage(airSign(look), -REACH, -REACH, 2 * REACH, 2 * REACH);
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    if (!standing.alarm) return;
    pen.fillStyle = colours.alarm;
    pen.beginPath();
    pen.arc(x + REACH, y - REACH, 10, 0, 2 * Math.PI);
    pen.fill();
    pen.fillStyle = '#ffffff';
    pen.font = '900 15px sans-serif';
    pen.textAlign = 'center';
    pen.textBaseline = 'middle';
    pen.fillText('!', x + REACH, y - REACH + 1);
  }

  /** What it is called by, with the mission it has. @param {any} vehicle */
  #nameOf(vehicle) {
    const mission = vehicle.mission_id === null ? undefined : this.room.desk.picture.get('mission', String(vehicle.mission_id));
    return mission ? `${nameOf(vehicle)} ${t('mission.number', { number: mission.number })}` : nameOf(vehicle);
  }

  /** @param {CanvasRenderingContext2D} pen @param {Seen[]} seen @param {number} ratio */
  #labels(pen, seen, ratio) {
    const palette = mapPalette();
    const far = this.frame.viewState.resolution > FAR_RESOLUTION;
    const room = new LabelRoom();
    const now = this.room.desk.now();
    const replayed = this.room.speed() > 1;
    const fresh = this.room.freshMs();
    for (const { x, y } of seen) room.sign(x, y, REACH - 6);
    for (const { row: { vehicle, standing }, placed, x, y } of seen.slice(0, MOST_LABELS)) {
      const id = String(vehicle.id);
      const must = id === this.room.selected || standing.alarm;
      if (far && !must && standing.state !== 'lost') continue;
      const label = airLabel(mapLabel(this.#nameOf(vehicle), vehicle, standing, placed.held && !replayed, now, fresh), palette.ink, palette.halo, ratio);
      const at = room.place(x, y, REACH + (must ? 10 : 0), label, this.places.get(id) ?? 0, must);
      if (at === null) continue;
      this.places.set(id, at.place);
      pen.drawImage(label.picture, Math.round(at.x * ratio) / ratio, Math.round(at.y * ratio) / ratio, label.width, label.height);
    }
  }
}

/** Whether it has no direction any more. @param {import('./air-standing.js').AirStanding} standing */
function gone({ state }) {
  return state === 'lost' || state === 'ended';
}

/** @param {import('./air-standing.js').AirRow} row @param {string | null} selected */
function weight({ vehicle, standing }, selected) {
  return (String(vehicle.id) === selected ? 1000 : 0) + (standing.alarm ? 500 : 0) + (standing.state === 'lost' ? 100 : 0)
    + (standing.fuel === 'low' || standing.fuel === 'over' ? 50 : 0) + (vehicle.registered ? 10 : 0) + (vehicle.kind === 'helicopter' ? 5 : 0);
}

/** @returns {HTMLCanvasElement} */
function canvas() {
  const made = document.createElement('canvas');
  Object.assign(made.style, { position: 'absolute', inset: '0', width: '100%', height: '100%' });
  return made;
}

/** @param {any} frame @param {HTMLCanvasElement} node @returns {{width: number, height: number}} css px */
function sized(frame, node) {
  const [width, height] = frame.size;
  const [w, h] = [Math.round(width * frame.pixelRatio), Math.round(height * frame.pixelRatio)];
  if (node.width !== w || node.height !== h) Object.assign(node, { width: w, height: h });
  return { width, height };
}

/** @param {HTMLCanvasElement} node @param {any} frame @returns {{pen: CanvasRenderingContext2D, ratio: number}} */
function cleared(node, frame) {
  const pen = /** @type {CanvasRenderingContext2D} */ (node.getContext('2d'));
  pen.setTransform(1, 0, 0, 1, 0, 0);
  pen.clearRect(0, 0, node.width, node.height);
  return { pen, ratio: frame.pixelRatio };
}

/** @param {CanvasRenderingContext2D} pen @param {Path2D} path @param {string} colour @param {number} width @param {number[]} dash */
function stroke(pen, path, colour, width, dash) {
  pen.setLineDash(dash);
  pen.strokeStyle = colour;
  pen.lineWidth = width;
  pen.stroke(path);
  pen.setLineDash([]);
}

/** @param {CanvasRenderingContext2D} pen @param {number} x @param {number} y @param {number} radius @param {string} colour @param {number} width */
function ring(pen, x, y, radius, colour, width) {
  const path = new Path2D();
  path.arc(x, y, radius, 0, 2 * Math.PI);
  stroke(pen, path, colour, width, []);
}
