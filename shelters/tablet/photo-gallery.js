// @ts-check
/** The shelter's photos: own ones from this device, also without a network; others' from the centre. */

import { ask } from './ask.js';
import { rich, t } from './language.js';
import { element } from './live-map/element.js';
import { agoText } from './wording.js';

/** Photos that are listed at once. */
const LISTED = 24;
/** Addresses of pictures that were read, by hash: a screen drawn anew reads nothing twice. @type {Map<string, Promise<string | null>>} */
const read = new Map();

/** @param {import('./app.js').App} app @returns {HTMLElement} */
export function photoGallery(app) {
  const all = Object.entries(app.state.photos).map(([hash, photo]) => ({ hash, .../** @type {any} */ (photo) })).sort((one, other) => other.seen_ms - one.seen_ms);
  if (all.length === 0) return element('p', { class: 'empty' }, rich('photo.none'));
  return element('div', {},
    element('ul', { class: 'photos' }, ...all.slice(0, LISTED).map((photo) => card(app, photo))),
    all.length > LISTED ? element('p', { class: 'hint' }, t('photo.more', { count: all.length - LISTED })) : null);
}

/** @param {import('./app.js').App} app @param {any} photo */
function card(app, photo) {
  const kept = app.journal.photos.get(photo.hash);
  const words = [photo.caption, `${photo.actor ?? ''} ${agoText(app.nowMs() - photo.seen_ms)}`].filter(Boolean).join(' ・ ');
  const frame = element('button', { type: 'button', class: 'photo-open', 'aria-label': `${t('photo.open')} ${words}`, 'data-key': `photo-${photo.hash}`, onclick: () => open(app, photo, words) });
  void show(app, photo.hash, frame, words);
  return element('li', { class: 'photo-card', 'data-photo': photo.hash, 'data-status': kept?.status ?? 'other' }, frame,
    element('small', {}, words), kept && kept.status !== 'sent' ? element('small', { class: 'doubt' }, rich(`photo.${kept.status}`)) : null);
}

/** @param {import('./app.js').App} app @param {string} hash @param {HTMLElement} frame @param {string} words */
async function show(app, hash, frame, words) {
  let address = read.get(hash);
  if (address === undefined) {
    address = addressOf(app, hash);
    read.set(hash, address);
  }
  const found = await address;
  // Tried anew when the screen is drawn again: the network may be back.
  if (found === null) read.delete(hash);
  frame.replaceChildren(found === null ? element('span', { class: 'photo-away' }, rich('photo.away')) : element('img', { src: found, alt: words }));
}

/** @param {import('./app.js').App} app @param {string} hash @returns {Promise<string | null>} null when it can't be had now */
async function addressOf(app, hash) {
  const here = app.journal.photos.has(hash) ? await app.journal.photo(hash) : undefined;
  const bytes = here?.bytes?.byteLength > 0 ? here.bytes : here?.preview;
  if (bytes?.byteLength > 0) return URL.createObjectURL(new Blob([bytes], { type: bytes === here.bytes ? here.type : 'image/jpeg' }));
  try {
    return URL.createObjectURL(await app.transport.photoBytes(hash));
  } catch {
    return null;
  }
}

/** @param {import('./app.js').App} app @param {any} photo @param {string} words */
function open(app, photo, words) {
  const frame = element('div', { class: 'photo-large' });
  void show(app, photo.hash, frame, words);
  return ask(t('photo.title'), () => [frame, element('p', {}, words)]);
}
