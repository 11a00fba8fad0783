// @ts-check
/** What a plan rests on and whom it leaves out: said first, so that nobody takes it for more than it is. */

import { byId, element, japanese } from './element.js';
import { t } from './language.js';

const SHOWN = 8;

/** @param {any} basis answer of `GET` or `POST /api/supply-plan` */
export function showBasis(basis) {
  const { travel } = basis;
  const said = [
    ...ways(travel),
    basis.synthetic ? ['warn', t('plan.synthetic')] : null,
    basis.fleet.some((/** @type {any} */ row) => !row.told) ? ['note', t('plan.fleet-assumed', { kg: basis.handling_kg_h })] : null,
    basis.assumed_access.length ? ['note', t('plan.access-assumed', { count: basis.assumed_access.length, kind: t(`plan.class-${basis.unknown_access}`) })] : null,
    basis.unknown_stock.length ? ['note', t('plan.stock-unknown', { count: basis.unknown_stock.length })] : null,
  ].filter((one) => one !== null);
  byId('plan-basis').replaceChildren(
    element('h2', { id: 'plan-basis-title' }, t('plan.basis')),
    element('ul', { class: 'plan-said' }, ...said.map(([kind, text]) => element('li', { 'data-kind': kind }, text))),
    ...people(t('plan.left-out'), basis.left_out, (one) => t(`plan.out-${one.code}`), 'left-out'),
    ...people(t('plan.doubtful'), basis.doubtful, (one) => doubt(one), 'doubtful'),
    ...people(t('plan.off-road'), travel.estimated, (one) => t(`plan.off-${one.code}`), 'off-road'),
  );
}

/** How the ways were found: over which roads, past which closures and which water, and what is only a straight line. @param {any} travel */
function ways(travel) {
  const { roads } = travel;
  const straight = { factor: travel.detour_factor, speed: travel.speed_km_h };
  if (roads === null) {
    return [['estimate', t('plan.travel', straight)], travel.closed_roads > 0 ? ['warn', t('plan.closed-roads', { count: travel.closed_roads })] : null];
  }
  const counts = { ...straight, estimated: travel.estimated_pairs, pairs: travel.pairs };
  return [
    ['note', t('plan.roads', { source: roads.sources.join('、'), count: roads.stretches, nets: roads.nets_km.length })],
    travel.estimated_pairs > 0 ? ['estimate', t('plan.roads-estimated', counts)] : null,
    ...roads.closures.map((/** @type {any} */ one) => ['warn', one.roads.length > 0
      ? t('plan.closed-at', { label: one.label, roads: one.roads.join('、') }) : t('plan.closed-nowhere', { label: one.label })]),
    roads.flood === null ? ['note', t('plan.no-flood')]
      : ['warn', t(roads.use_flood ? 'plan.flooded' : 'plan.flood-unused', { title: roads.flood.title, count: roads.flood.wet, depth: roads.car_m })],
  ];
}

/** @param {any} one */
function doubt(one) {
  const parts = one.roads.map((/** @type {string} */ label) => t('plan.doubt-road', { label }));
  if (one.silence === 'lost' || one.silence === 'isolated') parts.unshift(t(`plan.doubt-${one.silence}`));
  return parts.join('、');
}

/** @param {string} title @param {any[]} of @param {(one: any) => string} why @param {string} name */
function people(title, of, why, name) {
  if (of.length === 0) return [];
  const items = of.map((one) => element('li', {}, japanese(one.name), ' — ', why(one)));
  const list = element('ul', { 'data-list': name }, ...items.slice(0, SHOWN));
  const rest = items.slice(SHOWN);
  return [
    element('h3', {}, `${title}（${of.length}）`), list,
    rest.length ? element('details', {}, element('summary', {}, t('plan.more', { count: rest.length })), element('ul', {}, ...rest)) : '',
  ];
}
