// @ts-check
/** Names of municipalities as people say them. Pure. */

const PREFECTURE = /^(北海道|東京都|京都府|大阪府|.{2,3}?県)/;
const COUNTY = /^[^市町村]+郡(?=.)/;

/**
 * @param {string | null | undefined} full `徳島県勝浦郡勝浦町`
 * @returns {string} `勝浦町`
 */
export function shortPlace(full) {
  return (full ?? '').replace(PREFECTURE, '').replace(COUNTY, '');
}
