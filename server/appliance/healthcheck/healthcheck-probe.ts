import type { HealthcheckRequest } from '../../keepalived/healthcheck/request.ts';
import type {
  HealthcheckExamination,
  HealthcheckOutcome,
  HealthcheckResult,
} from '../../keepalived/proof/evidence.ts';
import { describeRequestError } from './request-error.ts';
import { findRedirect, sendRequest } from './send-request.ts';
import type { HealthcheckAnswer } from './send-request.ts';
import { readAuthorities } from './trusted-authorities.ts';

/** Nobody waits longer for an answer, even if keepalived's script does. */
const ownLimitMs = 10_000;

/**
 * Makes the request of a healthcheck's command and judges the answer as that command does. The body
 * is read to its end or to 64 KiB, so that a server that stalls halfway is not called healthy.
 *
 * @param longestMs for everything together: name resolution, connection, redirects, answer, body;
 * the request's own limit counts where it is shorter
 */
export async function probeHealthcheck(
  request: HealthcheckRequest,
  longestMs = ownLimitMs,
): Promise<HealthcheckResult> {
  const { outcome, durationMs } = await examineHealthcheck(request, longestMs);
  return { url: request.url, outcome, durationMs };
}

/** The same, and what came back. */
export async function examineHealthcheck(
  request: HealthcheckRequest,
  longestMs = ownLimitMs,
): Promise<HealthcheckExamination> {
  const startedAtMs = performance.now();
  const { timeoutMs } = request;
  const isOwnLimit = timeoutMs === undefined || timeoutMs > longestMs;
  const limitMs = isOwnLimit ? longestMs : timeoutMs;
  let answer: HealthcheckAnswer | undefined;
  const note = (news: HealthcheckAnswer) => (answer = news);
  const outcome = await ask(request, AbortSignal.timeout(limitMs), note).catch(
    (error: unknown): HealthcheckOutcome => {
      const told = describeRequestError(error, request.url);
      if (told.kind !== 'aborted') return told;
      return { kind: isOwnLimit ? 'unfinished' : 'timed-out', afterMs: limitMs };
    },
  );
  return {
    ...{ url: request.url, outcome, durationMs: performance.now() - startedAtMs },
    answer: answer?.examined,
  };
}

async function ask(
  request: HealthcheckRequest,
  signal: AbortSignal,
  note: (answer: HealthcheckAnswer) => void,
): Promise<HealthcheckOutcome> {
  if (!URL.canParse(request.url) || !/^https?:$/.test(new URL(request.url).protocol)) {
    return { kind: 'failed', reason: 'this is not an http:// or https:// address' };
  }
  const secureContext = await readAuthorities(request.authoritiesPath);
  if (typeof secureContext === 'string') return { kind: 'failed', reason: secureContext };
  let next = request;
  for (let redirects = 0; ; redirects += 1) {
    const answer = await sendRequest(next, { signal, secureContext, onAnswer: note });
    const { httpStatus } = answer;
    const redirected = findRedirect(next, answer);
    if (!redirected || request.redirectLimit === 0) return judge(request, httpStatus);
    if (redirects === request.redirectLimit) {
      return { kind: 'failed', reason: `it answers with more than ${redirects} redirects` };
    }
    next = redirected;
  }
}

function judge(request: HealthcheckRequest, httpStatus: number): HealthcheckOutcome {
  if (httpStatus >= 200 && httpStatus < 300) return { kind: 'ok', httpStatus };
  const isAccepted = httpStatus < 400 ? request.takesRedirects : request.takesErrors;
  return { kind: isAccepted ? 'accepted' : 'http-error', httpStatus };
}
