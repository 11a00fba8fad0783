// @ts-check
/** The page on which an officer calibrates a river camera: press or type marks, see how they fit, try, save. */

import { CalibrationForm } from './camera-calibration-form.js';
import { CalibrationPicture } from './camera-calibration-picture.js';
import { complete, draftOf, emptyDraft, fiducialAround, request } from './camera-draft.js';
import { jst } from './clock.js';
import { byId, element, setText } from './element.js';
import { language, rememberedLanguage, setLanguage, t, tOr } from './language.js';
import { get, post, useToken } from './server.js';
import { rememberedTheme, setTheme, theme } from './theme.js';
import { metres, refusalText } from './wording.js';

/** Pause after typing before the server is asked [ms]. */
const TYPING_MS = 400;
const camera = decodeURIComponent(location.pathname.split('/')[2] ?? '');
const address = `/api/cameras/${encodeURIComponent(camera)}`;

let draft = emptyDraft();
/** @type {any[]} */ let frames = [];
/** @type {any[]} */ let versions = [];
/** Answer of the newest trial. @type {any} */ let tried = null;
let asked = 0;
/** Whether a frame of the trial is looked at: then the picture is not the one that is drawn on. */
let looking = false;
let typing = /** @type {any} */ (null);
let said = () => '';
const picture = new CalibrationPicture(byId('picture'), press);
const form = new CalibrationForm(changed, { mark: () => addMark(middle().x, middle().y), fiducial: () => addFiducial(middle().x, middle().y) });

setTheme(rememberedTheme());
dress(rememberedLanguage());
byId('language-switch').addEventListener('click', () => dress(language() === 'ja' ? 'en' : 'ja'));
byId('theme-switch').addEventListener('click', () => setTheme(theme() === 'dark' ? 'light' : 'dark'));
byId('frame').addEventListener('change', () => show(Number(byId('frame').value)));
byId('calibration-form').addEventListener('submit', (/** @type {Event} */ event) => {
  event.preventDefault();
  save();
});
begin();

/** @param {string} code */
function dress(code) {
  setLanguage(code);
  document.title = t('calibration.page-title');
  form.show(draft);
  drawFrames();
  drawVersions();
  drawTried();
  setText(byId('said'), said());
}

/** @param {() => string} text */
function say(text) {
  said = text;
  setText(byId('said'), text());
}

async function begin() {
  setText(byId('camera-name'), camera);
  try {
    useToken((await get('/api/session')).csrf ?? '');
    const [held, known] = await Promise.all([get(`${address}/frames?limit=50&from=1970-01-01T00:00:00Z`), get(`${address}/calibrations`)]);
    frames = held.frames;
    versions = known.versions;
    if (frames.length === 0) return say(() => t('calibration.no-frames'));
    if (versions[0]) draft = draftOf(versions[0]);
    form.show(draft);
    drawFrames();
    drawVersions();
    await show(frames[0].id);
  } catch (error) {
    say(() => t('calibration.failed', { reason: refusalText(error) }));
  }
}

/** @param {number} id of the reference frame */
async function show(id) {
  const frame = frames.find((one) => one.id === id);
  if (!frame) return;
  byId('frame').value = String(id);
  looking = false;
  picture.waterline = [];
  picture.draft = draft;
  await picture.load(frame.picture);
  changed();
}

function middle() {
  return { x: picture.canvas.width / 2, y: picture.canvas.height / 2 };
}

/** @param {number} x @param {number} y */
function press(x, y) {
  if (looking) {
    show(Number(byId('frame').value));
    return;
  }
  if (byId('adds').value === 'fiducial') addFiducial(x, y);
  else addMark(x, y);
}

/** @param {number} x @param {number} y */
function addMark(x, y) {
  draft.marks.push({ x_px: Math.round(x * 10) / 10, y_px: Math.round(y * 10) / 10, level_m: NaN, across_m: null });
  form.show(draft);
  changed();
  // The height of what was just pressed is what comes next.
  /** @type {HTMLElement | null} */ (document.querySelector('#marks tbody tr:last-child td:nth-of-type(3) input'))?.focus();
}

/** @param {number} x @param {number} y */
function addFiducial(x, y) {
  draft.fiducials.push(fiducialAround(x, y, picture.canvas.width, picture.canvas.height));
  form.show(draft);
  changed();
}

function changed() {
  picture.draft = draft;
  picture.draw();
  clearTimeout(typing);
  typing = setTimeout(tryIt, TYPING_MS);
}

async function tryIt() {
  asked += 1;
  const mine = asked;
  if (!complete(draft)) {
    tried = null;
    drawTried();
    return;
  }
  setText(byId('fit'), t('calibration.trying'));
  try {
    const found = await post(`${address}/calibrations/trial`, request(draft, Number(byId('frame').value)));
    if (mine !== asked) return;
    tried = found;
  } catch (error) {
    if (mine !== asked) return;
    tried = { fault: why(error), residual_m: null, errors_m: [], readings: [] };
  }
  drawTried();
}

function drawTried() {
  const incomplete = tried === null;
  byId('save').disabled = incomplete || tried.fault !== null;
  byId('fit-fiducials').hidden = draft.fiducials.length > 0;
  byId('fit-spare').hidden = incomplete || tried.spare !== 0;
  const fit = Number.isFinite(tried?.residual_m) ? t('calibration.residual', { residual: (tried.residual_m * 100).toFixed(2) }) : '';
  const fault = tried?.fault ? t('calibration.refused', { reason: tried.fault }) : '';
  setText(byId('fit'), incomplete ? t('calibration.incomplete') : [fit, fault].filter(Boolean).join(' '));
  byId('fit').dataset.bad = String(Boolean(fault));
  form.errors(tried?.errors_m ?? []);
  const rows = (tried?.readings ?? []).map((/** @type {any} */ one) => element('tr', { 'data-flag': one.flag },
    element('td', {}, time(one.observed_at)),
    element('td', { class: 'number' }, metres(one.level_m)),
    element('td', { class: 'number' }, one.quality.toFixed(2)),
    element('td', {}, one.flag === 1 ? t('camera.accepted') : tOr(`camera.reason-${one.reason}`, one.reason)),
    element('td', {}, element('button', { type: 'button', class: 'quiet', 'aria-label': `${time(one.observed_at)} ${t('calibration.show')}`, onclick: () => look(one) }, t('calibration.show')))));
  byId('tried').hidden = rows.length === 0;
  byId('tried-table').replaceChildren(element('table', {},
    element('thead', {}, element('tr', {}, ...['time', 'level', 'quality', 'result'].map((name) => element('th', { scope: 'col' }, t(`calibration.tried-${name}`))), element('th', { scope: 'col' }, t('calibration.show')))),
    element('tbody', {}, ...rows)));
}

/** Look at a frame of the trial with its line; the next press on the picture leads back to the reference. @param {any} one */
async function look(one) {
  looking = true;
  picture.waterline = one.waterline;
  await picture.load(`${address}/frames/${one.frame}/picture`);
}

async function save() {
  byId('save').disabled = true;
  try {
    const saved = await post(`${address}/calibrations`, request(draft, Number(byId('frame').value)));
    say(() => t('calibration.saved', { version: saved.version }));
    versions = (await get(`${address}/calibrations`)).versions;
    drawVersions();
  } catch (error) {
    say(() => t('calibration.failed', { reason: why(error) }));
  }
  byId('save').disabled = false;
}

function drawFrames() {
  const chosen = byId('frame').value;
  byId('frame').replaceChildren(...frames.map((one) => element('option', { value: one.id }, time(one.observed_at))));
  if (chosen) byId('frame').value = chosen;
}

function drawVersions() {
  byId('versions').replaceChildren(...versions.map((one) => element('li', {},
    t('calibration.version', { version: one.version, time: time(one.created_at), author: one.author ?? '—', residual: (one.residual_m * 100).toFixed(2) }), ' ',
    element('button', {
      type: 'button', class: 'quiet',
      onclick: () => {
        draft = draftOf(one);
        form.show(draft);
        changed();
      },
    }, t('calibration.load')))));
}

/** @param {string} text */
function time(text) {
  const at = jst(Date.parse(text));
  return `${at.month}/${at.day} ${at.minute}`;
}

/** @param {any} error */
function why(error) {
  return error?.status === 422 ? error.detail : refusalText(error);
}
