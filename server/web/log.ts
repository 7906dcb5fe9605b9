import { LogController } from 'fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';

export interface LogDestination {
  write(line: string): unknown;
}

/**
 * Options of our own log: one JSON object a line, nothing secret, and nothing that a terminal or a
 * log viewer would act upon.
 */
export function createLoggerOptions(destination: LogDestination) {
  return {
    level: 'info',
    stream: { write: (line: string) => destination.write(escapeInvisible(line)) },
    redact: ['password', '_csrf', 'headers.cookie', 'headers.authorization'].flatMap((path) => [
      path,
      `*.${path}`,
    ]),
    serializers: {
      // Without the stack, a UserError's cause could carry what a command printed.
      err: (error: Error) => ({
        type: error.name,
        message: error.message,
        stack: error.stack ?? '',
      }),
    },
  };
}

/** Logs only requests that were refused or failed; the healthy ones would bury them. */
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
    if (reply.statusCode < 400 && !error) return;
    const about = {
      method: request.method,
      url: request.url,
      statusCode: reply.statusCode,
      remoteAddress: request.ip,
      durationMs: Math.round(reply.elapsedTime),
    };
    if (reply.statusCode >= 500 || error) request.log.error(about, 'request failed');
    else request.log.info(about, 'request refused');
  }
}

function isPrematureClose(error: NodeJS.ErrnoException): boolean {
  return error.code === 'ERR_STREAM_PREMATURE_CLOSE';
}

/**
 * JSON escapes the characters below U+0020. The rest that hides or moves text (DEL and C1, which
 * holds the one-byte ANSI introducer, line separators, bidirectional controls) can only stand inside
 * a JSON string, where an escape means the same.
 */
function escapeInvisible(line: string): string {
  return line.replace(
    /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
