// @ts-check
/** Missions and landing sites in the words of the screen. */

import { momentText } from './clock.js';
import { t, tOr } from './language.js';
import { ageText } from './wording.js';

/** @param {any} mission */
export function kindText(mission) {
  return tOr(`mission.kind-${mission.kind}`, mission.kind);
}

/** @param {string} status */
export function statusText(status) {
  return tOr(`mission.status-${status}`, status);
}

/** What speaks against it. @param {{code: string, params: any}} conflict */
export function conflictText({ code, params }) {
  // a code of a newer server is shown as it is
  return tOr(`mission.conflict-${code}`, '') === '' ? code : t(`mission.conflict-${code}`, params);
}

/** How long a mission's vehicles were at its place; none while nobody was. @param {any} mission */
export function stationText(mission) {
  return mission.station_s > 0 ? t('mission.station', { time: ageText(mission.station_s * 1000) }) : '';
}

/** @param {number} untilMs @param {number} nowMs */
export function enduranceText(untilMs, nowMs) {
  if (Number.isNaN(untilMs)) return t('mission.endurance-unknown');
  if (untilMs <= nowMs) return t('mission.endurance-over', { time: momentText(untilMs, nowMs) });
  return t('mission.endurance', { time: momentText(untilMs, nowMs), left: ageText(untilMs - nowMs) });
}

/** What is known of a landing site's ground. @param {any} site */
export function groundText(site) {
  const size = Number.isFinite(site.length_m) ? t('site.size', { length: Math.round(site.length_m), width: Math.round(site.width_m) }) : t('site.size-unknown');
  return [site.category, size, site.surface ?? '', Number.isFinite(site.capacity) ? t('site.capacity', { count: site.capacity }) : t('site.capacity-unknown')].filter(Boolean).join('・');
}
