// @ts-check
/** Choosing a place: by name, by position, from the list or on a map. All of it happens on the device. */

import { element } from '../element.js';
import { searched } from '../ground.js';
import { rich, t } from '../language.js';
import { mapPicker } from '../map-picker.js';

/** @param {import('../app.js').App} app @returns {HTMLElement[]} */
export function placeScreen(app) {
  return [
    element('h1', {}, rich(app.place === null ? 'place.choose' : 'place.change')),
    app.place === null ? element('p', {}, rich('place.none')) : element('p', { lang: 'ja' }, app.place.name),
    element('p', { class: 'note' }, rich('place.kept-here')),
    ...choices(app),
  ];
}

/** @param {import('../app.js').App} app */
function choices(app) {
  const { catalogue } = app;
  if (catalogue === null) return [element('p', { role: 'status' }, rich('place.loading'))];
  if (catalogue === 'failed') return [element('p', { class: 'stale', role: 'status' }, rich('place.cannot-load'))];
  return [searchPart(app, catalogue), positionPart(app), listPart(app, catalogue), mapPart(app, catalogue)];
}

/** @param {import('../app.js').App} app @param {any} place */
function take(app, place) {
  app.choose(place);
  location.hash = '#/';
}

/** @param {import('../app.js').App} app @param {{areas: any[], places: any[]}} catalogue */
function searchPart(app, catalogue) {
  const found = element('ul', { class: 'found', id: 'found' });
  const count = element('p', { role: 'status', class: 'note' });
  const entries = [...catalogue.areas.map((area) => ({ ...area, area: area.code })), ...catalogue.places];
  const names = new Map(catalogue.areas.map((area) => [area.code, area.name]));
  const search = (/** @type {string} */ words) => {
    const hits = searched(words, entries);
    found.replaceChildren(...hits.map((hit) => element('li', {}, element('button', {
      type: 'button', onclick: () => take(app, placeOf(hit, names)),
    }, element('span', { lang: 'ja' }, hit.name), ' ', element('small', { lang: 'ja' }, names.get(hit.area) ?? '')))));
    count.replaceChildren(words.trim() === '' ? '' : hits.length > 0 ? rich('place.found', { count: hits.length }) : rich('place.search-none'));
  };
  return element('section', { class: 'part' }, element('label', { for: 'place-search' }, rich('place.search')),
    element('input', {
      id: 'place-search', type: 'search', autocomplete: 'off', 'aria-controls': 'found', 'data-key': 'place-search',
      oninput: (/** @type {any} */ event) => search(event.target.value),
    }), count, found);
}

/** @param {any} hit @param {Map<string, string>} names */
function placeOf(hit, names) {
  const isArea = hit.code !== undefined;
  return {
    area: hit.area, areaName: names.get(hit.area) ?? hit.name, name: hit.name,
    district: hit.kind === 'district' ? hit.name : null,
    point: isArea || !Number.isFinite(hit.lon) ? null : [hit.lon, hit.lat],
  };
}

/** @param {import('../app.js').App} app */
function positionPart(app) {
  const said = element('p', { role: 'status', class: 'note' });
  const tell = (/** @type {string} */ key) => said.replaceChildren(rich(key));
  const find = () => {
    tell('place.position-wait');
    const refused = () => tell('place.position-refused');
    if (!navigator.geolocation) return refused();
    return navigator.geolocation.getCurrentPosition(({ coords }) => {
      const place = app.placeAt([coords.longitude, coords.latitude], '');
      if (place === null) tell('place.position-outside');
      else take(app, place);
    }, refused, { timeout: 15_000, maximumAge: 60_000 });
  };
  return element('section', { class: 'part' }, element('button', { type: 'button', 'data-key': 'position', onclick: find }, rich('place.position')), said);
}

/** @param {import('../app.js').App} app @param {{areas: any[]}} catalogue */
function listPart(app, catalogue) {
  const rows = catalogue.areas.map((area) => element('li', {}, element('button', {
    type: 'button', 'data-area': area.code, 'data-key': `area-${area.code}`,
    onclick: () => take(app, { area: area.code, areaName: area.name, name: area.name, district: null, point: null }),
  }, element('span', { lang: 'ja' }, area.name))));
  return element('section', { class: 'part', 'aria-labelledby': 'list-title' },
    element('h2', { id: 'list-title' }, rich('place.list')), element('ul', { class: 'areas' }, ...rows));
}

/** @param {import('../app.js').App} app @param {{areas: any[]}} catalogue */
function mapPart(app, catalogue) {
  const use = element('button', { type: 'button', class: 'primary', 'data-key': 'use-point', disabled: true }, t('place.use-point', { area: '—' }));
  /** @type {any} */ let marked = null;
  const map = mapPicker(catalogue.areas, app.place?.point ?? null, (point) => {
    marked = app.placeAt(point, '');
    use.toggleAttribute('disabled', marked === null);
    use.replaceChildren(marked === null ? rich('place.position-outside') : rich('place.use-point', { area: marked.areaName }));
  });
  use.addEventListener('click', () => marked && take(app, marked));
  return element('section', { class: 'part', 'aria-labelledby': 'map-title' },
    element('h2', { id: 'map-title' }, rich('place.map')), element('p', { class: 'note', id: 'map-help' }, rich('place.map-help')), map, use);
}
