// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { byNeed } from '../../../dashboard/web/safety-list.js';

const report = (/** @type {any} */ given) => ({ state: 'help', desk: 'new', sent_at: '2026-06-02T10:00:00Z', ...given });

test('who waits longest for help stands first, what is done and who is safe last', () => {
  const order = byNeed([
    report({ id: 1, desk: 'done', sent_at: '2026-06-02T08:00:00Z' }),
    report({ id: 2, state: 'safe', desk: 'seen', sent_at: '2026-06-02T07:00:00Z' }),
    report({ id: 3, sent_at: '2026-06-02T10:00:00Z' }),
    report({ id: 4, sent_at: '2026-06-02T09:00:00Z' }),
    report({ id: 5, desk: 'seen', sent_at: '2026-06-02T06:00:00Z' }),
    { id: 'total', waiting: 3 },
  ]).map(({ id }) => id);
  assert.deepEqual(order, [4, 3, 5, 1, 2]);
});
