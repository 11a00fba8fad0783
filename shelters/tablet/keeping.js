// @ts-check
/** Whether the browser keeps what is stored here, and how much room is left. */

/** From this share of the room it is nearly full. */
const NEARLY_FULL = 0.8;
/** Less room than this is nearly full too [bytes]. */
const LEAST_BYTES = 50 * 1024 * 1024;

/** @typedef {{persisted: boolean | null, used: number | null, room: number | null, nearlyFull: boolean}} Keeping `persisted` null: the browser does not say */

/** @type {Keeping} */
export const NOTHING_KNOWN = { persisted: null, used: null, room: null, nearlyFull: false };

/**
 * Ask to keep everything, and look how it stands.
 * @param {any} [storage] `navigator.storage`
 * @returns {Promise<Keeping>}
 */
export async function askToKeep(storage = navigator.storage) {
  if (!storage) return NOTHING_KNOWN;
  const persisted = storage.persisted ? (await storage.persisted()) || (await storage.persist()) : null;
  const { usage = null, quota = null } = storage.estimate ? await storage.estimate() : {};
  const nearlyFull = usage !== null && quota !== null && (usage > quota * NEARLY_FULL || quota - usage < LEAST_BYTES);
  return { persisted, used: usage, room: quota, nearlyFull };
}
