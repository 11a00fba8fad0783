// @ts-check
/** Ids that tablets make by themselves: ULIDs, 48 bits of time and 80 of chance in Crockford's base 32. */

export const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const FORM = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;

/**
 * @param {number} nowMs [ms since 1970]
 * @param {Uint8Array} [chance] ten random bytes
 * @returns {string}
 */
export function ulid(nowMs, chance = crypto.getRandomValues(new Uint8Array(10))) {
  let time = Math.max(0, Math.floor(nowMs));
  let text = '';
  for (let digit = 0; digit < 10; digit += 1) {
    text = CROCKFORD[time % 32] + text;
    time = Math.floor(time / 32);
  }
  let held = 0;
  let bits = 0;
  for (const byte of chance) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += CROCKFORD[(held >> bits) & 31];
    }
    held &= (1 << bits) - 1;
  }
  return text;
}

/** @param {unknown} text @returns {boolean} */
export function isUlid(text) {
  return typeof text === 'string' && FORM.test(text);
}
