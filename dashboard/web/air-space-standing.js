// @ts-check
/** How an airspace stands now. Pure. */

export const SPACE_KINDS = ['emergency', 'keep-out', 'operation', 'keep-in'];

/**
 * @param {any} space @param {number} nowMs the incident's now
 * @returns {'ahead' | 'active' | 'past'}
 */
export function spacePhase(space, nowMs) {
  if (nowMs < Date.parse(space.from_at)) return 'ahead';
  return space.to_at !== null && nowMs > Date.parse(space.to_at) ? 'past' : 'active';
}

/**
 * Whether a vehicle must not be where it is: in a no-fly space anybody, in an emergency airspace (緊急用務空域) what
 * flies without a pilot; what nobody knows may be that. An exempt one is told apart, never left out.
 * @param {any[]} spaces @param {any} vehicle
 * @returns {'' | 'inside' | 'exempt'}
 */
export function intrusion(spaces, vehicle) {
  let found = /** @type {'' | 'inside' | 'exempt'} */ ('');
  for (const { kind, present } of spaces) {
    const applies = kind === 'keep-out' || (kind === 'emergency' && ['drone', 'unknown'].includes(vehicle.kind));
    const one = applies ? present.find((/** @type {any} */ each) => String(each.vehicle) === String(vehicle.id)) : undefined;
    if (one && !one.exempt) return 'inside';
    if (one) found = 'exempt';
  }
  return found;
}

/** Active ones first, the gravest kind first; then those to come, soonest first. @param {number} nowMs @returns {(a: any, b: any) => number} */
export function spaceOrder(nowMs) {
  const phases = ['active', 'ahead', 'past'];
  return (a, b) => phases.indexOf(spacePhase(a, nowMs)) - phases.indexOf(spacePhase(b, nowMs))
    || SPACE_KINDS.indexOf(a.kind) - SPACE_KINDS.indexOf(b.kind) || Date.parse(a.from_at) - Date.parse(b.from_at) || Number(a.id) - Number(b.id);
}
