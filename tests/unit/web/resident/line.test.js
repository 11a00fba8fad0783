import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ASK_EVERY_MS, Line } from '../../../../alerts/resident/line.js';

/** A line whose timers are pressed by the test. */
function stage(answers, asleep = { now: false }) {
  const timers = [];
  const kept = [];
  const line = new Line({
    fetch: async (address, options) => {
      const next = answers.shift();
      if (next === 'hangs') return new Promise((_, refuse) => options.signal.addEventListener('abort', () => refuse(new Error('given up'))));
      if (next instanceof Error) throw next;
      return { ok: next.status === 200, status: next.status, json: async () => next.body };
    },
    now: () => 1000, later: (work, ms) => (timers.push({ work, ms, live: true }), timers.at(-1)), cancel: (timer) => timer && (timer.live = false),
    told: () => {}, keep: (one) => kept.push(one), chance: () => 0.5, asleep: () => asleep.now,
  });
  return { line, timers, kept, next: () => timers.filter(({ live }) => live).at(-1) };
}
const settled = () => new Promise((done) => setTimeout(done, 0));

test('what was kept stands until something newer came, and a failure changes nothing of it', async () => {
  const { line, next, kept } = stage([new Error('away'), { status: 503 }, { status: 200, body: { at: 'new' } }]);
  line.follow('data', { answer: { at: 'old' }, fetchedAt: 0 });
  await settled();
  assert.equal(line.state, 'failed');
  assert.equal(line.kept.answer.at, 'old');
  next().work();
  await settled();
  assert.equal(line.state, 'failed');
  next().work();
  await settled();
  assert.equal(line.state, 'fresh');
  assert.equal(line.kept.answer.at, 'new');
  assert.equal(kept.length, 1);
  assert.ok(Math.abs(next().ms - ASK_EVERY_MS) <= ASK_EVERY_MS * 0.2);
});

test('asking again after a failure does not make the last answer new', async () => {
  const { line, next } = stage([{ status: 200, body: { at: 'old' } }, new Error('away'), 'hangs', { status: 200, body: { at: 'new' } }]);
  line.follow('data', null);
  await settled();
  assert.equal(line.failures, 0);
  next().work();
  await settled();
  next().work();
  await settled();
  assert.deepEqual([line.state, line.failures], ['asking', 1]);
  await line.ask();
  assert.deepEqual([line.state, line.failures, line.kept.answer.at], ['fresh', 0, 'new']);
});

test('a server that is away is asked less and less often, within a minute', async () => {
  const { line, next } = stage(Array.from({ length: 8 }, () => new Error('away')));
  line.follow('data', null);
  const pauses = [];
  for (let i = 0; i < 8; i++) {
    await settled();
    pauses.push(next().ms);
    next().work();
  }
  assert.ok(pauses.every((ms, i) => i === 0 || ms >= pauses[i - 1]), String(pauses));
  assert.ok(pauses.at(-1) <= 60_000 && pauses.at(-1) > 30_000);
});

test('a question that hangs is given up, and an earlier answer never replaces a later place', async () => {
  const { line, timers } = stage(['hangs', { status: 200, body: { at: 'second' } }]);
  line.follow('first', null);
  line.follow('second', null);
  await settled();
  timers[0].work();
  await settled();
  assert.equal(line.kept.answer.at, 'second');
  assert.equal(line.state, 'fresh');
});

test('a page that nobody looks at asks nothing, and asks at once when it is looked at', async () => {
  const asleep = { now: true };
  const { line, next } = stage([{ status: 200, body: { at: '1' } }, { status: 200, body: { at: '2' } }], asleep);
  line.follow('data', null);
  await settled();
  next().work();
  await settled();
  assert.equal(line.kept.answer.at, '1');
  asleep.now = false;
  await line.ask();
  assert.equal(line.kept.answer.at, '2');
});
