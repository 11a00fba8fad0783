// @ts-check
/**
 * One text for one value, byte by byte the same as `shelters/canonical.py` writes: keys sorted by UTF-16
 * code units, no blanks, whole numbers without a fraction.
 */

/**
 * @param {any} value any JSON
 * @returns {string}
 * @throws {RangeError} for NaN and infinities
 */
export function canonicalText(value) {
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(',')}]`;
  if (value !== null && typeof value === 'object') {
    // Written by hand: an object with keys such as "1" would give them back in the order of numbers.
    const parts = Object.keys(value).sort().map((key) => `${JSON.stringify(key)}:${canonicalText(value[key])}`);
    return `{${parts.join(',')}}`;
  }
  if (typeof value === 'number' && !Number.isFinite(value)) throw new RangeError(`${value} is no JSON`);
  return JSON.stringify(value);
}

/**
 * @param {Uint8Array | string} content
 * @returns {Promise<string>} the SHA-256 in hexadecimal digits
 */
export async function sha256Hex(content) {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', /** @type {any} */ (bytes)));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
