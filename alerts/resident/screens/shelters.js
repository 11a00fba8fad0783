// @ts-check
/** Where to go: open, for this hazard, with room, near. Telling where one goes spreads people; no route is ever drawn. */

import { element } from '../element.js';
import { rich, t } from '../language.js';
import { shelterOrder } from '../shelter-choice.js';
import { directionText, distanceNode, unknownBadge, whenNode } from '../wording.js';

const FIRST = 12;
let shown = FIRST;

/** @param {import('../app.js').App} app @returns {HTMLElement[]} */
export function sheltersScreen(app) {
  const hazard = app.standing.orders[0]?.hazard ?? app.standing.estimates[0]?.hazard ?? 'flood';
  const found = shelterOrder(app.answer?.shelters ?? [], app.place?.point ?? null, hazard, app.needs);
  const rest = found.length - shown;
  return [
    element('h1', {}, rich('shelters.title')),
    element('p', {}, app.place?.point ? rich('shelters.near', { name: element('span', { lang: 'ja' }, app.place.name) }) : rich('shelters.no-place')),
    needsPart(app),
    element('p', { class: 'warn' }, rich('shelters.no-route')),
    found.length > 0 ? element('ol', { class: 'cards' }, ...found.slice(0, shown).map((one) => shelterCard(app, one, hazard, found)))
      : unknownBadge(rich('shelters.none')),
    rest > 0 ? element('button', {
      type: 'button', 'data-key': 'more', onclick: () => {
        shown += FIRST;
        app.parts.redraw();
      },
    }, rich('shelters.more', { count: rest })) : element('p'),
    element('p', { class: 'always' }, rich('shelters.all-far')),
    element('p', { class: 'note' }, rich('shelters.reserve-note')),
  ];
}

/** @param {import('../app.js').App} app */
function needsPart(app) {
  const box = (/** @type {'pets' | 'barrierFree'} */ name, /** @type {string} */ key) => element('label', { class: 'choice' },
    element('input', { type: 'checkbox', 'data-key': `need-${name}`, checked: app.needs[name] === true, onchange: (/** @type {any} */ event) => app.set('needs', { ...app.needs, [name]: event.target.checked }) }),
    rich(key));
  return element('fieldset', { class: 'part' }, element('legend', {}, rich('shelters.needs')), box('pets', 'shelters.pets'), box('barrierFree', 'shelters.barrier-free'));
}

/** @param {import('../app.js').App} app @param {any} shelter @param {string} hazard @param {any[]} all */
function shelterCard(app, shelter, hazard, all) {
  const congestion = shelter.congestion ?? 'unknown';
  const fits = shelter.forHazard === true ? 'yes' : shelter.forHazard === false ? 'no' : 'unknown';
  const open = /** @type {Record<string, string>} */ ({ open: 'shelters.open', preparing: 'shelters.preparing', unknown: 'shelters.open-unknown' })[shelter.open] ?? 'shelters.not-open';
  return element('li', { class: 'card shelter', 'data-shelter': shelter.id, 'data-open': shelter.open ?? 'unknown' },
    element('h2', { lang: 'ja' }, shelter.name),
    element('p', {}, element('strong', { class: `open-${shelter.open}` }, rich(open)), ' ',
      element('span', { class: `congestion ${congestion}` }, rich(`shelters.congestion.${congestion}`)), ' ',
      shelter.observed_at ? element('small', {}, rich('shelters.as-of', { when: whenNode(shelter.observed_at, app.nowMs) })) : null),
    element('p', {}, shelter.away_m === null ? null
      : rich('shelters.away', { direction: directionText(shelter.direction), distance: distanceNode(shelter.away_m) }), ' ',
    element('span', { lang: 'ja' }, shelter.address ?? '')),
    element('ul', { class: 'facts' }, element('li', { class: `fits-${fits}` }, rich(`shelters.hazard-${fits}`, { hazard: rich(`hazard.${hazard}`) })),
      element('li', {}, rich(`shelters.pets.${yesNo(shelter.pets)}`)), element('li', {}, rich(`shelters.barrier-free.${yesNo(shelter.barrier_free)}`))),
    goPart(app, shelter, all));
}

/** @param {boolean | null | undefined} value */
function yesNo(value) {
  return value === true ? 'yes' : value === false ? 'no' : 'unknown';
}

/** @param {import('../app.js').App} app @param {any} shelter @param {any[]} all */
function goPart(app, shelter, all) {
  const said = element('p', { role: 'status' });
  const going = app.reservation?.shelter === shelter.id;
  if (going) {
    return element('div', {}, element('p', { role: 'status', class: 'going' }, rich('shelters.going', { people: app.reservation.people })),
      better(app, shelter, all), element('button', { type: 'button', 'data-key': `cancel-${shelter.id}`, onclick: () => void cancel(app, said) }, rich('shelters.cancel')), said);
  }
  const people = /** @type {HTMLInputElement} */ (element('input', { type: 'number', min: 1, max: 50, value: app.reservation?.people ?? 1, inputmode: 'numeric', 'data-key': `people-${shelter.id}`, 'aria-label': t('shelters.people') }));
  return element('details', { 'data-key': `go-${shelter.id}` }, element('summary', { 'data-key': `go-summary-${shelter.id}` }, rich('shelters.go')),
    better(app, shelter, all), element('label', {}, rich('shelters.people'), ' ', people), ' ',
    element('button', { type: 'button', class: 'primary', 'data-key': `send-${shelter.id}`, onclick: () => void reserve(app, shelter, Number(people.value), said) }, rich('shelters.go')), said);
}

/** A house that will fill up names another; the choice stays with the person. @param {import('../app.js').App} app @param {any} shelter @param {any[]} all */
function better(app, shelter, all) {
  const told = app.reservation?.shelter === shelter.id ? app.reservation.suggested : shelter.suggested;
  const other = told ? all.find(({ id }) => id === told) : null;
  return other ? element('p', { class: 'warn' }, rich('shelters.better', { name: element('span', { lang: 'ja' }, other.name) })) : null;
}

/** @param {import('../app.js').App} app @param {any} shelter @param {number} people @param {HTMLElement} said */
async function reserve(app, shelter, people, said) {
  try {
    const answer = await app.send('data/reservation', { shelter: shelter.id, people, token: app.reservation?.token ?? null });
    app.set('reservation', { shelter: shelter.id, people, token: answer.token, expires_at: answer.expires_at, suggested: answer.suggested ?? null });
  } catch {
    said.replaceChildren(rich('shelters.reserve-failed'));
  }
}

/** @param {import('../app.js').App} app @param {HTMLElement} said */
async function cancel(app, said) {
  try {
    await app.send('data/reservation', { shelter: app.reservation.shelter, people: 0, token: app.reservation.token });
    app.set('reservation', null);
  } catch {
    said.replaceChildren(rich('shelters.reserve-failed'));
  }
}
