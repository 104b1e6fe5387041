/** The paths of the gateway's API. */

export const INTERVIEWS = "/api/v1/interviews";
export const AUDIT = "/api/v1/audit";

/** A path of one interview. @param {string} id @param {string} [rest] */
export const pathOf = (id, rest = "") => `${INTERVIEWS}/${encodeURIComponent(id)}${rest}`;

/** A query string, without parameters that are undefined or empty. @param {object} [parameters] */
export function query(parameters = {}) {
  const given = Object.entries(parameters).filter(([, value]) => value !== undefined && value !== "");
  const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return text && `?${text}`;
}
