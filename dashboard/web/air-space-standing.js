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

/** Active ones first, the gravest kind first; then those to come, soonest first. @param {number} nowMs @returns {(a: any, b: any) => number} */
export function spaceOrder(nowMs) {
  const phases = ['active', 'ahead', 'past'];
  return (a, b) => phases.indexOf(spacePhase(a, nowMs)) - phases.indexOf(spacePhase(b, nowMs))
    || SPACE_KINDS.indexOf(a.kind) - SPACE_KINDS.indexOf(b.kind) || Date.parse(a.from_at) - Date.parse(b.from_at) || Number(a.id) - Number(b.id);
}
