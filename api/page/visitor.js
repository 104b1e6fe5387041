/**
 * What the page offers its visitor. While nobody signs in, that is everything; at /interview, which a
 * team can send to candidates, an interview alone.
 *
 * It only keeps from view what the gateway would refuse. The gateway is what refuses.
 */

const isForCandidates = location.pathname === "/interview";

export const visitor = {
  /** Start interviews and answer. */
  conducts: true,
  /** Read all interviews and how the services are. */
  seesAll: !isForCandidates,
  audits: !isForCandidates,
  /** Hold and erase interviews. */
  administers: !isForCandidates,
  selectsModels: !isForCandidates,
  /** Sign in again and come back here; null while nobody signs in. @type {(() => void) | null} */
  signIn: null,
};

/**
 * Offer only what the gateway allows.
 *
 * @param {(endpoint: string) => boolean} may
 */
export function limitVisitor(may) {
  visitor.conducts = may("POST /api/v1/interviews/start");
  visitor.seesAll &&= may("GET /api/v1/interviews/{interviewId}/events");
  visitor.audits &&= may("GET /api/v1/audit/checkpoint");
  visitor.administers &&= may("DELETE /api/v1/interviews/{interviewId}");
  visitor.selectsModels &&= may("POST /api/v1/models/select");
}
