// @ts-check
/** The live map's page: puts the parts on the desk, opens the line, keeps the address. */

import { readAddress, writeAddress } from './address.js';
import { AirRoom } from './air-room.js';
import { Announcer } from './announcer.js';
import { BreachForm } from './breach-form.js';
import { CameraRoom } from './camera-room.js';
import { Chronology } from './chronology.js';
import { ChronologySearch } from './chronology-search.js';
import { WallClock } from './clock.js';
import { Counts } from './counts.js';
import { Desk } from './desk.js';
import { byId, setAttribute } from './element.js';
import { Filters } from './filters.js';
import { Flood } from './flood.js';
import { FloodBanner } from './flood-banner.js';
import { FloodLegend } from './flood-legend.js';
import { FloodMap } from './flood-map.js';
import { FloodPanel } from './flood-panel.js';
import { FloodSlider } from './flood-slider.js';
import { FloodStore } from './flood-store.js';
import { FootprintLayer } from './footprint-layer.js';
import { footprintSlot } from './footprint-slot.js';
import { ForecastList } from './forecast-list.js';
import { GaugeList } from './gauge-list.js';
import { GaugePanel } from './gauge-panel.js';
import { Header } from './header.js';
import { Health } from './health.js';
import { ImpactPanel } from './impact-panel.js';
import { language, rememberedLanguage, setLanguage } from './language.js';
import { Legend } from './legend.js';
import { ListTabs } from './list-tabs.js';
import { Live } from './live.js';
import { MapView } from './map-view.js';
import { OrderRoom } from './order-room.js';
import { missionSlot } from './mission-list.js';
import { MissionRoom } from './mission-room.js';
import { PhotoRoom } from './photo-room.js';
import { Picture } from './picture.js';
import { Refuges } from './refuges.js';
import { Rules } from './rules.js';
import { SafetyList } from './safety-list.js';
import { SeenRoom } from './seen-room.js';
import { get, getBytes, post, useToken } from './server.js';
import { ShelterRoom } from './shelter-room.js';
import { rememberedTheme, setTheme, theme } from './theme.js';
import { wallSlot } from './wall-slot.js';
import { Warnings } from './warnings.js';

const TICK_MS = 1000;
const LAYERS_EVERY_MS = 30_000;
const RULES_AGAIN_MS = 5000;

const address = readAddress(location.hash);
setTheme(address.theme ?? rememberedTheme());
setLanguage(address.lang ?? rememberedLanguage());

const wall = new WallClock(() => performance.now(), () => Date.now());
const desk = new Desk(new Picture(), wall, new Rules());
desk.selected = address.gauge;
desk.order = address.order;
desk.filter = address.filter;

const map = new MapView(desk, address.map);
const flood = new Flood(desk, new FloodStore(getBytes), get);
const flooding = new FloodMap(flood, map.map);
map.addFlood(flooding);
const breach = new BreachForm(flood, flooding.draw);
const impact = new ImpactPanel(flood, (lon, lat, name) => {
  document.body.dataset.view = 'map';
  desk.touch('view');
  map.centre(lon, lat, 15);
  flooding.mark(lon, lat, name);
});
const list = new GaugeList(desk);
const forecasts = new ForecastList(desk);
const shelters = new ShelterRoom(desk, map);
shelters.selected = address.shelter;
map.onShelter = (id) => shelters.select(id);
const orders = new OrderRoom(desk, map);
orders.onTown = () => shelters.select(null);
const cameras = new CameraRoom(desk, map);
cameras.selected = address.camera;
map.onCamera = (id) => cameras.select(id);
const photos = new PhotoRoom(desk, map);
map.onPhoto = (id) => photos.select(id);
const air = new AirRoom(desk, map, get);
air.selected = address.vehicle;
air.onVehicle = () => {
  shelters.select(null);
  orders.select(null);
};
const missions = new MissionRoom(desk, map, air, get);
air.addSlot(missionSlot(missions));
const footprints = new FootprintLayer(desk);
footprints.vehicle = () => air.selected;
map.addFootprints(footprints);
air.addSlot(footprintSlot(footprints, map));
air.addSlot(wallSlot(desk));
const seen = new SeenRoom(desk, map, get);
const announcer = new Announcer(desk);
air.onSay = (urgency, text) => announcer.say(urgency, text);
const panel = new GaugePanel(desk, map);
const counts = new Counts(desk);
const chronology = new Chronology(desk);
chronology.onFlood = (/** @type {string} */ run) => {
  desk.select(null);
  flood.select(run);
  document.body.dataset.view = 'map';
  desk.touch('view');
};
chronology.onCamera = (/** @type {string} */ id) => cameras.select(id);
chronology.onPhoto = (/** @type {string} */ id) => photos.select(id);
chronology.onMission = (/** @type {string} */ kind, /** @type {string} */ id) => missions.open(kind, id);
chronology.onVehicle = (/** @type {string} */ id) => {
  air.select(id);
  air.show(id);
};
chronology.onTown = (/** @type {string} */ area) => {
  desk.orderBy('order');
  orders.select(area);
};
/** What the address names without a view of the map; it is brought into the map once it is known where it is. */
let named = address.map ? null : address.vehicle ? ['vehicle', address.vehicle] : address.camera ? ['camera', address.camera] : null;

function bringNamed() {
  const place = named === null ? undefined : desk.picture.get(named[0], named[1]);
  if (!place || !Number.isFinite(place.lon)) return;
  named = null;
  map.chosen = true;
  map.untouched = false;
  map.centre(place.lon, place.lat, 13);
}

for (const part of [
  { render: bringNamed },
  new Header(desk), counts, new ListTabs(desk), new Filters(desk), list, forecasts, flood, map, flooding, new Legend(desk, map), panel, shelters, orders, cameras, photos, air, missions, footprints, seen,
  new FloodPanel(flood, map, breach, impact), new FloodBanner(flood), new FloodSlider(flood), new FloodLegend(flood), breach,
  new Warnings(desk), chronology, new ChronologySearch(desk), new Health(desk), new Refuges(desk, map), new SafetyList(desk, map), announcer,
  { render: keepAddress }, { render: showView },
]) desk.add(part);
setLanguage(language());
flood.go(address.flood);

/** What the address bar shows now, so that our own writing is not read back. */
let written = location.hash;

/** @param {import('./desk.js').Dirt} dirt */
function keepAddress(dirt) {
  const step = ['selection', 'shelter-selection', 'air-selection', 'camera-selection', 'filter', 'order', 'flood-choice'].some((thing) => dirt.things.has(thing));
  if (!step && !['moved', 'flood-time', 'language', 'theme'].some((thing) => dirt.things.has(thing))) return;
  const next = writeAddress({
    map: map.chosen ? map.view() : null, gauge: desk.selected, shelter: shelters.selected, vehicle: air.selected, camera: cameras.selected, lang: language(), theme: theme(), order: desk.order, filter: desk.filter,
    flood: flood.address(),
  });
  if (next === written) return;
  // A choice is a step that "back" undoes; a moved map is not, or it would take fifty presses.
  if (step && !dirt.things.has('travelled')) history.pushState(null, '', next);
  else history.replaceState(null, '', next);
  written = next;
}

function travel() {
  if (location.hash === written) return;
  written = location.hash;
  const to = readAddress(location.hash);
  if (to.theme) setTheme(to.theme);
  if (to.lang) setLanguage(to.lang);
  if (to.map) map.go(to.map);
  desk.selected = to.gauge;
  shelters.selected = to.shelter;
  air.selected = to.vehicle;
  cameras.selected = to.camera;
  desk.order = to.order;
  desk.filter = to.filter;
  flood.go(to.flood);
  for (const thing of ['selection', 'shelter-selection', 'air-selection', 'camera-selection', 'filter', 'order', 'flood-choice', 'language', 'theme', 'travelled']) desk.touch(thing);
}

/** On a phone one part shows at a time. @param {import('./desk.js').Dirt} dirt */
function showView(dirt) {
  if (!dirt.things.has('view')) return;
  const view = document.body.dataset.view ?? 'list';
  for (const button of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('[data-view-name]'))) {
    setAttribute(button, 'aria-pressed', String(button.dataset.viewName === view));
  }
}

const live = new Live({
  socketAddress: (since) => `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/live${query(since)}`,
  eventsAddress: (since) => `/live/events${query(since)}`,
  position: () => desk.picture.position,
  onMessage: hear,
  onState: (state) => {
    if (desk.connection.state === 'signed-out' && state === 'lost') return;
    desk.connection = { ...desk.connection, state, transport: live.transport };
    desk.touch('connection');
  },
  onFailure: askSession,
  monotonic: () => performance.now(),
  chance: Math.random,
});

/** @param {string | null} since */
function query(since) {
  return since === null ? '' : `?since=${encodeURIComponent(since)}`;
}

/** @param {any} message */
function hear(message) {
  wall.observe(Date.parse(message.at));
  desk.connection.heardAtMs = wall.now();
  if (desk.connection.state === 'signed-out') desk.connection.state = 'live';
  try {
    desk.changed(desk.picture.apply(message));
  } catch (error) {
    // Whatever broke the contract, only a fresh snapshot is sure to be whole.
    desk.picture.position = null;
    throw error;
  }
}

async function askSession() {
  try {
    desk.session = await get('/api/session');
    useToken(desk.session.csrf ?? '');
    if (desk.connection.state === 'signed-out') desk.connection.state = live.state;
  } catch (error) {
    if (/** @type {any} */ (error).status === 401) desk.connection.state = 'signed-out';
  }
  desk.touch('session');
  desk.touch('connection');
}

async function askRules() {
  const addresses = ['river-levels', 'warnings', 'hazards', 'depth-classes', 'facility-kinds'].map((name) => get(`/api/rules/${name}`));
  const answers = (await Promise.allSettled(addresses)).map((one) => (one.status === 'fulfilled' ? one.value : null));
  desk.rules.take(answers[0], answers[1], answers[2]);
  desk.rules.takeFloods(answers[3], answers[4]);
  desk.touch('rules');
  if (answers.includes(null)) setTimeout(askRules, RULES_AGAIN_MS);
}

async function askLayers() {
  try {
    desk.layers = await get('/api/layers');
    desk.layersFailed = false;
  } catch {
    desk.layersFailed = true;
  }
  desk.touch('layers');
}

function listen() {
  map.onMoved = () => desk.touch('moved');
  counts.onOfficial = showWarnings;
  window.addEventListener('popstate', travel);
  window.addEventListener('hashchange', travel);
  window.addEventListener('online', () => live.retry());
  document.addEventListener('visibilitychange', () => desk.touch('tick'));
  byId('lost-retry').addEventListener('click', () => live.retry());
  byId('theme-switch').addEventListener('click', () => {
    setTheme(theme() === 'dark' ? 'light' : 'dark');
    desk.touch('theme');
  });
  byId('language-switch').addEventListener('click', () => {
    setLanguage(language() === 'ja' ? 'en' : 'ja');
    desk.touch('language');
  });
  byId('sign-out').addEventListener('click', signOut);
  document.querySelector('[data-skip="list"]')?.addEventListener('click', () => ({ danger: list, forecast: forecasts, shelter: shelters.list, order: orders.list, camera: cameras.list, air: air.list, photo: photos.list }[desk.order]).focus());
  document.querySelector('[data-skip="map"]')?.addEventListener('click', () => byId('map').focus());
  for (const button of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('[data-view-name]'))) {
    button.addEventListener('click', () => {
      document.body.dataset.view = button.dataset.viewName;
      desk.touch('view');
      window.scrollTo(0, 0);
    });
  }
  document.addEventListener('keydown', (event) => {
    const typing = /** @type {HTMLElement} */ (event.target).closest?.('input, select, textarea, dialog');
    if (event.key !== '/' || typing || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    byId('filter-text').focus();
  });
}

/** Lead to the official warnings, wherever this screen's size has put them. */
function showWarnings() {
  document.body.dataset.view = 'warnings';
  desk.touch('view');
  // On a narrow screen the gauge panel stands in their place; they are there again with the next frame.
  if (!byId('warnings').checkVisibility()) desk.select(null);
  requestAnimationFrame(() => requestAnimationFrame(() => byId('warnings-scroll').focus()));
}

async function signOut() {
  try {
    await post('/api/sign-out', {});
  } finally {
    location.assign('/sign-in');
  }
}

listen();
for (const thing of ['language', 'theme', 'selection', 'filter', 'order', 'layers-shown', 'view', 'travelled']) desk.touch(thing);
live.start();
askSession();
askRules();
askLayers();
setInterval(() => desk.touch('tick'), TICK_MS);
setInterval(askLayers, LAYERS_EVERY_MS);
