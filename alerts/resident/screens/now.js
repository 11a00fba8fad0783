// @ts-check
/** What is ordered here, what is official, what we estimate: in that order, each apart, none in the words of another. */

import { element } from '../element.js';
import { language, LOCALES, rich, sent, textLanguage, worded } from '../language.js';
import { goBy, upstairs } from '../standing.js';
import { levelBadge, unknownBadge, whenNode } from '../wording.js';

/** @param {import('../app.js').App} app @returns {HTMLElement[]} */
export function nowScreen(app) {
  const standing = app.standing;
  return [
    placeLine(app),
    todoBox(standing),
    ordersPart(app, standing),
    officialPart(app, standing),
    estimatesPart(app, standing),
    upstairsPart(app),
    sourcesPart(app),
    element('p', { class: 'always' }, rich('footer.always')),
  ];
}

/** @param {import('../app.js').App} app */
function placeLine(app) {
  return element('p', { class: 'place-line' },
    element('strong', { lang: 'ja' }, app.place?.name ?? ''), ' ',
    app.place?.name === app.place?.areaName ? null : element('span', { lang: 'ja' }, app.place?.areaName ?? ''), ' ',
    element('a', { href: '#/place', class: 'button', 'data-key': 'change-place' }, rich('place.change')));
}

/** @param {any} standing */
function todoBox({ todo }) {
  return element('section', { class: 'todo', 'aria-labelledby': 'todo-title', 'data-level': todo.level ?? 'none', 'data-todo': todo.key },
    element('h1', { id: 'todo-title' }, rich('todo.title')),
    element('p', { class: 'todo-words' }, rich(todo.key)),
    element('p', {}, element('a', { href: '#/shelters', class: 'button' }, rich('app.shelters'))));
}

/** @param {string} kind @param {string} title @param {(HTMLElement | null)[]} content */
function part(kind, title, content) {
  return element('section', { class: `part ${kind}`, 'aria-labelledby': `${kind}-title` },
    element('h2', { id: `${kind}-title` }, element('span', { class: 'sign', 'aria-hidden': 'true' }), rich(title)), ...content);
}

/** @param {import('../app.js').App} app @param {any} standing */
function ordersPart(app, standing) {
  const cards = standing.orders.map((/** @type {any} */ order) => orderCard(app, order));
  const none = !standing.known ? unknownBadge(rich('orders.unknown'))
    : standing.fresh ? element('p', {}, rich('orders.none', { when: whenNode(app.answer.at, app.nowMs) }))
      : unknownBadge(rich('orders.unknown'));
  const lifted = standing.lifted.map((/** @type {any} */ order) => element('li', {},
    levelBadge(order.level, `levels.${order.level}.name`), ' ', rich('orders.lifted', { when: whenNode(order.lifted_at, app.nowMs) })));
  return part('orders', 'orders.title', [
    ...(cards.length > 0 ? cards : [none]),
    lifted.length > 0 ? element('div', {}, element('h3', {}, rich('orders.lifted-title')), element('ul', {}, ...lifted)) : null,
  ]);
}

/** @param {import('../app.js').App} app @param {any} order */
function orderCard(app, order) {
  const districts = order.districts?.length
    ? element('span', { lang: 'ja' }, order.districts.map((/** @type {any} */ one) => one.name).join('、')) : rich('orders.whole');
  return element('article', { class: 'card', 'data-level': order.level, 'data-order': order.id },
    element('h3', {}, levelBadge(order.level, 'orders.level'), ' ', rich(`levels.${order.level}.name`)),
    element('p', {}, rich('orders.by', { area: app.answer.area.name }), ' ', element('small', {}, rich('orders.issued', { when: whenNode(order.issued_at, app.nowMs) }))),
    element('p', { class: `meant-${order.meant}` }, element('strong', {}, rich(`orders.${order.meant}`))),
    element('p', {}, rich('orders.districts'), ': ', districts),
    ...orderTexts(order),
    order.overdue ? element('p', { class: 'warn' }, rich('orders.overdue', { when: whenNode(order.expires_at, app.nowMs) })) : null,
    order.origin === 'recorded' ? element('p', { class: 'note' }, rich('orders.recorded')) : null);
}

/** The words of the order in the page's language; where it has none, in English and easy Japanese, and that is said. @param {any} order */
function orderTexts(order) {
  const texts = order.texts ?? {};
  const own = language() in LOCALES ? texts[language()] : texts[language()] ?? null;
  const shown = own ? [[own, language()]] : [[texts.en, 'en'], [texts.easy, 'easy'], [texts.ja, 'ja']].filter(([text]) => text).slice(0, 2);
  const note = own ? null : element('p', { class: 'note' }, rich('orders.other-language'));
  return [note, ...shown.flatMap(([text, code]) => orderText(text, code))].filter((node) => node !== null);
}

/** @param {any} text `{headline, body, instruction}` @param {string} code */
function orderText(text, code) {
  const lang = code === 'easy' ? 'ja' : code;
  return [text.headline, text.body, text.instruction].filter(Boolean).flatMap((words) =>
    String(words).split('\n').filter((line) => line.trim() !== '').map((line) => element('p', { class: 'order-text' }, sent(line, lang))));
}

/** @param {import('../app.js').App} app @param {any} standing */
function officialPart(app, standing) {
  const rows = standing.official.map((/** @type {any} */ warning) => element('li', { class: 'card', 'data-official': warning.id },
    warning.numbered === false ? element('strong', { class: 'step' }, officialName(warning))
      : element('span', {}, levelBadge(warning.level, 'official.level'), ' ', element('strong', {}, officialName(warning))),
    element('small', {}, ' ', element('span', { lang: 'ja' }, warning.publisher ?? ''), ' ', rich('official.issued', { when: whenNode(warning.issued_at, app.nowMs) }))));
  const none = standing.known && standing.fresh
    ? element('p', {}, rich('official.none', { when: whenNode(app.answer.at, app.nowMs) })) : unknownBadge(rich('orders.unknown'));
  return part('official', 'official.title', [
    element('p', { class: 'note' }, rich('official.note')),
    rows.length > 0 ? element('ul', { class: 'cards' }, ...rows) : none,
  ]);
}

/** @param {any} warning */
function officialName(warning) {
  const words = worded(warning.names) ?? { text: warning.name, lang: 'ja' };
  return element('span', { lang: words.lang }, words.text);
}

/** @param {import('../app.js').App} app @param {any} standing */
function estimatesPart(app, standing) {
  const cards = standing.estimates.map((/** @type {any} */ estimate) => estimateCard(app, estimate));
  const none = standing.known && standing.fresh ? element('p', {}, rich('estimates.none')) : unknownBadge(rich('estimates.unknown'));
  return part('estimates', 'estimates.title', [
    element('p', { class: 'note' }, rich('estimates.note')),
    ...(cards.length > 0 ? cards : [none]),
  ]);
}

/** @param {import('../app.js').App} app @param {any} estimate */
function estimateCard(app, estimate) {
  const time = goBy([estimate]);
  const go = time === null ? rich('estimates.no-time')
    : rich(time.overdue(app.nowMs) ? 'estimates.overdue' : 'estimates.go-by', { when: whenNode(time.at, app.nowMs) });
  const name = rich(`levels.${estimate.level}.name`);
  return element('article', { class: 'card estimate', 'data-estimate': estimate.id },
    element('h3', {}, element('span', { lang: 'ja' }, estimate.area?.name ?? ''), ' ', rich('estimates.level', { name, hazard: rich(`hazard.${estimate.hazard}`) })),
    element('p', { class: 'go-by' }, go),
    estimate.held ? element('p', { class: 'stale' }, rich('estimates.held')) : null,
    listOf('estimates.evidence', estimate.evidence, estimate.id),
    listOf('estimates.missing', estimate.unknown, `${estimate.id}-unknown`),
    element('p', {}, element('small', {}, rich('estimates.updated', { when: whenNode(estimate.updated_at, app.nowMs) }), ' ',
      rich('estimates.expires', { when: whenNode(estimate.expires_at, app.nowMs) }))));
}

/** @param {string} title @param {any[] | undefined} rows `{text, text_en}` @param {string} id */
function listOf(title, rows, id) {
  if (!rows?.length) return null;
  return element('details', { 'data-key': `list-${id}` }, element('summary', { 'data-key': `sum-${id}` }, rich(title)),
    element('ul', {}, ...rows.map((row) => {
      const english = textLanguage() === 'en' && row.text_en;
      return element('li', { lang: english ? 'en' : 'ja' }, english ? row.text_en : row.text);
    })));
}

/** @param {import('../app.js').App} app */
function upstairsPart(app) {
  const { offered } = upstairs(app.checks);
  const questions = Object.keys(app.checks).map((name) => question(app, /** @type {any} */ (name)));
  return element('section', { class: 'part', 'aria-labelledby': 'upstairs-title' },
    element('details', { 'data-key': 'upstairs' },
      element('summary', { 'data-key': 'upstairs-summary' }, element('h2', { id: 'upstairs-title' }, rich('upstairs.title'))),
      element('p', {}, rich('upstairs.lead')), ...questions,
      element('p', { class: offered ? 'offered' : 'not-offered', role: 'status' }, rich(offered ? 'upstairs.offered' : 'upstairs.not-offered'))));
}

/** @param {import('../app.js').App} app @param {'outsideCollapse' | 'aboveWater' | 'endure'} name */
function question(app, name) {
  const choices = /** @type {const} */ ([['yes', 'upstairs.yes'], ['no', 'upstairs.no'], ['unknown', 'upstairs.do-not-know']]);
  return element('fieldset', {}, element('legend', {}, rich(`upstairs.${name}`)),
    ...choices.map(([value, key]) => element('label', { class: 'choice' },
      element('input', {
        type: 'radio', name, value, 'data-key': `${name}-${value}`, checked: app.checks[name] === value,
        onchange: () => app.set('checks', { ...app.checks, [name]: value }),
      }), rich(key))));
}

/** @param {import('../app.js').App} app */
function sourcesPart(app) {
  const feeds = app.answer?.feeds ?? [];
  const known = ['order', 'warning', 'gauge', 'proposal', 'shelter'];
  const rows = feeds.filter((/** @type {any} */ feed) => known.includes(feed.layer)).map((/** @type {any} */ feed) => element('li', {},
    rich(`sources.${feed.layer}`), ': ', feed.newest_at ? whenNode(feed.newest_at, app.nowMs) : rich('sources.none')));
  if (rows.length === 0) return element('div');
  return element('details', { class: 'part', 'data-key': 'sources' },
    element('summary', { 'data-key': 'sources-summary' }, rich('sources.title')), element('ul', {}, ...rows));
}
