import { LogController } from 'fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';

/**
 * Logs only requests that were refused or failed; the healthy ones would bury them. What changes
 * something is said by the plugin `audit`.
 */
export class FailedRequestLog extends LogController {
  override incomingRequest(): void {
    // Said once, when it is over.
  }

  override streamError(error: Error, request: FastifyRequest, reply: FastifyReply): void {
    // A reader who goes away, of a download or of events, is no failure.
    if (!isPrematureClose(error)) super.streamError(error, request, reply);
  }

  override requestCompleted(
    error: Error | null,
    request: FastifyRequest,
    reply: FastifyReply,
  ): void {
    const isFailure = reply.statusCode >= 500 || Boolean(error);
    if (reply.statusCode < 400 && !isFailure) return;
    if (isChange(request) && !isFailure) return;
    const about = {
      method: request.method,
      // Not what was asked: a query, or the path of a page that is not there, may hold what was typed.
      path: request.is404 ? 'unknown' : request.routeOptions.url,
      statusCode: reply.statusCode,
      remoteAddress: request.ip,
      durationMs: Math.round(reply.elapsedTime),
    };
    if (isFailure) request.log.error(about, 'request failed');
    else request.log.info(about, 'request refused');
  }
}

/** Whether a request may change something, and meets a route. */
export function isChange({ method, is404 }: Pick<FastifyRequest, 'method' | 'is404'>): boolean {
  return !['GET', 'HEAD', 'OPTIONS'].includes(method) && !is404;
}

function isPrematureClose(error: NodeJS.ErrnoException): boolean {
  return error.code === 'ERR_STREAM_PREMATURE_CLOSE';
}
