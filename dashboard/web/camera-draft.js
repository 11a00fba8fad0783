// @ts-check
/** A calibration being drawn: pure, without screen or network (docs/camera.md). */

/** Side of a new fixed point [px]. */
export const FIDUCIAL_PX = 80;

/**
 * @typedef {{x_px: number, y_px: number, level_m: number, across_m: number | null}} Mark
 * @typedef {{x_px: number, y_px: number, width_px: number, height_px: number}} Rectangle
 * @typedef {{marks: Mark[], fiducials: Rectangle[], masks: Rectangle[], fields: Record<string, any>, version: number | null}} Draft
 *   `version` is the saved one it began with: fixed points left in place keep their pictures
 */

/** @returns {Draft} */
export function emptyDraft() {
  return {
    marks: [], fiducials: [], masks: [], version: null,
    fields: { lowest_m: NaN, highest_m: NaN, top_m: null, from_across: -10, to_across: 10, rate_m_per_min: 0.006, datum: 'T.P.', zone: 'Asia/Tokyo', note: '' },
  };
}

/**
 * The draft of a saved version.
 * @param {{version: number, calibration: any}} saved
 * @param {number} side side of its fixed points where it is not known [px]
 * @returns {Draft}
 */
export function draftOf({ version, calibration }, side = FIDUCIAL_PX) {
  const draft = emptyDraft();
  for (const name of Object.keys(draft.fields)) draft.fields[name] = calibration[name] ?? draft.fields[name];
  return {
    ...draft,
    version,
    marks: calibration.marks.map((/** @type {any} */ mark) => ({ x_px: mark.x_px, y_px: mark.y_px, level_m: mark.level_m, across_m: mark.across_m ?? null })),
    fiducials: (calibration.fiducials ?? []).map((/** @type {any} */ one) => ({ x_px: one.x_px, y_px: one.y_px, width_px: side, height_px: side })),
    masks: calibration.masks ?? [],
  };
}

/**
 * A square around a point, kept within the picture.
 * @param {number} x @param {number} y @param {number} width of the picture [px] @param {number} height
 * @returns {Rectangle}
 */
export function fiducialAround(x, y, width, height) {
  const within = (/** @type {number} */ at, /** @type {number} */ most) => Math.max(0, Math.min(Math.round(at - FIDUCIAL_PX / 2), most - FIDUCIAL_PX));
  return { x_px: within(x, width), y_px: within(y, height), width_px: FIDUCIAL_PX, height_px: FIDUCIAL_PX };
}

/** Whether there is enough to ask the server. @param {Draft} draft */
export function complete(draft) {
  const { fields, marks } = draft;
  const numbers = [fields.lowest_m, fields.highest_m, fields.from_across, fields.to_across, fields.rate_m_per_min];
  return marks.length >= 3 && numbers.every(Number.isFinite) && marks.every(({ x_px, y_px, level_m }) => [x_px, y_px, level_m].every(Number.isFinite));
}

/** What is sent. @param {Draft} draft @param {number} frame */
export function request(draft, frame) {
  const { fields } = draft;
  return { frame, version: draft.version, marks: draft.marks, fiducials: draft.fiducials, masks: draft.masks, ...fields, top_m: Number.isFinite(fields.top_m) ? fields.top_m : null };
}
