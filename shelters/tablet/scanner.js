// @ts-check
/** Reading QR codes: by the browser's own detector, else by jsQR, else by typing what stands under the code. */

import { ask } from './ask.js';
import { rich, t } from './language.js';
import { element } from './live-map/element.js';

const JSQR = new URL('./vendor/jsqr-1.4.0/jsQR.js', import.meta.url).href;
/** Pictures looked at [ms apart]; more would empty the battery. */
const EVERY_MS = 150;

/**
 * @param {string} title
 * @param {(text: string) => boolean} accept whether a text ends the scan
 * @param {() => string} [progress] words on what was read so far
 * @returns {Promise<string | null>} the text that was accepted
 */
export async function scan(title, accept, progress = () => '') {
  /** @type {{stop: () => void}} */
  const camera = { stop: () => undefined };
  const answer = await ask(title, (close) => {
    const video = /** @type {HTMLVideoElement} */ (element('video', { playsinline: true, muted: true, 'aria-label': t('scan.camera') }));
    const said = element('p', { class: 'hint', role: 'status' }, rich('scan.words'));
    const typed = /** @type {HTMLInputElement} */ (element('input', { type: 'text', autocomplete: 'off', 'aria-label': t('scan.type'), placeholder: t('scan.type') }));
    const take = (/** @type {string} */ text) => {
      if (accept(text)) close(text);
      else said.textContent = progress() || t('scan.not-ours');
    };
    void watch(video, take, camera).catch(() => {
      video.hidden = true;
      said.replaceChildren(rich('scan.no-camera'));
    });
    const enter = () => {
      take(typed.value.trim());
      typed.value = '';
    };
    typed.addEventListener('keydown', (event) => event.key === 'Enter' && enter());
    return [video, said, typed, element('div', { class: 'ask-buttons' }, element('button', { type: 'button', class: 'primary', 'data-do': 'typed', onclick: enter }, rich('scan.take')))];
  });
  camera.stop();
  return /** @type {string | null} */ (answer);
}

/** @param {HTMLVideoElement} video @param {(text: string) => void} take @param {{stop: () => void}} camera */
async function watch(video, take, camera) {
  let stopped = false;
  camera.stop = () => (stopped = true);
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } });
  const stop = () => stream.getTracks().forEach((track) => track.stop());
  if (stopped) return stop();
  const read = await reader();
  video.srcObject = stream;
  await video.play();
  const timer = setInterval(async () => {
    if (video.readyState < 2) return;
    for (const text of await read(video)) if (!stopped) take(text);
  }, EVERY_MS);
  camera.stop = () => {
    stopped = true;
    clearInterval(timer);
    stop();
  };
}

/** @returns {Promise<(source: HTMLVideoElement | HTMLCanvasElement) => Promise<string[]>>} */
export async function reader() {
  const Detector = /** @type {any} */ (globalThis).BarcodeDetector;
  if (Detector && (await Detector.getSupportedFormats()).includes('qr_code')) {
    const detector = new Detector({ formats: ['qr_code'] });
    return async (source) => (await detector.detect(source)).map((/** @type {any} */ code) => code.rawValue);
  }
  await import(JSQR);
  const jsQR = /** @type {any} */ (globalThis).jsQR;
  const canvas = document.createElement('canvas');
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d', { willReadFrequently: true }));
  return async (source) => {
    canvas.width = source instanceof HTMLVideoElement ? source.videoWidth : source.width;
    canvas.height = source instanceof HTMLVideoElement ? source.videoHeight : source.height;
    pen.drawImage(source, 0, 0);
    const { data, width, height } = pen.getImageData(0, 0, canvas.width, canvas.height);
    const found = jsQR(data, width, height, { inversionAttempts: 'dontInvert' });
    return found ? [found.data] : [];
  };
}
