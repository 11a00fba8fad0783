// @ts-check
/** Time of a simulated flood: a slider over the whole run, filled as far as it is computed, the incident's now marked on it. */

import { jst, momentText } from './clock.js';
import { byId, element, setAttribute, setText } from './element.js';
import { phaseText, sinceText, spanText } from './flood-words.js';
import { phaseOf, share } from './flood-time.js';
import { t } from './language.js';

/** Distances of the scale's marks [h]: the first at which each has this much room [css px]. */
const TICKS_H = [0.5, 1, 2, 3, 6, 12, 24];
const TICK_PX = 68;

export class FloodSlider {
  range = /** @type {HTMLInputElement} */ (element('input', { type: 'range', id: 'flood-range', min: '0', 'data-label': 'flood.slider' }));
  back = element('button', { type: 'button', 'data-label': 'flood.step-back', 'data-hint': 'flood.step-back' }, '◀');
  forth = element('button', { type: 'button', 'data-label': 'flood.step-forth', 'data-hint': 'flood.step-forth' }, '▶');
  film = element('button', { type: 'button', class: 'flood-play' });
  toNow = element('button', { type: 'button', 'data-text': 'flood.to-now' });
  said = element('output', { class: 'flood-time', for: 'flood-range' });
  done = element('span', { class: 'flood-track-done' });
  past = element('span', { class: 'flood-track-past' });
  now = element('span', { class: 'flood-track-now' });
  scale = element('div', { class: 'flood-scale', 'aria-hidden': 'true' });

  /** @param {import('./flood.js').Flood} flood */
  constructor(flood) {
    this.flood = flood;
    this.root = byId('flood-time');
    this.back.addEventListener('click', () => this.#by(-1));
    this.forth.addEventListener('click', () => this.#by(1));
    this.film.addEventListener('click', () => (flood.playing ? flood.pause() : flood.play()));
    this.toNow.addEventListener('click', () => {
      flood.pause();
      flood.seek((flood.desk.now() - flood.startMs) / 1000);
    });
    this.range.addEventListener('input', () => {
      flood.pause();
      flood.seek(Number(this.range.value));
    });
    this.root.append(
      element('div', { class: 'flood-steps' }, this.back, this.film, this.forth, this.toNow, this.said),
      element('div', { class: 'flood-track' },
        element('div', { class: 'flood-rail', 'aria-hidden': 'true' }, this.done, this.past, this.now), this.range, this.scale));
  }

  /** @param {number} by */
  #by(by) {
    this.flood.pause();
    this.flood.step(by);
  }

  render() {
    const { flood } = this;
    const value = flood.value();
    const frames = flood.frames();
    this.root.hidden = value === undefined || frames.length === 0;
    if (this.root.hidden) return;
    const length_s = value.hours * 3600;
    const last = frames[frames.length - 1];
    const now = flood.desk.now();
    setAttribute(this.range, 'max', String(length_s));
    setAttribute(this.range, 'step', String(value.frame_s));
    // The value may not go where nothing is computed: the handle comes back to the last frame.
    if (Number(this.range.value) !== flood.t_s) this.range.value = String(flood.t_s);
    const at = flood.startMs + flood.t_s * 1000;
    const words = t('flood.time', { clock: momentText(at, now), since: sinceText(flood.t_s), phase: phaseText(at, now) });
    setAttribute(this.range, 'aria-valuetext', words);
    setText(this.said, flood.view === 'depth' ? words : t('flood.time-whole'));
    setAttribute(this.root, 'data-t', String(flood.t_s));
    setAttribute(this.root, 'data-frames', String(frames.length));
    setAttribute(this.root, 'data-phase', phaseOf(at, now));
    setAttribute(this.root, 'data-view', flood.view);
    setText(this.film, t(flood.playing ? 'flood.pause' : 'flood.play'));
    setAttribute(this.film, 'aria-pressed', String(flood.playing));
    /** @type {any} */ (this.back).disabled = flood.t_s <= frames[0];
    /** @type {any} */ (this.forth).disabled = flood.t_s >= last;
    /** @type {any} */ (this.film).disabled = frames.length < 2;
    const nowShare = share(now, flood.startMs, length_s);
    /** @type {any} */ (this.toNow).disabled = nowShare < 0 || nowShare > last / length_s;
    this.#rail(last / length_s, nowShare);
    this.#ticks(length_s);
  }

  /** @param {number} done share that is computed @param {number} now share at which the incident's clock stands */
  #rail(done, now) {
    const clipped = Math.min(Math.max(now, 0), 1);
    this.done.style.width = `${100 * Math.min(done, 1)}%`;
    this.past.style.width = `${100 * Math.min(clipped, done)}%`;
    this.now.style.left = `${100 * clipped}%`;
    this.now.hidden = now < 0 || now > 1;
  }

  /** @param {number} length_s */
  #ticks(length_s, now) {
    const room = Math.max(this.scale.clientWidth / TICK_PX, 1);
    const step = TICKS_H.find((hours) => length_s / 3600 / hours <= room) ?? 24;
    const count = Math.floor(length_s / 3600 / step);
    const ticks = Array.from({ length: count + 1 }, (_, index) => index * step * 3600);
    const texts = ticks.map((t_s) => [t_s === 0 ? t('flood.begin') : `+${spanText(t_s)}`, jst(this.flood.startMs + t_s * 1000).minute]);
    const key = texts.flat().join('|');
    if (this.scale.dataset.key === key) return;
    this.scale.dataset.key = key;
    this.scale.replaceChildren(...texts.map(([since, clock], index) => {
      const tick = element('span', {}, element('b', {}, clock), element('i', {}, since));
      tick.style.left = `${(100 * ticks[index]) / length_s}%`;
      return tick;
    }));
  }
}
