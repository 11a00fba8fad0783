// @ts-check
/** Names of municipalities as people say them. Pure. */

const PREFECTURE = /^(北海道|東京都|京都府|大阪府|.{2,3}?県)/;
/** Counties hold towns and villages only: the 郡 of 大和郡山市 is none. */
const COUNTY = /^.+?郡(?=.+[町村]$)/;

/**
 * @param {string | null | undefined} full `徳島県勝浦郡勝浦町`
 * @returns {string} `勝浦町`
 */
export function shortPlace(full) {
  return (full ?? '').replace(PREFECTURE, '').replace(COUNTY, '');
}
