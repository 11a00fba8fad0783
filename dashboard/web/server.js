// @ts-check
/** Plain requests to the server (docs/live.md, "Plain HTTP"). */

/** The server refused, or could not be reached (`status` 0, code `unreachable`). */
export class Refused extends Error {
  /** @param {number} status @param {string} code @param {string} detail @param {number | null} retryAfterS */
  constructor(status, code, detail, retryAfterS) {
    super(`${status} ${code}: ${detail}`);
    this.status = status;
    this.code = code;
    this.detail = detail;
    this.retryAfterS = retryAfterS;
  }
}

let csrf = '';

/** @param {string} token what `/api/session` gave; every later POST carries it */
export function useToken(token) {
  csrf = token;
}

/**
 * @param {string} address
 * @returns {Promise<any>} the parsed answer
 * @throws {Refused}
 */
export function get(address) {
  return request(address, { headers: { Accept: 'application/json' } });
}

/**
 * @param {string} address
 * @param {any} body
 * @returns {Promise<any>} the parsed answer, null when it is empty
 * @throws {Refused}
 */
export function post(address, body) {
  return request(address, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: 'application/json', 'X-CSRF-Token': csrf },
    body: JSON.stringify(body),
  });
}

/** @param {string} address @param {RequestInit} init */
async function request(address, init) {
  let answer;
  try {
    answer = await fetch(address, { credentials: 'same-origin', ...init });
  } catch (error) {
    throw new Refused(0, 'unreachable', String(error), null);
  }
  const text = await answer.text();
  const body = parsed(text);
  if (answer.ok) return body;
  const retryAfter = Number(answer.headers.get('Retry-After') ?? NaN);
  throw new Refused(
    answer.status,
    String(body?.error ?? body?.detail ?? answer.statusText),
    String(body?.detail ?? ''),
    Number.isFinite(retryAfter) ? retryAfter : null,
  );
}

/** @param {string} text */
function parsed(text) {
  try {
    return text === '' ? null : JSON.parse(text);
  } catch {
    return null;
  }
}
