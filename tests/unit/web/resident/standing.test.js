import assert from 'node:assert/strict';
import { test } from 'node:test';
import { goBy, meantFor, STALE_MS, standingOf, upstairs } from '../../../../alerts/resident/standing.js';

const HERE = { point: [134.42, 33.91], district: null };
const square = (west, south) => ({
  type: 'Polygon', coordinates: [[[west, south], [west + 0.1, south], [west + 0.1, south + 0.1], [west, south + 0.1], [west, south]]],
});
const order = (fields) => ({ id: '1', level: 4, state: 'issued', districts: [], geom: null, ...fields });
const answer = (fields) => ({ orders: [], official: [], estimates: [], stale: false, ...fields });
const todo = (fields, ageMs = 0, place = HERE) => standingOf(fields === null ? null : answer(fields), place, ageMs).todo.key;

test('an order comes before everything else, and only for those whom it means', () => {
  assert.equal(todo({ orders: [order({})], official: [{ level: 5 }] }), 'todo.order.4');
  assert.equal(todo({ orders: [order({ level: 3 }), order({ level: 5 })] }), 'todo.order.5');
  assert.equal(todo({ orders: [order({ geom: square(134.4, 33.85), districts: [{ name: '横瀬' }] })] }), 'todo.order.4');
  assert.equal(todo({ orders: [order({ geom: square(135, 33), districts: [{ name: '横瀬' }] })] }), 'todo.elsewhere');
  assert.equal(todo({ orders: [order({ districts: [{ name: '横瀬' }] })] }), 'todo.order.4.maybe');
  assert.equal(meantFor(order({ districts: [{ name: '横瀬' }] }), { point: null, district: '横瀬' }), 'here');
});

test('an order for another place never outranks a lower one for this place', () => {
  const there = order({ level: 5, geom: square(135, 33), districts: [{ name: '生名' }] });
  assert.equal(todo({ orders: [there, order({ level: 3 })] }), 'todo.order.3');
});

test('neither an official announcement nor an estimate is spoken of as an order', () => {
  for (const found of [{ official: [{ level: 4 }] }, { estimates: [{ level: 5 }] }, { official: [{ level: 3 }], estimates: [{ level: 4 }] }]) {
    assert.doesNotMatch(todo(found), /^todo\.order/);
    assert.equal(standingOf(answer(found), HERE, 0).todo.level, null);
  }
});

test('old or missing information is never told as "nothing is ordered"', () => {
  assert.equal(todo(null), 'todo.nothing-known');
  assert.equal(todo({}), 'todo.none');
  assert.equal(todo({}, STALE_MS + 1), 'todo.stale');
  assert.equal(todo({ stale: true }), 'todo.stale');
  assert.equal(todo({ orders: [order({ state: 'lifted' })] }, STALE_MS + 1), 'todo.stale');
  // An order that was known holds on, however old: it is never silenced by a broken line.
  assert.equal(todo({ orders: [order({})] }, 10 * STALE_MS), 'todo.order.4');
});

test('staying upstairs is offered only where all three conditions are known to hold', () => {
  const answers = ['yes', 'no', 'unknown'];
  for (const outsideCollapse of answers) for (const aboveWater of answers) for (const endure of answers) {
    const { offered, missing } = upstairs({ outsideCollapse, aboveWater, endure });
    assert.equal(offered, [outsideCollapse, aboveWater, endure].every((held) => held === 'yes'));
    assert.equal(offered, missing.length === 0);
  }
});

test('the cautious end of the earliest estimate is the time to go by', () => {
  const estimates = [
    { level: 4, latest_start: { p10: '2026-06-02T13:00:00Z', p50: '2026-06-02T14:00:00Z' } },
    { level: 3, latest_start: { p10: null, p50: '2026-06-02T12:30:00Z' } }, { level: 4, latest_start: null },
  ];
  const first = goBy(estimates);
  assert.equal(first.at, '2026-06-02T12:30:00Z');
  assert.equal(first.overdue(Date.parse('2026-06-02T12:29:59Z')), false);
  assert.equal(first.overdue(Date.parse('2026-06-02T12:30:00Z')), true);
  assert.equal(goBy([{ level: 4, latest_start: null }]), null);
});
