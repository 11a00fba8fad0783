// @ts-check
/** The video wall's page: one wall for all screens of an incident, kept by the live line; it orders, shows, and says what it cannot. */

import { incidentNow, jst, WallClock } from './clock.js';
import { byId, setText } from './element.js';
import { language, rememberedLanguage, setLanguage, t } from './language.js';
import { Live } from './live.js';
import { Picture } from './picture.js';
import { get, put, useToken } from './server.js';
import { rememberedTheme, setTheme, theme } from './theme.js';
import { moved, needOf, ordered, tileOfAddress, tilesOf } from './wall-need.js';
import { WallStage } from './wall-stage.js';
import { Thumbnails } from './wall-thumbnails.js';
import { WallTile } from './wall-tile.js';
import { reasonsText } from './wall-words.js';
import { ageText, refusalText } from './wording.js';

const TICK_MS = 1000;
/** Tiles change places at most so often [ms], and not under somebody's hand. */
const ORDER_MS = 10_000;
const HAND_MS = 2000;
const REPORTS_MS = 30_000;
const KEEPERS = ['duty_officer', 'approver', 'administrator'];
const REPORT_READERS = ['duty_officer', 'approver'];

const monotonic = () => performance.now();
const wall = new WallClock(monotonic, () => Date.now());
const picture = new Picture();
const stage = new WallStage(monotonic);
/** @type {Map<string, WallTile>} */ const shownTiles = new Map();
/** @type {Map<string, number>} */ const motions = new Map();
/** @type {{tile: import('./wall-need.js').Tile, need: import('./wall-need.js').Need}[]} */ let order = [];
/** @type {any} */ let session = null;
/** What the installation offers. @type {{whep: boolean}} */ let offers = { whep: false };
/** People who wait for help, for those who may know. @type {any[]} */ let reports = [];
/** A tile that only this screen shows large: '' = none, null = what the wall shows. @type {string | null} */ let own = tileOfAddress(location.hash);
/** How grave a vehicle's call is, null while not known. @type {import('./air-standing.js').MotionLimits | null} */ let limits = null;
let said = () => '';
let orderedAt = -Infinity;
let handAt = -Infinity;
/** @type {'connecting' | 'live' | 'lost' | 'signed-out'} */ let line = 'connecting';

const thumbnails = new Thumbnails(monotonic,
  (id, shot) => {
    const tile = shownTiles.get(id);
    if (!tile) return;
    tile.shot = shot;
    tile.show(shot.url);
    if (shot.newMotion) motions.set(id, wall.now());
  },
  (id, code) => {
    const tile = shownTiles.get(id);
    if (tile) tile.thumbnailFault = code;
  });
const sight = new IntersectionObserver((entries) => {
  for (const entry of entries) thumbnails.see(String(/** @type {HTMLElement} */ (entry.target).dataset.tile), entry.isIntersecting);
});
const actions = { select, move };

/** The wall as all screens share it. */
const shared = () => picture.all('wall')[0] ?? null;
const keeper = () => KEEPERS.some((role) => session?.roles?.includes(role));
const selected = () => (own === null ? shared()?.selected ?? null : own || null);
const incidentMs = () => incidentNow(picture.all('incident')[0]?.clock, wall.now());

/** @param {string} id */
async function select(id) {
  const next = selected() === id ? null : id;
  if (!keeper() || own !== null) return lookAt(next ?? '');
  await share(next, shared()?.ranking ?? null);
}

/** Look at a tile on this screen only. @param {string | null} id '' = none, null = what the wall shows */
function lookAt(id) {
  own = id;
  history.replaceState(null, '', id ? `#tile=${encodeURIComponent(id)}` : location.pathname);
  draw();
}

/** @param {string | null} tile @param {string[] | null} ranking */
async function share(tile, ranking) {
  try {
    const value = await put('/api/wall', { selected: tile, ranking });
    said = () => '';
    own = null;
    history.replaceState(null, '', location.pathname);
    // What all screens will hear; ours need not wait for it.
    picture.kinds.set('wall', new Map([[String(value.id), { v: picture.kinds.get('wall')?.get(String(value.id))?.v ?? 0, value }]]));
    orderedAt = -Infinity;
  } catch (error) {
    said = () => t('wall.failed', { reason: refusalText(error) });
  }
  draw();
}

/** @param {string} id @param {number} step */
function move(id, step) {
  share(shared()?.selected ?? null, moved(order.map(({ tile }) => tile.id), id, step));
}

function arrange() {
  const now = wall.now();
  const context = {
    gauges: picture.all('gauge').filter((gauge) => gauge.alarm), disruptions: picture.all('disruption'), nowMs: now, motions, limits,
    reports: reports.filter(({ id }) => {
      const known = picture.get('safety', String(id));
      return known?.state === 'help' && known.desk !== 'done';
    }),
  };
  const found = tilesOf(picture).map((tile) => ({ tile, need: needOf(tile, context) }));
  const before = new Map(order.map((row, at) => [row.tile.id, at]));
  const fresh = ordered(found, shared()?.ranking ?? null);
  const same = fresh.length === order.length && fresh.every(({ tile }) => before.has(tile.id));
  const urgent = fresh[0] !== undefined && fresh[0].need.rank < (order[0]?.need.rank ?? Infinity);
  const due = monotonic() - orderedAt >= ORDER_MS && monotonic() - handAt >= HAND_MS;
  if (same && !due && !urgent) {
    order = [...fresh].sort((a, b) => Number(before.get(a.tile.id)) - Number(before.get(b.tile.id)));
  } else {
    order = fresh;
    orderedAt = monotonic();
  }
  thumbnails.set(new Map(found.filter(({ tile }) => tile.kind === 'video').map(({ tile }) => [tile.id, tile.value.thumbnail])));
}

function draw() {
  arrange();
  drawTiles();
  const id = selected();
  const row = order.find(({ tile }) => tile.id === id);
  stage.show(row?.tile ?? null, offers.whep);
  if (row) stage.draw(wall.now(), shownTiles.get(row.tile.id)?.ageMs(row.tile, wall.now(), incidentMs()) ?? NaN, reasonsText(row.need.reasons, row.tile, limits));
  drawWords();
}

function drawTiles() {
  const list = byId('tiles');
  const now = { wallMs: wall.now(), incidentMs: incidentMs(), keeper: keeper(), limits };
  const focused = /** @type {HTMLElement | null} */ (document.activeElement?.closest('#tiles') ? document.activeElement : null);
  for (const [id, tile] of shownTiles) {
    if (order.some((row) => row.tile.id === id)) continue;
    sight.unobserve(tile.root);
    tile.root.remove();
    shownTiles.delete(id);
  }
  order.forEach(({ tile, need }, at) => {
    let shown = shownTiles.get(tile.id);
    if (!shown) {
      shown = new WallTile(tile.id, actions);
      shownTiles.set(tile.id, shown);
      sight.observe(shown.root);
    }
    if (tile.kind === 'camera') shown.still(tile.value);
    shown.draw(tile, need, { ...now, selected: selected() === tile.id });
    if (list.children[at] !== shown.root) list.insertBefore(shown.root, list.children[at] ?? null);
  });
  if (focused && document.activeElement !== focused) focused.focus();
  byId('tiles-empty').hidden = order.length > 0 || picture.position === null;
}

function drawWords() {
  const incident = picture.all('incident')[0];
  const at = jst(incidentMs());
  const mine = shared();
  setText(byId('incident-name'), incident?.name ?? '');
  setText(byId('wall-clock'), `${at.month}/${at.day} ${at.second}`);
  byId('drill').hidden = incident?.kind !== 'drill';
  setText(byId('wall-line'), said());
  setText(byId('tiles-order'), mine?.ranking ? t('wall.by-hand', { name: mine.changed_by ?? '—' }) : t('wall.ordered'));
  byId('tiles-by-need').hidden = !mine?.ranking || !keeper();
  setText(byId('stage-note'), own === null ? (mine?.changed_by ? t('wall.shared', { name: mine.changed_by }) : '') : t('wall.own'));
  byId('stage-shared').hidden = own === null;
  byId('stage-share').hidden = own === null || !keeper();
  const lost = line === 'lost' || line === 'signed-out';
  byId('wall-lost').hidden = !lost;
  setText(byId('wall-lost'), lost ? t(line === 'lost' ? 'wall.lost' : 'wall.signed-out', { age: ageText(monotonic() - heardAt) }) : '');
  document.documentElement.dataset.connection = line;
}

let heardAt = monotonic();
const live = new Live({
  socketAddress: (since) => `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/live${query(since)}`,
  eventsAddress: (since) => `/live/events${query(since)}`,
  position: () => picture.position,
  onMessage: hear,
  onState: (state) => {
    line = state === 'lost' && line === 'signed-out' ? line : state;
    draw();
  },
  onFailure: askSession,
  monotonic,
  chance: Math.random,
});

/** @param {string | null} since */
function query(since) {
  return since === null ? '' : `?since=${encodeURIComponent(since)}`;
}

/** @param {any} message */
function hear(message) {
  wall.observe(Date.parse(message.at));
  heardAt = monotonic();
  try {
    const changed = picture.apply(message);
    if (changed.kinds.has('wall')) orderedAt = -Infinity;
    if (changed.full || changed.kinds.has('wall')) draw();
  } catch (error) {
    picture.position = null;
    throw error;
  }
}

async function askSession() {
  try {
    session = await get('/api/session');
    useToken(session.csrf ?? '');
    offers = await get('/api/videos');
    limits ??= await get('/api/rules/motion');
    if (line === 'signed-out') line = live.state;
    askReports();
  } catch (error) {
    if (/** @type {any} */ (error).status === 401) line = 'signed-out';
  }
  draw();
}

async function askReports() {
  if (!REPORT_READERS.some((role) => session?.roles?.includes(role))) return;
  try {
    reports = (await get('/api/safety')).reports;
  } catch {
    // The reports known last stay: their places do not change.
  }
}

/** @param {KeyboardEvent} event */
function press(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const opens = [...document.querySelectorAll('.tile-open')];
  const at = opens.indexOf(/** @type {Element} */ (document.activeElement));
  const columns = opens.filter((one) => one.getBoundingClientRect().top === opens[0].getBoundingClientRect().top).length;
  const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns }[event.key];
  if (/^[1-9]$/.test(event.key)) {
    const row = order[Number(event.key) - 1];
    if (row) select(row.tile.id);
  } else if (event.key === 'Escape' && selected() !== null) {
    close();
  } else if (step !== undefined && at >= 0 && opens[at + step]) {
    event.preventDefault();
    /** @type {HTMLElement} */ (opens[at + step]).focus();
  }
}

function close() {
  if (keeper() && own === null) share(null, shared()?.ranking ?? null);
  else lookAt('');
}

/** @param {string} code */
function dress(code) {
  setLanguage(code);
  document.title = t('wall.page-title');
  draw();
}

setTheme(rememberedTheme());
dress(rememberedLanguage());
byId('language-switch').addEventListener('click', () => dress(language() === 'ja' ? 'en' : 'ja'));
byId('theme-switch').addEventListener('click', () => setTheme(theme() === 'dark' ? 'light' : 'dark'));
byId('stage-close').addEventListener('click', close);
byId('stage-shared').addEventListener('click', () => lookAt(null));
byId('stage-share').addEventListener('click', () => share(own || null, shared()?.ranking ?? null));
byId('tiles-by-need').addEventListener('click', () => share(shared()?.selected ?? null, null));
byId('tiles').addEventListener('pointermove', () => {
  handAt = monotonic();
});
document.addEventListener('keydown', press);
window.addEventListener('online', () => live.retry());
window.addEventListener('hashchange', () => {
  own = tileOfAddress(location.hash);
  draw();
});
live.start();
askSession();
setInterval(() => {
  draw();
  if (!document.hidden) thumbnails.tick();
}, TICK_MS);
setInterval(askReports, REPORTS_MS);
