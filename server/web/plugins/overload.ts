/** 503 instead of a queue that only grows, when the machine cannot keep up. */
import fastifyPlugin from 'fastify-plugin';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route is answered however busy the machine is. */
    answersAlways?: boolean;
  }
}

export interface OverloadOptions {
  /** How late the event loop may be before requests are refused; 0: they never are. */
  maximumDelayMs?: number;
}

const sampleEveryMs = 1_000;
/** Without a request for so long nothing is measured: a program that nobody uses sleeps. */
const restAfterMs = 5_000;
const retryAfterSeconds = 5;

/**
 * Refuses requests while the event loop is late. How late is measured by a timer that runs only
 * while requests come; others sample a hundred times a second, also for nobody.
 */
export const overload = fastifyPlugin<OverloadOptions>((app, options, done) => {
  const { maximumDelayMs = 2_000 } = options;
  let delayMs = 0;
  let requestedAtMs = 0;
  let timer: NodeJS.Timeout | undefined;

  const sample = () => {
    const begunAtMs = performance.now();
    timer = setTimeout(() => {
      const nowMs = performance.now();
      delayMs = nowMs - begunAtMs - sampleEveryMs;
      timer = undefined;
      if (nowMs - requestedAtMs < restAfterMs) sample();
    }, sampleEveryMs).unref();
  };

  if (maximumDelayMs > 0) {
    app.addHook('onRequest', (request, reply, next) => {
      requestedAtMs = performance.now();
      if (!timer) {
        delayMs = 0;
        sample();
      }
      if (delayMs <= maximumDelayMs || request.routeOptions.config.answersAlways) {
        next();
        return;
      }
      reply.header('retry-after', String(retryAfterSeconds));
      next(Object.assign(new Error('the event loop is late'), { statusCode: 503 }));
    });
    app.addHook('onClose', (_app, next) => {
      clearTimeout(timer);
      next();
    });
  }
  done();
});
