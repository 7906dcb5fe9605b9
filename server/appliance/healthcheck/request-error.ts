import type { HealthcheckOutcome } from '../../keepalived/proof/evidence.ts';

/** The server was silent for longer than the command allows. */
class SilenceError extends Error {
  readonly afterMs: number;
  constructor(afterMs: number) {
    super('silent');
    this.afterMs = afterMs;
  }
}

export const createSilenceError = (afterMs: number): Error => new SilenceError(afterMs);

/** `aborted`: the time for everything together is over. */
export function describeRequestError(
  error: unknown,
  url: string,
): HealthcheckOutcome | { kind: 'aborted' } {
  if (!(error instanceof Error)) return { kind: 'failed', reason: String(error) };
  if (error instanceof SilenceError) return { kind: 'timed-out', afterMs: error.afterMs };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (code === 'ABORT_ERR' || ['AbortError', 'TimeoutError'].includes(error.name)) {
    return { kind: 'aborted' };
  }
  if (code === 'ECONNREFUSED') return { kind: 'refused' };
  return { kind: 'failed', reason: describeCode(code, new URL(url)) ?? describeMessage(error) };
}

function describeCode(code: string, { hostname }: URL): string | undefined {
  const reasons: Record<string, string> = {
    ETIMEDOUT: 'the network gave up connecting',
    ENOTFOUND: `the host name ${hostname} cannot be resolved`,
    EAI_AGAIN: `the host name ${hostname} cannot be resolved (no name server answered)`,
    ECONNRESET: 'the server closed the connection without a complete answer',
    EHOSTUNREACH: `there is no way to reach ${hostname} (host unreachable)`,
    ENETUNREACH: `there is no route to ${hostname} (network unreachable)`,
    EPROTO: 'the server does not speak TLS there: is it http:// instead of https://?',
  };
  return reasons[code] ?? (code.startsWith('HPE_') ? 'the answer is not HTTP' : undefined);
}

function describeMessage(error: Error): string {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  // It quotes what was to be sent.
  if (code.startsWith('ERR_INVALID') || code === 'ERR_HTTP_INVALID_HEADER_VALUE') {
    return 'a header or the URL has a character that cannot be sent';
  }
  return /CERT|SIGNATURE|ALTNAME|ISSUER/.test(code)
    ? `certificate: ${error.message}`
    : error.message;
}
