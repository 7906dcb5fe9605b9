import http from 'node:http';
import https from 'node:https';
import type {
  HealthcheckExamination,
  HealthcheckOutcome,
  HealthcheckResult,
} from '../../keepalived/proof/evidence.ts';

const maxBodyBytes = 64 * 1024;
const beginningLength = 300;

/**
 * Requests the healthcheck URL as a health checker does: one GET, no redirect followed, a 2xx status
 * is ok. The body is read to its end or to 64 KiB, so that a server that stalls halfway is not
 * called healthy.
 *
 * @param timeoutMs for everything together: name resolution, connection, answer, body.
 */
export async function probeHealthcheck(url: string, timeoutMs = 5000): Promise<HealthcheckResult> {
  const { outcome, durationMs } = await examineHealthcheck(url, timeoutMs);
  return { url, outcome, durationMs };
}

/** The same, and what came back. */
export async function examineHealthcheck(
  url: string,
  timeoutMs = 5000,
): Promise<HealthcheckExamination> {
  const startedAtMs = performance.now();
  let answer: HealthcheckExamination['answer'];
  const outcome = await request(url, timeoutMs, ({ headers }, beginning, receivedBytes) => {
    const { location, 'content-type': contentType } = headers;
    answer = { contentType, location, beginning, isLarge: receivedBytes >= maxBodyBytes };
  });
  return { url, outcome, durationMs: performance.now() - startedAtMs, answer };
}

function request(
  url: string,
  timeoutMs: number,
  onAnswer: (response: http.IncomingMessage, beginning: string, receivedBytes: number) => void,
): Promise<HealthcheckOutcome> {
  const target = URL.canParse(url) ? new URL(url) : undefined;
  if (target === undefined || !['http:', 'https:'].includes(target.protocol)) {
    const reason = 'this is not an http:// or https:// address';
    return Promise.resolve({ kind: 'failed', reason });
  }
  const { get } = target.protocol === 'https:' ? https : http;
  const asked = new Promise<HealthcheckOutcome>((resolve) => {
    const signal = AbortSignal.timeout(timeoutMs);
    const fail = (error: NodeJS.ErrnoException) => {
      resolve(
        signal.aborted ? { kind: 'timed-out', afterMs: timeoutMs } : describeError(error, target),
      );
    };
    const headers = { 'user-agent': 'keepalived-wai', accept: '*/*' };
    get(target, { agent: false, signal, headers }, (response) => {
      const httpStatus = response.statusCode ?? 0;
      const finish = () => {
        resolve({ kind: httpStatus >= 200 && httpStatus < 300 ? 'ok' : 'http-error', httpStatus });
        response.destroy();
      };
      let receivedBytes = 0;
      let beginning = '';
      onAnswer(response, beginning, receivedBytes);
      response.on('data', (chunk: Buffer) => {
        receivedBytes += chunk.length;
        if (beginning.length < beginningLength) {
          beginning = (beginning + chunk.toString('utf8')).slice(0, beginningLength);
        }
        onAnswer(response, beginning, receivedBytes);
        if (receivedBytes >= maxBodyBytes) finish();
      });
      response.on('end', finish);
      response.on('error', fail);
    }).on('error', fail);
  });
  // Of some addresses `get` itself throws, as of a user name with a lone percent sign.
  return asked.catch((error: unknown) => ({
    kind: 'failed',
    reason: error instanceof Error ? error.message : String(error),
  }));
}

function describeError(error: NodeJS.ErrnoException, target: URL): HealthcheckOutcome {
  const code = error.code ?? '';
  if (code === 'ECONNREFUSED') return { kind: 'refused' };
  if (code === 'ETIMEDOUT') return { kind: 'failed', reason: 'the network gave up connecting' };
  const reasons: Record<string, string> = {
    ENOTFOUND: `the host name ${target.hostname} cannot be resolved`,
    EAI_AGAIN: `the host name ${target.hostname} cannot be resolved (no name server answered)`,
    ECONNRESET: 'the server closed the connection without a complete answer',
    EHOSTUNREACH: `there is no way to reach ${target.hostname} (host unreachable)`,
    ENETUNREACH: `there is no route to ${target.hostname} (network unreachable)`,
    EPROTO: 'the server does not speak TLS there: is it http:// instead of https://?',
  };
  const reason = reasons[code];
  if (reason !== undefined) return { kind: 'failed', reason };
  if (code.startsWith('HPE_')) return { kind: 'failed', reason: 'the answer is not HTTP' };
  if (/CERT|SIGNATURE|ALTNAME|ISSUER/.test(code)) {
    return { kind: 'failed', reason: `certificate: ${error.message}` };
  }
  return { kind: 'failed', reason: error.message };
}
