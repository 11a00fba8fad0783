// @ts-check
/** One camera: its newest picture with the water line drawn in, what was read, and how it stands to the gauge. */

import { drawWaterline } from './camera-picture.js';
import { agesText, comparisonText, healthText, levelText } from './camera-words.js';
import { jst } from './clock.js';
import { byId, element, setAttribute, setText } from './element.js';
import { t } from './language.js';
import { wallAddress } from './wall-need.js';
import { agoText, metres } from './wording.js';

/** The tile of a camera on the wall: its stream, or itself. @param {import('./picture.js').Picture} picture @param {any} camera */
function filmOf(picture, camera) {
  const film = picture.all('video').find((one) => String(one.camera) === String(camera.id));
  return film ? `video:${film.id}` : `camera:${camera.id}`;
}

export class CameraPanel {
  /** @param {import('./camera-room.js').CameraRoom} room */
  constructor(room) {
    this.room = room;
    this.dialog = byId('camera-dialog');
    this.canvas = /** @type {HTMLCanvasElement} */ (element('canvas', { role: 'img' }));
    /** Address of the picture that is on the canvas. */
    this.shown = '';
    /** Camera and language the frame of the dialog was built for. */
    this.built = '';
    this.dialog.addEventListener('close', () => room.select(null));
  }

  /** @param {import('./desk.js').Dirt} dirt */
  render(dirt) {
    const row = this.room.chosen;
    if (row === null) {
      this.built = '';
      if (this.dialog.open) this.dialog.close();
      return;
    }
    if (this.built !== String(row.camera.id) || dirt.things.has('language') || dirt.things.has('session')) this.#build(row.camera);
    this.#fill(row);
    if (!this.dialog.open) this.dialog.showModal();
  }

  /** @param {any} camera */
  #build(camera) {
    this.built = String(camera.id);
    this.facts = element('dl', { class: 'camera-facts' });
    this.empty = element('p', { class: 'camera-empty' }, t('camera.no-frame'));
    this.ages = element('p', { class: 'part-note' });
    const name = camera.river ? `${camera.river} ${camera.name}` : camera.name;
    this.dialog.replaceChildren(
      element('header', { class: 'panel-head' },
        element('h2', { id: 'camera-title', lang: 'ja' }, name),
        element('button', { type: 'button', class: 'close', 'aria-label': t('camera.close'), onclick: () => this.dialog.close() }, '✕')),
      camera.synthetic ? element('p', { class: 'camera-warn' }, t('camera.synthetic')) : '',
      element('figure', { class: 'camera-figure' }, this.canvas, this.empty),
      this.ages,
      this.facts,
      element('div', { class: 'camera-actions' },
        element('button', { type: 'button', class: 'quiet', onclick: () => this.room.show(camera) }, t('camera.map')),
        camera.compare_gauge ? element('button', { type: 'button', class: 'quiet', onclick: () => this.room.gauge(camera.compare_gauge) }, t('camera.gauge')) : null,
        element('a', { class: 'quiet', href: wallAddress(filmOf(this.room.desk.picture, camera)), 'aria-label': t('wall.link-of', { name }) }, t('wall.link')),
        this.room.calibrates ? element('a', { class: 'quiet', href: `/cameras/${encodeURIComponent(camera.id)}/calibration` }, t('camera.calibrate')) : null),
    );
  }

  /** @param {import('./camera-room.js').CameraRow} row */
  #fill({ camera, standing }) {
    const { frame } = camera;
    this.canvas.hidden = frame === null;
    if (this.empty) this.empty.hidden = frame !== null;
    if (this.ages) setText(this.ages, agesText(camera, standing));
    if (frame !== null) this.#picture(camera, frame);
    const facts = [
      [t('camera.level'), levelText(camera, standing), !standing.levelHolds],
      ['', Number.isFinite(camera.accepted_m) && !standing.levelHolds ? t('camera.last-accepted', { level: `${metres(camera.accepted_m)} m`, age: agoText(standing.acceptedAgeMs) }) : '', false],
      ['', camera.datum ? t('camera.datum', { datum: camera.datum === 'T.P.' ? 'T.P.' : t('camera.datum-zero') }) : '', false],
      [t('camera.quality'), Number.isFinite(camera.quality) && camera.level_m !== null ? camera.quality.toFixed(2) : '—', false],
      [t('camera.reason'), camera.reason ? t(`camera.reason-${camera.reason}`) : '—', false],
      [t('camera.health'), healthText(camera), camera.health !== 'ok'],
      [t('camera.compare'), comparisonText(camera), camera.comparison?.agrees === false],
      ['', camera.comparison ? t('camera.compare-values', { camera: metres(camera.comparison.camera_tp_m), gauge: metres(camera.comparison.gauge_tp_m) }) : '', false],
      ['', camera.calibration === null ? t('camera.uncalibrated') : t('camera.version', { version: camera.calibration }), false],
    ].filter(([, text]) => text !== '');
    const key = JSON.stringify(facts);
    if (this.facts === undefined || this.facts.dataset.key === key) return;
    this.facts.dataset.key = key;
    this.facts.replaceChildren(...facts.flatMap(([name, text, warn]) => [
      element('dt', {}, String(name)), element('dd', { class: warn ? 'camera-warn' : '' }, String(text)),
    ]));
  }

  /** @param {any} camera @param {any} frame */
  async #picture(camera, frame) {
    const at = jst(Date.parse(frame.observed_at));
    setAttribute(this.canvas, 'aria-label', t('camera.picture', { name: camera.name, time: `${at.month}/${at.day} ${at.minute}` }));
    if (this.shown === frame.picture) return;
    this.shown = frame.picture;
    const image = new Image();
    image.src = frame.picture;
    try {
      await image.decode();
    } catch {
      this.shown = '';
      return;
    }
    if (this.shown !== frame.picture) return;
    this.canvas.width = image.naturalWidth;
    this.canvas.height = image.naturalHeight;
    const pen = this.canvas.getContext('2d');
    if (pen === null) return;
    pen.drawImage(image, 0, 0);
    drawWaterline(pen, frame.waterline, image.naturalWidth);
    this.canvas.dataset.frame = String(frame.id);
    this.canvas.dataset.waterline = String(frame.waterline.length);
  }
}
