// @ts-check
/** Calls for help on the board and in a shelter's panel, and answering them: a press for the next step, two for "cannot". */

import { aidColumns, AID_ENDS, allAids, aidSteps } from './aid.js';
import { momentText } from './clock.js';
import { element, japanese } from './element.js';
import { language, t, tOr } from './language.js';
import { post } from './server.js';
import { flagMarks } from './shelter-ledger.js';
import { amountText } from './shelter-words.js';
import { ageText, refusalText } from './wording.js';

export class AidAnswers {
  /** @param {import('./shelter-room.js').ShelterRoom} room */
  constructor(room) {
    this.room = room;
    /** Call and state that were pressed once. */ this.asked = '';
    /** @type {Set<string>} */ this.under = new Set();
    /** @type {Map<string, string>} */ this.failures = new Map();
    /** What is being typed, kept while cards are drawn anew. @type {Map<string, string>} */ this.words = new Map();
  }

  /** @param {any} aid of `allAids` @param {string} state */
  press(aid, state) {
    const key = `${aid.key}>${state}`;
    if (AID_ENDS.includes(state) && this.asked !== key) {
      this.asked = key;
      this.#redraw();
      return;
    }
    this.asked = '';
    this.#send(aid, state);
  }

  /** @param {any} aid @param {string} state */
  async #send(aid, state) {
    this.under.add(aid.key);
    this.failures.delete(aid.key);
    this.#redraw();
    const answer = (this.words.get(aid.key) ?? '').trim();
    try {
      const value = { aid: aid.id, state, ...(answer && { answer }) };
      const { results } = await post(`/api/shelters/${encodeURIComponent(aid.shelter)}/operations`, { operations: [{ kind: 'aid', value }] });
      const refused = results.find((/** @type {any} */ one) => one.result === 'quarantined');
      if (refused) this.failures.set(aid.key, refused.reason ?? '');
      else this.words.delete(aid.key);
    } catch (error) {
      this.failures.set(aid.key, refusalText(error));
    }
    this.under.delete(aid.key);
    this.#redraw();
  }

  #redraw() {
    this.room.desk.touch('supply-move');
    this.room.desk.touch('shelter-detail');
  }
}

/** The board of every shelter's calls. @param {import('./shelter-room.js').ShelterRoom} room @param {AidAnswers} answers @param {(shelter: string) => void} show @param {string} words */
export function aidBoard(room, answers, show, words) {
  const aids = allAids(room.desk.picture.all('shelter')).filter((aid) => !words
    || [aid.shelter_name, room.words.aid(aid.need), aid.place, aid.note, aid.answer].some((text) => String(text ?? '').toLowerCase().includes(words)));
  const columns = [...aidColumns(aids)].filter(([state, found]) => !AID_ENDS.includes(state) || found.length > 0);
  return element('div', { class: 'supply-columns', tabindex: '0', role: 'region', 'aria-label': t('aid.title') }, ...columns.map(([state, found]) =>
    element('section', { class: 'supply-column aid-column', 'data-state': state, 'data-count': found.length, 'aria-label': room.words.aidState(state) },
      element('h3', {}, room.words.aidState(state), ' ', element('b', {}, String(found.length))),
      element('ul', {}, ...found.map((aid) => aidCard(room, answers, aid, show))))));
}

/** The calls of one shelter. @param {import('./shelter-room.js').ShelterRoom} room @param {AidAnswers} answers @param {any} shelter */
export function aidList(room, answers, shelter) {
  return element('ul', { class: 'shelter-aids' }, ...allAids([shelter]).map((aid) => aidCard(room, answers, aid, null)));
}

/** @param {import('./shelter-room.js').ShelterRoom} room @param {AidAnswers} answers @param {any} aid @param {((shelter: string) => void) | null} show */
function aidCard(room, answers, aid, show) {
  const now = room.desk.now();
  const last = aid.steps.at(-1);
  const people = aid.people === null || aid.people === undefined ? '' : t('shelter.people', { count: amountText(aid.people) });
  const { to_ja, to_en } = room.words.aids.get(aid.need) ?? {};
  const to = language() === 'en' ? to_en : to_ja;
  return element('li', { class: 'supply-card aid-card', 'data-aid': aid.key, 'data-need': aid.need, 'data-state': aid.state, 'data-urgent': aid.state === 'asked' },
    element('p', { class: 'supply-what' }, element('b', {}, room.words.aid(aid.need)), people, show === null ? element('span', { class: 'mark' }, room.words.aidState(aid.state)) : ''),
    show === null ? null : element('button', { type: 'button', class: 'supply-where', lang: 'ja', 'data-key': `show-${aid.key}`, onclick: () => show(aid.shelter) }, aid.shelter_name),
    [aid.place, aid.note].some(Boolean) ? element('p', {}, japanese([aid.place, aid.note].filter(Boolean).join('　'))) : null,
    aid.answer ? element('p', {}, t('aid.answered'), ' ', japanese(aid.answer)) : null,
    to && aid.open ? element('p', { class: 'panel-place' }, t('aid.to', { who: to })) : null,
    element('p', { class: 'supply-who' }, aid.open ? t('aid.since', { age: ageText(Math.max(now - Date.parse(aid.asked_at), 0)) }) : '',
      element('span', { lang: 'ja' }, ` ${last.actor} ${momentText(Date.parse(last.at), now)}`), ' ', ...flagMarks(aid.flags)),
    answerButtons(room, answers, aid));
}

/** @param {import('./shelter-room.js').ShelterRoom} room @param {AidAnswers} answers @param {any} aid */
function answerButtons(room, answers, aid) {
  const steps = aidSteps(aid.state);
  if (!room.writes || steps.length === 0) return null;
  const name = `${room.words.aid(aid.need)} ${aid.shelter_name}`;
  const words = /** @type {HTMLInputElement} */ (element('input', {
    type: 'text', class: 'aid-answer', maxlength: 300, 'data-key': `answer-${aid.key}`, 'aria-label': `${t('aid.answer')} ${name}`, placeholder: t('aid.answer'),
    oninput: (/** @type {any} */ event) => answers.words.set(aid.key, event.target.value),
  }));
  words.value = answers.words.get(aid.key) ?? '';
  const failure = answers.failures.get(aid.key);
  return element('div', { class: 'supply-moves' }, words,
    ...steps.map((state) => {
      const sure = answers.asked === `${aid.key}>${state}`;
      const text = sure ? t('supply.sure', { state: room.words.aidState(state) }) : tOr(`aid.to-${state}`, state);
      return element('button', {
        type: 'button', class: AID_ENDS.includes(state) ? 'quiet' : 'supply-next', 'data-move': state, 'data-key': `${aid.key}>${state}`,
        'aria-label': `${text} ${name}`, disabled: answers.under.has(aid.key), onclick: () => answers.press(aid, state),
      }, text);
    }),
    failure ? element('p', { class: 'note', role: 'alert' }, t('supply.move-failed', { reason: failure })) : null);
}
