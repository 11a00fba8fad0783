// @ts-check
/** What stays on this device, and only here: the place, the choices, the last answers. A full or closed store loses only comfort. */

const PREFIX = 'sonae.resident.';

/** @param {string} name @returns {any} null when there is none */
export function recalled(name) {
  try {
    return JSON.parse(localStorage.getItem(PREFIX + name) ?? 'null');
  } catch {
    return null;
  }
}

/** @param {string} name @param {any} value null forgets it @returns {boolean} whether it is kept */
export function keep(name, value) {
  try {
    if (value === null) localStorage.removeItem(PREFIX + name);
    else localStorage.setItem(PREFIX + name, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}

/** Forget everything that this page keeps on the device. */
export function forgetAll() {
  try {
    for (const key of Object.keys(localStorage)) if (key.startsWith(PREFIX)) localStorage.removeItem(key);
  } catch {
    // Nothing could be kept either.
  }
}
