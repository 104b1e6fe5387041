/** A query string, without parameters that are undefined or empty. @param {object} [parameters] */
export function query(parameters?: object): string;
/** The paths of the gateway's API. */
export const INTERVIEWS: "/api/v1/interviews";
export const AUDIT: "/api/v1/audit";
export function pathOf(id: string, rest?: string): string;
