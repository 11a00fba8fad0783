// @ts-check
/** The header: incident, drill banner, clock, connection, ages of the layers. */

import { incidentNow, jst, replayEnded } from './clock.js';
import { byId, element, setAttribute, setText } from './element.js';
import { language, t, tOr } from './language.js';
import { ageText } from './wording.js';

/** Water levels older than this [ms, incident time] are marked: three missed ten-minute reports. */
const LEVELS_OLD_MS = 30 * 60_000;
const LEVEL_LAYERS = ['gauge', 'gauges', 'reading', 'readings', 'level', 'levels'];
const WARNING_LAYERS = ['warning', 'warnings'];
const FORECAST_LAYERS = ['forecast', 'forecasts'];
/** Listed in the panel of data health only: its newest entry stands on the screen with its time. */
const UNLISTED = ['chronology', 'camera'];

export class Header {
  /** @param {import('./desk.js').Desk} desk */
  constructor(desk) {
    this.desk = desk;
    this.time = byId('clock-time');
    this.ages = byId('layer-ages');
  }

  render() {
    this.#incident();
    this.#clock();
    this.#connection();
    this.#lost();
    this.#layers();
    setAttribute(byId('language-switch'), 'lang', language() === 'ja' ? 'en' : 'ja');
    setText(byId('officer'), this.desk.session?.display_name ?? '');
  }

  #incident() {
    const incident = this.desk.incident();
    const drill = incident?.kind === 'drill';
    const name = incident?.name ?? t('header.no-incident');
    setText(byId('incident-name'), name);
    setAttribute(byId('incident-name'), 'title', name);
    byId('drill').hidden = !drill;
    setAttribute(document.documentElement, 'data-incident', incident?.kind ?? null);
    const counted = this.desk.ordered.filter(({ gauge, standing }) => gauge.alarm && !standing.doubted).length;
    const title = `${drill ? t('drill.title') : ''}${counted > 0 ? `(${counted}) ` : ''}${t('app.title')}`;
    if (document.title !== title) document.title = title;
  }

  #clock() {
    const clock = this.desk.incident()?.clock;
    if (!this.desk.wall.known) return;
    const wallMs = this.desk.wall.now();
    const parts = jst(incidentNow(clock, wallMs));
    setText(this.time, parts.second);
    const names = t('date.weekdays');
    const weekday = names.includes(' ') ? names.split(' ')[parts.weekday] : names[parts.weekday];
    setText(byId('clock-date'), t('date.long', { ...parts, weekday }));
    const replay = byId('clock-replay');
    replay.hidden = !clock;
    if (clock) {
      const ended = replayEnded(clock, wallMs);
      setText(replay, ended ? t('header.replay-ended') : t('header.replay', { speed: clock.speed }));
    }
  }

  #connection() {
    const { state, transport } = this.desk.connection;
    setAttribute(document.documentElement, 'data-connection', state);
    const key = state === 'live' && transport === 'events' ? 'live-events' : state;
    setText(byId('connection-text'), t(`connection.${key}`));
  }

  #lost() {
    const { state, heardAtMs } = this.desk.connection;
    const out = state === 'signed-out';
    byId('lost').hidden = state !== 'lost' && !out;
    byId('lost-retry').hidden = out;
    byId('lost-sign-in').hidden = !out;
    if (byId('lost').hidden) return;
    // By the incident's clock, like every other moment and age on this screen.
    const heard = heardAtMs === null ? NaN : incidentNow(this.desk.incident()?.clock, heardAtMs);
    const words = { time: heardAtMs === null ? '' : jst(heard).second, age: ageText(this.desk.now() - heard) };
    const key = out ? 'lost.signed-out' : heardAtMs === null ? 'lost.never' : 'lost.since';
    setText(byId('lost-text'), t(key, words));
    setText(byId('lost-more'), out ? '' : t('lost.retrying'));
  }

  #layers() {
    const now = this.desk.now();
    const rows = this.#layerRows();
    while (this.ages.children.length > rows.length) this.ages.lastElementChild.remove();
    rows.forEach((row, i) => {
      const item = this.ages.children[i] ?? this.ages.appendChild(element('li', {},
        element('span', { class: 'layer-name' }), ' ', element('span', { class: 'layer-age' })));
      const ageMs = row.newestMs === null ? NaN : now - row.newestMs;
      setAttribute(item, 'data-layer', row.layer);
      setAttribute(item, 'data-age-s', Number.isFinite(ageMs) ? Math.round(ageMs / 1000) : null);
      const old = row.live && !(ageMs < LEVELS_OLD_MS);
      setAttribute(item, 'data-old', old || this.desk.layersFailed && !row.live ? 'true' : null);
      setText(item.children[0], tOr(`layer.${row.layer}`, row.layer));
      const undated = t(row.empty ? 'layer.none' : 'layer.undated');
      setText(item.children[1], row.newestMs === null ? undated : ageText(ageMs));
    });
  }

  /** @returns {{layer: string, newestMs: number | null, live: boolean, empty: boolean}[]} */
  #layerRows() {
    const listed = this.desk.layers ?? [];
    const others = listed.filter(({ layer }) => ![...LEVEL_LAYERS, ...WARNING_LAYERS, ...FORECAST_LAYERS, ...UNLISTED].includes(layer));
    const warned = listed.find(({ layer }) => WARNING_LAYERS.includes(layer));
    const issued = this.desk.picture.all('warning').map((warning) => Date.parse(warning.issued_at));
    return [
      {
        layer: 'gauges', live: true, empty: true,
        newestMs: newest(this.desk.picture.all('gauge').map((gauge) => Date.parse(gauge.observed_at ?? ''))),
      },
      {
        layer: 'forecasts', live: true, empty: true,
        newestMs: newest(this.desk.picture.all('forecast').map((forecast) => Date.parse(forecast.origin_at ?? ''))),
      },
      { layer: 'warnings', live: false, empty: true, newestMs: newest([...issued, Date.parse(warned?.newest_at ?? '')]) },
      ...others.map(({ layer, newest_at, count }) => ({
        layer, live: false, empty: !count, newestMs: newest([Date.parse(newest_at ?? '')]),
      })),
    ];
  }
}

/** @param {number[]} moments [ms] @returns {number | null} */
function newest(moments) {
  let best = null;
  for (const ms of moments) if (Number.isFinite(ms) && (best === null || ms > best)) best = ms;
  return best;
}
