// @ts-check
/** Moving a supply line on: one press for the next step, two for ends that cannot be undone. */

import { element } from './element.js';
import { t } from './language.js';
import { post } from './server.js';
import { ENDS, moveOperation, nextSteps } from './supply-line.js';
import { refusalText } from './wording.js';

export class SupplyMove {
  /** @param {import('./shelter-room.js').ShelterRoom} room */
  constructor(room) {
    this.room = room;
    /** Line and state that were asked for once. */ this.asked = '';
    /** Lines that are being moved. @type {Set<string>} */ this.under = new Set();
    /** Why a line could not be moved. @type {Map<string, string>} */ this.failures = new Map();
  }

  /** @param {any} line @param {string} state */
  press(line, state) {
    const key = `${line.id}>${state}`;
    if (ENDS.includes(state) && this.asked !== key) {
      this.asked = key;
      this.#redraw();
      return;
    }
    this.asked = '';
    this.#send(line, state);
  }

  /** @param {any} line @param {string} state */
  async #send(line, state) {
    this.under.add(line.id);
    this.failures.delete(line.id);
    this.#redraw();
    try {
      const { results } = await post(`/api/shelters/${encodeURIComponent(line.shelter)}/operations`, { operations: [moveOperation(line, state)] });
      const refused = results.find((/** @type {any} */ one) => one.result === 'quarantined');
      if (refused) this.failures.set(line.id, refused.reason ?? '');
    } catch (error) {
      this.failures.set(line.id, refusalText(error));
    }
    this.under.delete(line.id);
    this.#redraw();
  }

  #redraw() {
    this.room.desk.touch('supply-move');
    this.room.desk.touch('shelter-detail');
  }
}

/**
 * Buttons of a line's next steps; nothing for those who may not write.
 * @param {import('./shelter-room.js').ShelterRoom} room @param {SupplyMove} move @param {any} line
 */
export function moveButtons(room, move, line) {
  if (!room.writes) return null;
  const failure = move.failures.get(line.id);
  return element('div', { class: 'supply-moves' },
    ...nextSteps(line.state).map((state) => {
      const sure = move.asked === `${line.id}>${state}`;
      const text = sure ? t('supply.sure', { state: t(`supply.state-${state}`) }) : t(`supply.to-${state}`);
      return element('button', {
        type: 'button', class: ENDS.includes(state) ? 'quiet' : 'supply-next', 'data-move': state, 'data-key': `${line.id}>${state}`,
        'aria-label': `${text} ${room.words.item(line.item)} ${line.shelter_name ?? ''}`, disabled: move.under.has(line.id), onclick: () => move.press(line, state),
      }, text);
    }),
    failure ? element('p', { class: 'note', role: 'alert' }, t('supply.move-failed', { reason: failure })) : null);
}
