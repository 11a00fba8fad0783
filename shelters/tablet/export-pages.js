// @ts-check
/** The way out when no line works (docs/tablet.md, Export): a file, or pages of QR codes. */

import { sha256Hex } from './canonical.js';

/** Characters of one page's piece, so that its QR code stays readable. */
const PIECE = 1200;
/** More pages than this nobody scans: then it is the file. */
export const MOST_PAGES = 60;
const FORM = /^SONAE-OPS1:([0-9a-f]{8}):([0-9]{1,4})\/([0-9]{1,4}):([A-Za-z0-9_-]*)$/;

/**
 * The export of a journal: the outbox, with what the centre refused and what is carried for others.
 * @param {import('./journal.js').Journal} journal
 * @param {number} nowMs
 * @param {{photos?: boolean}} [how] `photos`: with the bytes of those not sent yet
 */
export async function exportOf(journal, nowMs, { photos = true } = {}) {
  const enrolment = journal.fact('enrolment');
  /** @type {Record<string, string>} */
  const bytes = {};
  const unsent = photos ? [...journal.photos.values()].filter(({ status }) => status !== 'sent') : [];
  for (const { hash } of unsent) bytes[hash] = base64(new Uint8Array((await journal.photo(hash)).bytes));
  return {
    form: 'sonae-tablet-export',
    version: 1,
    device: enrolment.device,
    shelter: enrolment.shelter,
    incident: journal.fact('bundle')?.incident?.id ?? enrolment.incident,
    exported_ms: nowMs,
    offset_ms: journal.offsetMs,
    operations: [...journal.outbox.values()].map(({ operation }) => operation),
    photos: bytes,
  };
}

/** @param {string} text JSON of an export @returns {Promise<string[]>} texts of QR codes */
export async function splitPages(text) {
  const bytes = new TextEncoder().encode(text);
  const digest = (await sha256Hex(bytes)).slice(0, 8);
  const packed = base64(await through(bytes, new CompressionStream('deflate')));
  const plain = packed.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
  const total = Math.max(1, Math.ceil(plain.length / PIECE));
  return Array.from({ length: total }, (_, page) =>
    `SONAE-OPS1:${digest}:${page + 1}/${total}:${plain.slice(page * PIECE, (page + 1) * PIECE)}`,
  );
}

/** Gathers pages as they are scanned, in any order, some perhaps twice. */
export class PageCollector {
  /** @type {string | null} */ #digest = null;
  /** @type {Map<number, string>} */ #pieces = new Map();
  total = 0;

  /** @param {string} text @returns {boolean} whether it was a page; one of another export begins anew */
  add(text) {
    const match = FORM.exec(text.trim());
    if (match === null) return false;
    const [, digest, page, total, piece] = match;
    if (digest !== this.#digest || Number(total) !== this.total) this.#pieces.clear();
    this.#digest = digest;
    this.total = Number(total);
    this.#pieces.set(Number(page), piece);
    return true;
  }

  /** @returns {number[]} pages that are missing */
  get missing() {
    return Array.from({ length: this.total }, (_, page) => page + 1).filter((page) => !this.#pieces.has(page));
  }

  /** @returns {Promise<string>} the JSON that the pages hold @throws {RangeError} when one was misread */
  async text() {
    if (this.total === 0 || this.missing.length > 0) throw new RangeError(`pages ${this.missing.join(', ')} are missing`);
    const plain = Array.from({ length: this.total }, (_, page) => this.#pieces.get(page + 1)).join('');
    const packed = Uint8Array.from(atob(plain.replaceAll('-', '+').replaceAll('_', '/')), (letter) => letter.charCodeAt(0));
    const bytes = await through(packed, new DecompressionStream('deflate'));
    if ((await sha256Hex(bytes)).slice(0, 8) !== this.#digest) throw new RangeError('the pages do not hold what was written');
    return new TextDecoder().decode(bytes);
  }
}

/** @param {Uint8Array} bytes @param {any} stream @returns {Promise<Uint8Array>} */
async function through(bytes, stream) {
  const answer = new Response(new Blob([/** @type {any} */ (bytes)]).stream().pipeThrough(stream));
  return new Uint8Array(await answer.arrayBuffer());
}

/** @param {Uint8Array} bytes */
function base64(bytes) {
  let text = '';
  // In pieces: a photo's bytes are more arguments than a call may have.
  for (let first = 0; first < bytes.length; first += 8192) text += String.fromCharCode(...bytes.subarray(first, first + 8192));
  return btoa(text);
}
