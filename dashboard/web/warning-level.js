// @ts-check
/**
 * Which official warnings carry a 警戒レベル. The name says it (レベル4土砂災害危険警報); 暴風警報 and its kin have steps
 * but no level, and none may be shown for them. Pure but for words.
 */

import { t } from './language.js';

/** @param {{name?: string | null}} warning */
export function numbered(warning) {
  return /レベル[1-5]/.test(warning.name ?? '');
}

/**
 * What stands on a badge: the level, the step where there is none, or that it is not known.
 * @param {number | null} level @param {boolean} hasNumber
 */
export function levelMark(level, hasNumber) {
  if (!(Number(level) >= 1)) return '？';
  return hasNumber ? String(level) : t(`warnings.step-${level}`);
}

/**
 * The highest step in force in each municipality, and of which hazards; where one with a level and one without stand
 * equally high, the level is told.
 * @param {any[]} warnings
 * @returns {Map<string, {level: number, numbered: boolean, hazards: string[]}>}
 */
export function worstByArea(warnings) {
  const worst = new Map();
  for (const warning of warnings) {
    const level = Number(warning.level);
    if (level === 1) continue;
    const found = { level, numbered: numbered(warning), hazards: [warning.hazard] };
    for (const code of warning.areas ?? []) {
      const held = worst.get(String(code));
      if (held === undefined || rank(found) > rank(held)) worst.set(String(code), { ...found, hazards: [...found.hazards] });
      else if (rank(found) === rank(held) && !held.hazards.includes(warning.hazard)) held.hazards.push(warning.hazard);
    }
  }
  return worst;
}

/** @param {{level: number, numbered: boolean}} found */
function rank({ level, numbered: hasNumber }) {
  return 2 * level + Number(hasNumber);
}
