import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { exportOf, PageCollector, splitPages } from '../../../../shelters/tablet/export-pages.js';
import { Journal } from '../../../../shelters/tablet/journal.js';
import { qrcode } from '../../../../shelters/tablet/vendor/qrcode-generator-2.0.4/qrcode.mjs';
import { ENROLMENT, MemoryDatabase } from './memory-database.js';

const jsQR = createRequire(import.meta.url)('../../../../shelters/tablet/vendor/jsqr-1.4.0/jsQR.js');
const NOW = 1_780_499_040_000;

async function filled(count) {
  const journal = new Journal(new MemoryDatabase(), () => NOW);
  await journal.setFacts({ enrolment: ENROLMENT, actor: '佐藤' });
  const drafts = Array.from({ length: count }, (_, delta) => ({ kind: 'count', value: { field: 'people', delta } }));
  await journal.append(drafts);
  return journal;
}

/** A QR code as a camera sees it: RGBA pixels, four to a module, with a quiet zone. */
function photographed(text) {
  const code = qrcode(0, 'L');
  code.addData(text, 'Byte');
  code.make();
  const size = (code.getModuleCount() + 8) * 4;
  const pixels = new Uint8ClampedArray(size * size * 4).fill(255);
  for (let y = 0; y < size; y += 1) {
    for (let x = 0; x < size; x += 1) {
      const [row, column] = [Math.floor(y / 4) - 4, Math.floor(x / 4) - 4];
      const inside = row >= 0 && column >= 0 && row < code.getModuleCount() && column < code.getModuleCount();
      if (inside && code.isDark(row, column)) pixels.fill(0, (y * size + x) * 4, (y * size + x) * 4 + 3);
    }
  }
  return { pixels, size };
}

test('an export survives its QR codes, read in any order and some twice', async () => {
  const text = JSON.stringify(await exportOf(await filled(40), NOW));
  const pages = await splitPages(text);
  assert.ok(pages.length > 1);
  const collector = new PageCollector();
  for (const page of [...pages].reverse().concat(pages[0])) {
    const { pixels, size } = photographed(page);
    assert.equal(collector.add(jsQR(pixels, size, size).data), true);
  }
  assert.deepEqual(collector.missing, []);
  assert.equal(await collector.text(), text);
});

test('pages tell what is missing, are not mixed with another export, and are checked', async () => {
  const pages = await splitPages(JSON.stringify(await exportOf(await filled(60), NOW)));
  const others = await splitPages(JSON.stringify(await exportOf(await filled(61), NOW)));
  const collector = new PageCollector();
  assert.equal(collector.add('a text of another kind'), false);
  collector.add(pages[0]);
  assert.deepEqual(collector.missing, pages.slice(1).map((_, page) => page + 2));
  await assert.rejects(collector.text(), /missing/);
  collector.add(others[0]);
  assert.equal(collector.total, others.length);
  assert.equal(collector.missing.length, others.length - 1);
  const misread = new PageCollector();
  for (const page of pages) misread.add(page.replace(/^SONAE-OPS1:.{8}/, 'SONAE-OPS1:00000000'));
  await assert.rejects(misread.text(), RangeError);
});

test('an export holds what waits, what was refused, and the photos not sent', async () => {
  const journal = await filled(3);
  await journal.settle([{ id: journal.waiting[0].id, result: 'quarantined', reason: 'malformed' }]);
  const entry = { kind: 'photo', value: { photo: 'ab', type: 'image/jpeg', bytes: 3 } };
  await journal.append([entry], { photo: { hash: 'ab', type: 'image/jpeg', bytes: new Uint8Array([1, 2, 3]).buffer, strip: false } });
  const found = await exportOf(journal, NOW);
  assert.equal(found.operations.length, 4);
  assert.deepEqual(found.photos, { ab: 'AQID' });
  assert.deepEqual([found.form, found.version, found.device, found.shelter, found.incident], ['sonae-tablet-export', 1, 't-1', 'h1', 3]);
  assert.deepEqual((await exportOf(journal, NOW, { photos: false })).photos, {});
});
