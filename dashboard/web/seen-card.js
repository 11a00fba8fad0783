// @ts-check
/** The answer to "who saw this place" beside the map: cameras with their times and pictures, and what nobody knows. */

import { momentText } from './clock.js';
import { byId, element, japanese, setAttribute } from './element.js';
import { cameraKindText, doubtTexts, lengthText, reasonText, sampleText, secondText } from './footprint-words.js';
import { language, t } from './language.js';
import { keyOf, RANGES_MIN } from './seen-room.js';
import { agoText, refusalText } from './wording.js';

/** Spans of time that are told of a camera before the rest is only counted. */
const SPANS_SHOWN = 4;

export class SeenCard {
  /** @param {import('./seen-room.js').SeenRoom} room */
  constructor(room) {
    this.room = room;
    this.root = byId('seen-card');
    this.drawn = '';
    /** Whether the list of what is not known was opened. */ this.unknownOpen = false;
    document.addEventListener('keydown', (event) => {
      if (event.key === 'Escape' && this.root.contains(document.activeElement)) this.#close();
    });
  }

  focus() {
    requestAnimationFrame(() => requestAnimationFrame(() => this.root.focus()));
  }

  /** @param {import('./desk.js').Dirt} dirt */
  render(dirt) {
    const { room } = this;
    this.root.hidden = room.place === null;
    setAttribute(document.body, 'data-seen', room.place === null ? null : 'open');
    if (room.place === null) return;
    // Ages are told to the minute; between answers nothing else moves.
    const minute = Math.floor(room.desk.now() / 60_000);
    const key = JSON.stringify([language(), room.place, room.rangeMin, room.chosen, room.answer?.at, room.failure?.status, minute]);
    if (key === this.drawn && !dirt.things.has('session')) return;
    this.drawn = key;
    const focused = /** @type {HTMLElement | null} */ (this.root.contains(document.activeElement) ? document.activeElement : null)?.dataset?.seen;
    const scrolled = this.root.scrollTop;
    this.root.replaceChildren(this.#head(), this.#range(), ...this.#body());
    this.root.scrollTop = scrolled;
    if (focused) /** @type {HTMLElement | null} */ (this.root.querySelector(`[data-seen="${CSS.escape(focused)}"]`))?.focus({ preventScroll: true });
  }

  #close() {
    this.room.open(null);
    byId('map').focus();
  }

  #head() {
    const { lon, lat } = /** @type {import('./seen-room.js').Place} */ (this.room.place);
    return element('header', { class: 'seen-head' },
      element('h2', { id: 'seen-title' }, t('seen.title')),
      element('button', { type: 'button', class: 'close', 'data-seen': 'close', 'aria-label': t('panel.close'), onclick: () => this.#close() }, '✕'),
      element('p', { class: 'part-note' }, `${lat.toFixed(5)}, ${lon.toFixed(5)}`));
  }

  #range() {
    const select = /** @type {HTMLSelectElement} */ (element('select', { 'data-seen': 'range', 'aria-label': t('seen.range'), onchange: () => this.room.look(Number(select.value)) },
      ...RANGES_MIN.map((minutes) => element('option', { value: minutes }, minutes < 60 ? t('seen.range-minutes', { minutes }) : t('seen.range-hours', { hours: minutes / 60 })))));
    select.value = String(this.room.rangeMin);
    return element('div', { class: 'seen-range' }, element('span', {}, t('seen.range')), select);
  }

  #body() {
    const { answer, failure, desk } = this.room;
    const failed = failure === null ? null : element('p', { class: 'seen-warn', role: 'alert' }, t('seen.failed', { reason: refusalText(failure) }));
    if (answer === null) return [failed ?? element('p', { role: 'status' }, t('seen.asking'))];
    const now = answer.cameras.filter((/** @type {any} */ camera) => camera.state === 'sees-now').length;
    return [
      failed ?? '',
      element('p', { role: 'status', class: 'seen-count' }, answer.cameras.length === 0 ? t('seen.none') : t('seen.count', { now, saw: answer.cameras.length - now })),
      element('p', { class: 'part-note' }, t('seen.as-of', { time: secondText(answer.at, desk.now()) })),
      element('ul', { class: 'seen-list' }, ...answer.cameras.map((/** @type {any} */ camera) => this.#camera(camera))),
      this.#unknown(answer),
      element('p', { class: 'part-note' }, t('seen.note')),
    ];
  }

  /** @param {any} camera */
  #camera(camera) {
    const { room } = this;
    const key = keyOf(camera);
    const chosen = room.chosen === key;
    const now = room.desk.now();
    const { best } = camera;
    const age = camera.state === 'sees-now' ? '' : agoText(now - Date.parse(camera.last_at));
    return element('li', { 'data-camera': key, 'data-state': camera.state },
      element('button', { type: 'button', class: 'seen-open', 'data-seen': key, 'aria-pressed': String(chosen), onclick: () => room.choose(chosen ? null : key) },
        best.frame?.thumbnail ? element('img', { src: best.frame.thumbnail, alt: '', loading: 'lazy', width: 72, height: 54 }) : null,
        element('span', { class: 'seen-words' },
          element('span', {}, element('b', { class: 'seen-state' }, t(`seen.${camera.state}`)), ' ', japanese(camera.name), ' ',
            element('span', { class: 'part-note' }, cameraKindText(camera))),
          camera.synthetic ? element('span', { class: 'seen-warn' }, t('air.synthetic')) : null,
          element('span', {}, [spansText(camera, now), age].filter(Boolean).join(' ')))),
      chosen ? this.#best(camera) : null);
  }

  /** @param {any} camera */
  #best({ best, name }) {
    const now = this.room.desk.now();
    const facts = [
      [t('seen.best'), secondText(best.observed_at, now)],
      [t('seen.off-centre'), best.off_centre_m === null ? t('seen.centre-unknown') : lengthText(best.off_centre_m)],
      [t('seen.sample'), sampleText(best.sample_m)],
      [t('seen.doubts'), [best.sure === false ? t('seen.unsure') : '', ...doubtTexts(best)].filter(Boolean).join('・')],
      [t('seen.picture'), best.frame === null ? t('seen.no-picture') : best.frame.picture ? '' : frameText(best.frame)],
    ].filter(([, value]) => value !== '');
    return element('div', { class: 'seen-best' },
      element('dl', { class: 'facts' }, ...facts.flatMap(([term, value]) => [element('dt', {}, term), element('dd', {}, value)])),
      best.frame?.picture ? element('a', { href: best.frame.picture, target: '_blank', rel: 'noopener', 'aria-label': t('seen.open-picture', { name }) },
        element('img', { class: 'seen-picture', src: best.frame.thumbnail, alt: '' }), t('seen.picture-link')) : null);
  }

  /** @param {any} answer */
  #unknown(answer) {
    if (answer.unknown.length === 0) return '';
    const list = element('details', { class: 'seen-unknown', ontoggle: (/** @type {any} */ event) => { this.unknownOpen = event.target.open; } },
      element('summary', {}, t('seen.unknown', { count: answer.unknown.length, distance: lengthText(answer.unknown_within_m) })),
      element('ul', {}, ...answer.unknown.map((/** @type {any} */ row) => element('li', {}, japanese(row.name), `（${lengthText(row.distance_m)}） ${reasonText(row.reason)}`))));
    /** @type {HTMLDetailsElement} */ (list).open = this.unknownOpen || answer.cameras.length === 0;
    return list;
  }
}

/** When it saw the place. @param {any} camera @param {number} now */
export function spansText(camera, now) {
  const shown = camera.spans.slice(0, SPANS_SHOWN).map(({ from, to }) => {
    const [begin, end] = [momentText(Date.parse(from), now), momentText(Date.parse(to), now)];
    return begin === end ? begin : `${begin}〜${end}`;
  });
  const rest = camera.spans.length - shown.length + camera.more_spans;
  return [shown.join('、'), rest > 0 ? t('seen.more-spans', { count: rest }) : ''].filter(Boolean).join(' ');
}

/** @param {{id: string | null, stream_s: number | null}} frame */
function frameText({ id, stream_s }) {
  return [id === null ? '' : t('seen.frame', { id }), stream_s === null ? '' : t('seen.stream', { seconds: stream_s.toFixed(1) })].filter(Boolean).join('・');
}
