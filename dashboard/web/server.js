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
  return send('POST', address, body);
}

/**
 * Write something under its address.
 * @param {string} address
 * @param {any} body
 * @returns {Promise<any>} the parsed answer, null when it is empty
 * @throws {Refused}
 */
export function put(address, body) {
  return send('PUT', address, body);
}

/**
 * Send a file as it is.
 * @param {string} address
 * @param {Blob} file
 * @param {string} type its content type
 * @returns {Promise<any>} the parsed answer, null when it is empty
 * @throws {Refused}
 */
export function postFile(address, file, type = 'text/csv') {
  return request(address, { method: 'POST', headers: { 'Content-Type': type, Accept: 'application/json', 'X-CSRF-Token': csrf }, body: file });
}

/**
 * Send text as it is and take the answer as text, such as SDP.
 * @param {string} address
 * @param {string} text
 * @param {string} type its content type
 * @returns {Promise<string>}
 * @throws {Refused}
 */
export async function postText(address, text, type) {
  const answer = await reach(address, { method: 'POST', headers: { 'Content-Type': type, 'X-CSRF-Token': csrf }, body: text });
  const said = await answer.text();
  if (!answer.ok) throw refusal(answer, said);
  return said;
}

/** @param {string} method @param {string} address @param {any} body */
function send(method, address, body) {
  return request(address, {
    method,
    headers: { 'Content-Type': 'application/json', Accept: 'application/json', 'X-CSRF-Token': csrf },
    body: JSON.stringify(body),
  });
}

/**
 * @param {string} address
 * @returns {Promise<ArrayBuffer | null>} the bytes, null when the server says that there is nothing (204)
 * @throws {Refused}
 */
export async function getBytes(address) {
  const answer = await reach(address, {});
  if (!answer.ok) throw refusal(answer, await answer.text());
  return answer.status === 204 ? null : answer.arrayBuffer();
}

/** @param {string} address @param {RequestInit} init */
async function request(address, init) {
  const answer = await reach(address, init);
  const text = await answer.text();
  if (!answer.ok) throw refusal(answer, text);
  return parsed(text);
}

/** @param {string} address @param {RequestInit} init @returns {Promise<Response>} */
async function reach(address, init) {
  try {
    return await fetch(address, { credentials: 'same-origin', ...init });
  } catch (error) {
    throw new Refused(0, 'unreachable', String(error), null);
  }
}

/** @param {Response} answer @param {string} text its body */
function refusal(answer, text) {
  const body = parsed(text);
  const retryAfter = Number(answer.headers.get('Retry-After') ?? NaN);
  return new Refused(
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
