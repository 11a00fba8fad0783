import assert from 'node:assert/strict';
import { test } from 'node:test';

import { complete, draftOf, emptyDraft, fiducialAround, request } from '../../../dashboard/web/camera-draft.js';

const mark = (x_px, y_px, level_m) => ({ x_px, y_px, level_m, across_m: null });

test('a draft is complete with three marks of known height and a range', () => {
  const draft = emptyDraft();
  Object.assign(draft.fields, { lowest_m: 0, highest_m: 2 });
  draft.marks = [mark(1, 2, 3), mark(1, 5, 2), mark(1, 9, 1)];
  assert.equal(complete(draft), true);
  draft.marks[1].level_m = NaN;
  assert.equal(complete(draft), false);
  draft.marks.splice(1, 1);
  assert.equal(complete(draft), false);
});

test('a fixed point stays within the picture', () => {
  assert.deepEqual(fiducialAround(5, 598, 800, 600), { x_px: 0, y_px: 520, width_px: 80, height_px: 80 });
});

test('an empty top edge is unknown, not a number', () => {
  const draft = emptyDraft();
  draft.fields.top_m = NaN;
  assert.equal(request(draft, 7).top_m, null);
  assert.equal(request(draft, 7).frame, 7);
});

test('a saved version becomes a draft again', () => {
  const draft = draftOf({ version: 3, calibration: { marks: [{ x_px: 1, y_px: 2, level_m: 3 }], fiducials: [{ x_px: 4, y_px: 5, picture: '' }], lowest_m: 0, highest_m: 2, top_m: null, from_across: -3, to_across: 3, datum: 'T.P.', zone: 'UTC' } });
  assert.equal(request(draft, 1).version, 3);
  assert.deepEqual(draft.marks, [mark(1, 2, 3)]);
  assert.deepEqual(draft.fiducials, [{ x_px: 4, y_px: 5, width_px: 80, height_px: 80 }]);
  assert.equal(draft.fields.zone, 'UTC');
});
