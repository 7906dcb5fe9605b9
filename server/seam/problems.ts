/** What is worth a line in the agent's log. None of it has a request or a result in it. */
export type SeamProblem =
  /** The connection was closed: what arrived is no message, or not one that may come now. */
  | { kind: 'malformed'; peerId: number; what: string }
  /** The connection was closed: it did not say who it is, or did not read, in time. */
  | { kind: 'silent' | 'stuck'; peerId: number }
  | { kind: 'version'; peerId: number; program: string; protocol: number }
  /** No more connections can be accepted, such as for want of file descriptors. */
  | { kind: 'accept'; error: unknown }
  /** A handler threw what no user may see; the other side was told the number only. */
  | { kind: 'failed'; peerId: number; name: string; errorId: string; error: unknown };

const quietMs = 1_000;

/**
 * Somebody who opens connections all the time does not fill the log: of each kind one a second is
 * told. Errors of handlers are all told, since their numbers are on somebody's page.
 */
export function limitProblems(
  onProblem: (problem: SeamProblem) => void,
): (problem: SeamProblem) => void {
  const toldAtMs = new Map<string, number>();
  return (problem) => {
    const nowMs = performance.now();
    const lastMs = toldAtMs.get(problem.kind);
    if (problem.kind !== 'failed' && lastMs !== undefined && nowMs - lastMs < quietMs) return;
    toldAtMs.set(problem.kind, nowMs);
    onProblem(problem);
  };
}
