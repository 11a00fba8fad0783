// @ts-check
/** Who and what a simulated flood hits, as tables: totals at the moment shown, places in the order of arrival, areas, roads. */

import { jst, momentText } from './clock.js';
import { element, setText } from './element.js';
import { countText, depthMetres, sinceText } from './flood-words.js';
import { byArrival, csv, groupOf, hitAt, hitEver, momentIndex, placeAt } from './impact.js';
import { language, named, t } from './language.js';
import { kindName, signElement } from './place-sign.js';

/** Rows of a table before "all" is pressed. */
const FIRST_ROWS = 30;

export class ImpactPanel {
  root = element('section', { class: 'impact', 'aria-labelledby': 'impact-title' });
  when = element('p', { class: 'impact-when' });
  notes = element('div', { class: 'notes' });
  totals = element('table', { class: 'impact-totals' });
  places = element('table', { class: 'impact-places' });
  areas = element('table', { class: 'impact-areas' });
  roads = element('table', { class: 'impact-roads' });
  more = element('button', { type: 'button', class: 'wide' });
  save = element('button', { type: 'button', class: 'quiet', 'data-text': 'impact.csv' });
  body = element('div', { class: 'impact-body' });
  none = element('p', { class: 'empty' });

  /** @param {import('./flood.js').Flood} flood @param {(lon: number, lat: number, name: string) => void} show brings a place into the map */
  constructor(flood, show) {
    this.flood = flood;
    this.show = show;
    this.all = false;
    this.more.addEventListener('click', () => {
      this.all = true;
      this.render();
    });
    this.save.addEventListener('click', () => this.#save());
    this.body.append(this.notes, this.totals,
      element('h4', { 'data-text': 'impact.places' }), this.places, this.more,
      element('h4', { 'data-text': 'impact.areas' }), this.areas,
      element('h4', { 'data-text': 'impact.roads' }), this.roads);
    this.root.append(
      element('header', { class: 'part-head' }, element('h3', { id: 'impact-title', 'data-text': 'impact.title' }), this.save),
      this.when, this.none, this.body);
  }

  render() {
    const { flood } = this;
    const impact = flood.document('impact');
    const value = flood.value();
    this.none.hidden = Boolean(impact);
    this.body.hidden = !impact;
    this.save.hidden = !impact;
    this.when.hidden = !impact;
    if (!impact) {
      setText(this.none, t(flood.computed && impact === null ? 'impact.absent' : value?.state === 'failed' ? 'flood.none-failed' : 'impact.later'));
      return;
    }
    const now = flood.desk.now();
    const t_s = flood.view === 'depth' && Number.isFinite(flood.t_s) ? flood.t_s : Infinity;
    setText(this.when, Number.isFinite(t_s)
      ? t('impact.at', { clock: momentText(flood.startMs + t_s * 1000, now), since: sinceText(t_s) }) : t('impact.ever'));
    this.#notes(impact);
    this.#totals(impact, t_s);
    this.#places(impact, t_s, now);
    this.#areas(impact, t_s, now);
    this.#roads(impact, now);
  }

  /** @param {any} impact */
  #notes(impact) {
    const { population } = impact;
    const texts = [];
    if (population === null) texts.push(t('impact.no-population'));
    else {
      if (population.synthetic) texts.push(t('impact.synthetic'));
      texts.push(t('impact.population', { source: population.source, as_of: population.as_of ?? t('layer.undated') }));
    }
    const unknown = impact.totals?.people_unknown;
    if (unknown > 0) texts.push(t('impact.unknown-people', { count: countText(unknown) }));
    if (impact.limits && !impact.limits.verified) texts.push(t('impact.unverified'));
    const key = texts.join('|');
    if (this.notes.dataset.key === key) return;
    this.notes.dataset.key = key;
    this.notes.replaceChildren(...texts.map((text, index) => element('p', { class: index === 0 && (population === null || population.synthetic) ? 'note' : 'part-note' }, text)));
  }

  /** @param {any} impact @param {number} t_s */
  #totals(impact, t_s) {
    const { rules } = this.flood.desk;
    const hit = Number.isFinite(t_s) ? hitAt(impact, t_s) : hitEver(impact);
    const known = (/** @type {number | null} */ number) => (number === null ? t('flood.unknown') : countText(number));
    const rows = [[t('impact.people'), known(hit.people)], [t('impact.households'), known(hit.households)]];
    (hit.byClass ?? []).forEach((people, index) => {
      const found = rules.depths[index];
      if (people > 0) rows.push([`${t('impact.of-these')} ${found ? named(found) : `${impact.classes[index]} m`}`, countText(people)]);
    });
    const at = momentIndex(impact, t_s);
    const stopped = Number.isFinite(t_s) ? impact.walkable : null;
    if (stopped) rows.push([t('impact.adult', { depth: impact.limits.adult_m }), known(stopped.adult_closed?.[at] ?? null)]);
    rows.push([t('impact.closed-shelters'), countText(hit.closed.shelter + hit.closed.site)], [t('impact.closed-facilities'), countText(hit.closed.facility + hit.closed.underpass)]);
    this.#fill(this.totals, [t('impact.caption-totals')], null, rows.map(([name, number]) => ({ cells: [name, number] })));
  }

  /** @param {any} impact @param {number} t_s @param {number} now */
  #places(impact, t_s, now) {
    const rows = byArrival(impact.places ?? []);
    const shown = this.all ? rows : rows.slice(0, FIRST_ROWS);
    this.more.hidden = shown.length === rows.length;
    setText(this.more, t('impact.more', { count: rows.length - shown.length }));
    const head = [t('impact.place'), t('impact.closed-from'), t('impact.arrival'), t('impact.depth-now'), t('impact.peak')];
    this.#fill(this.places, [t('impact.caption-places'), String(rows.length)], head, shown.map((place) => {
      const { state, depth_m: depth } = placeAt(place, t_s, impact);
      const words = place.unknown ? [t('flood.unknown'), t('flood.unknown'), t('flood.unknown'), t('flood.unknown')]
        : [this.#clock(place.closed_from_s, now), this.#clock(place.arrival_s, now), this.#depth(Number.isFinite(t_s) ? depth : place.peak_m), this.#depth(place.peak_m)];
      return {
        cells: [place.name, ...words], state, kind: place.kind, id: `${place.kind}/${place.id}`, under: kindName(this.flood.desk.rules, place.kind),
        press: () => this.show(place.lon, place.lat, place.name),
      };
    }), t('impact.no-places'));
  }

  /** @param {any} impact @param {number} t_s @param {number} now */
  #areas(impact, t_s, now) {
    const at = momentIndex(impact, t_s);
    const head = [t('impact.area'), t(Number.isFinite(t_s) ? 'impact.people-now' : 'impact.people-ever'), t('impact.people-peak'), t('impact.arrival'), t('impact.deepest')];
    const known = (/** @type {any} */ number) => (number === null || number === undefined ? t('flood.unknown') : countText(number));
    this.#fill(this.areas, [t('impact.caption-areas')], head, (impact.areas ?? []).map((/** @type {any} */ area) => ({
      cells: [area.name ?? t('impact.area-unnamed'), known(Number.isFinite(t_s) ? area.people?.[at] : area.people_ever), known(area.people_peak),
        this.#clock(area.arrival_s, now), this.#depth(area.deepest_m)],
      level: area.kind,
    })), t('impact.no-areas'));
  }

  /** @param {any} impact @param {number} now */
  #roads(impact, now) {
    const head = [t('impact.road'), t('impact.closed-from'), t('impact.arrival'), t('impact.peak')];
    const rows = (impact.roads ?? []).slice(0, this.all ? undefined : FIRST_ROWS);
    this.#fill(this.roads, [t('impact.caption-roads')], head, rows.map((/** @type {any} */ road) => ({
      cells: [road.name || t('impact.road-unnamed'), this.#clock(road.closed_from_s, now), this.#clock(road.arrival_s, now), this.#depth(road.peak_m)],
    })), t('impact.no-roads'));
  }

  /** @param {number | null | undefined} t_s @param {number} now */
  #clock(t_s, now) {
    return Number.isFinite(t_s) ? momentText(this.flood.startMs + /** @type {number} */ (t_s) * 1000, now) : '—';
  }

  /** @param {number | null | undefined} depth_m */
  #depth(depth_m) {
    return Number.isFinite(depth_m) ? t('flood.metres', { value: depthMetres(/** @type {number} */ (depth_m)) }) : '—';
  }

  /**
   * @param {HTMLElement} table @param {string[]} caption @param {string[] | null} head
   * @param {{cells: string[], state?: string, kind?: string, id?: string, under?: string, level?: string, press?: () => void}[]} rows
   * @param {string} [empty] words when there are none
   */
  #fill(table, caption, head, rows, empty) {
    const key = JSON.stringify([language(), document.documentElement.dataset.theme, caption, head, rows, empty]);
    if (table.dataset.key === key) return;
    const held = /** @type {HTMLElement | null} */ (document.activeElement)?.closest?.('tr')?.dataset.place;
    table.dataset.key = key;
    table.replaceChildren(
      element('caption', { class: 'unseen' }, caption.join(' ')),
      ...(head === null ? [] : [element('thead', {}, element('tr', {}, ...head.map((text, i) => element('th', { scope: 'col', class: i > 0 ? 'number' : null }, text))))]),
      element('tbody', {}, ...rows.map((row) => tableRow(row)),
        rows.length === 0 && empty ? element('tr', {}, element('td', { colspan: String(head?.length ?? 2) }, empty)) : null));
    if (held) /** @type {HTMLElement | null} */ (table.querySelector(`tr[data-place="${CSS.escape(held)}"] button`))?.focus();
  }

  #save() {
    const { flood } = this;
    const impact = flood.document('impact');
    const value = flood.value();
    if (!impact || !value) return;
    const moment = (/** @type {number | null} */ t_s) => (Number.isFinite(t_s) ? stamp(flood.startMs + /** @type {number} */ (t_s) * 1000) : null);
    const head = ['csv-group', 'csv-kind', 'csv-name', 'csv-area', 'csv-unknown', 'csv-arrival', 'csv-closed', 'csv-peak', 'csv-people', 'csv-lon', 'csv-lat'].map((name) => t(`impact.${name}`));
    const rows = [
      [t('flood.stamp'), value.title, t(`flood.member-${flood.member}`), t('impact.csv-start'), moment(0), impact.population === null ? t('impact.no-population') : impact.population.source,
        impact.population?.synthetic ? t('impact.synthetic') : ''],
      head,
      ...byArrival(impact.places ?? []).map((place) => [t(`flood.group-${groupOf(place.kind)}`), kindName(flood.desk.rules, place.kind), place.name, place.area, place.unknown ? 1 : 0,
        moment(place.arrival_s), moment(place.closed_from_s), place.peak_m, null, place.lon, place.lat]),
      ...(impact.areas ?? []).map((/** @type {any} */ area) => [t('impact.area'), area.kind, area.name, area.code, null, moment(area.arrival_s), null, area.deepest_m, area.people_ever, null, null]),
      ...(impact.roads ?? []).map((/** @type {any} */ road) => [t('flood.group-road'), road.class, road.name, null, null, moment(road.arrival_s), moment(road.closed_from_s), road.peak_m, null, null, null]),
    ];
    const link = element('a', { href: URL.createObjectURL(new Blob([csv(rows)], { type: 'text/csv' })), download: `${t('impact.csv-file')}-${value.id}-${flood.member}.csv` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(/** @type {any} */ (link).href), 1000);
  }
}

/** @param {{cells: string[], state?: string, kind?: string, id?: string, under?: string, level?: string, press?: () => void}} row */
function tableRow({ cells, state, kind, id, under, level, press }) {
  const [name, ...rest] = cells;
  const words = press ? element('button', { type: 'button', class: 'row-open', lang: 'ja' }, name) : element('span', { lang: 'ja' }, name);
  const row = element('tr', { 'data-place': id ?? null, 'data-state': state ?? null, 'data-kind': level ?? null },
    element('th', { scope: 'row' }, kind ? signElement(kind, /** @type {any} */ (state)) : null, element('span', { class: 'impact-name' }, words, under ? element('span', { class: 'row-place' }, under) : null)),
    ...rest.map((text) => element('td', { class: 'number' }, text)));
  if (press) row.addEventListener('click', press);
  return row;
}

/** @param {number} ms */
function stamp(ms) {
  const { date, minute } = jst(ms);
  return `${date} ${minute}`;
}
