// @ts-check
/** A photo with its entry: the original bytes as they are, made smaller only when the centre would refuse them. */

import { ask } from './ask.js';
import { sha256Hex } from './canonical.js';
import { rich, t } from './language.js';
import { element } from './live-map/element.js';

const TYPES = ['image/jpeg', 'image/png', 'image/webp'];
const LONGEST_SIDE = 2560;
/** What stays on the tablet to be looked at when the centre has the photo [px]. */
const PREVIEW_SIDE = 800;

/** @param {import('./app.js').App} app @param {string} about group of the status it belongs to */
export function takePhoto(app, about) {
  const field = /** @type {HTMLInputElement} */ (element('input', { type: 'file', accept: 'image/*', capture: 'environment', id: 'photo-file', hidden: true }));
  field.addEventListener('change', () => {
    const file = field.files?.[0];
    field.remove();
    if (file) void keepPhoto(app, file, about);
  });
  document.body.append(field);
  field.click();
}

/** @param {import('./app.js').App} app @param {File} file @param {string} about */
async function keepPhoto(app, file, about) {
  const most = app.bundle.limits?.photo_bytes ?? 8 * 1024 * 1024;
  /** @type {Blob} */ let kept = file;
  if (file.size > most || !TYPES.includes(file.type)) {
    try {
      kept = await smaller(file, LONGEST_SIDE);
    } catch {
      await ask(t('photo.title'), () => [element('p', { role: 'alert' }, rich('photo.unreadable'))]);
      return;
    }
  }
  const bytes = await kept.arrayBuffer();
  const answer = await askCaption(kept, kept !== file);
  if (answer === null) return;
  const hash = await sha256Hex(new Uint8Array(bytes));
  const value = { photo: hash, type: kept.type, bytes: bytes.byteLength, about, ...(answer.caption && { caption: answer.caption }) };
  await app.act([{ kind: 'photo', value }], { key: 'did.photo', values: {} }, { undo: null, photo: { hash, type: kept.type, bytes, strip: answer.strip, preview: await previewOf(kept) } });
}

/** @param {Blob} photo @param {boolean} shrunk @returns {Promise<{caption: string, strip: boolean} | null>} */
async function askCaption(photo, shrunk) {
  const address = URL.createObjectURL(photo);
  const answer = await ask(t('photo.title'), (close) => {
    const caption = /** @type {HTMLInputElement} */ (element('input', { type: 'text', maxlength: 300, 'aria-label': t('photo.caption'), placeholder: t('photo.caption') }));
    const strip = /** @type {HTMLInputElement} */ (element('input', { type: 'checkbox' }));
    return [
      element('img', { class: 'photo', src: address, alt: t('photo.title') }), caption,
      element('label', { class: 'check' }, strip, rich('photo.strip')),
      shrunk ? element('p', { class: 'hint' }, rich('photo.shrunk')) : null,
      element('div', { class: 'ask-buttons' }, element('button', { type: 'button', class: 'primary', 'data-do': 'keep-photo', onclick: () => close({ caption: caption.value.trim(), strip: strip.checked }) }, rich('photo.keep'))),
    ];
  });
  URL.revokeObjectURL(address);
  return /** @type {any} */ (answer);
}

/** @param {Blob} photo @returns {Promise<ArrayBuffer | undefined>} nothing where the browser cannot read the picture */
async function previewOf(photo) {
  try {
    return await (await smaller(photo, PREVIEW_SIDE)).arrayBuffer();
  } catch {
    return undefined;
  }
}

/** @param {Blob} file @param {number} longest side [px] @returns {Promise<Blob>} */
async function smaller(file, longest) {
  const picture = await createImageBitmap(file);
  const scale = Math.min(1, longest / Math.max(picture.width, picture.height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  canvas.getContext('2d')?.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob === null ? reject(new Error('no picture')) : resolve(blob)), 'image/jpeg', 0.85);
  });
}
