/**
 * What the web writes on its standard output and error, as lines of the agent's log: it could be taken
 * over, and then writes whatever it likes. Each line is marked as the web's, so none can pass for the
 * agent's; it moves no terminal, names no priority of its own (`<N>`), and is bounded in length and rate.
 */
import type { Readable } from 'node:stream';
import { escapeInvisible } from '../../log/escape-invisible.ts';
import { findSeverity } from '../service-log.ts';
import type { ServiceLog } from '../service-log.ts';

const mark = 'web: ';
/** The longest line of ours is an error with its stack. */
const mostLineBytes = 8 * 1024;
/** What may come at once, and then in a second for ever: 350 MB a day. */
const burstBytes = 256 * 1024;
const bytesPerSecond = 4 * 1024;
/** What a line costs whoever keeps the log, beside its text. */
const lineCostBytes = 100;
/** How late a line may be; a web that writes more than it may has its own memory filled, not ours. */
const pauseMs = 1_000;

/**
 * Relays until the stream ends. Who writes more than they may is read more slowly, so that it costs the
 * agent nothing; the log says so once.
 * @returns resolves when all that was written is relayed
 */
export function relayOutput(stream: Readable, log: Pick<ServiceLog, 'say'>): Promise<void> {
  let line = Buffer.alloc(0);
  let cutBytes = 0;
  let allowance = burstBytes;
  let countedAtMs = performance.now();
  let isTold = false;

  /** @returns how much the log has grown by it */
  const writeLine = (): number => {
    if (line.length === 0 && cutBytes === 0) return 0;
    const text = line.toString('utf8');
    const cut = cutBytes === 0 ? '' : `… (${cutBytes} more bytes)`;
    const severity = findSeverity(text, 'warning');
    const marked = `${mark}${escapeInvisible(text)}${cut}`;
    log.say(severity === 'fatal' ? 'error' : severity, marked);
    line = Buffer.alloc(0);
    cutBytes = 0;
    return lineCostBytes + marked.length;
  };
  const add = (bytes: Buffer) => {
    const taken = bytes.subarray(0, mostLineBytes - line.length);
    // A copy: a chunk is not held for the sake of its last line.
    line = Buffer.concat([line, taken]);
    cutBytes += bytes.length - taken.length;
  };
  const slowDown = (costBytes: number) => {
    const nowMs = performance.now();
    const earned = ((nowMs - countedAtMs) / 1000) * bytesPerSecond;
    allowance = Math.min(burstBytes, allowance + earned) - costBytes;
    countedAtMs = nowMs;
    if (allowance >= 0) return;
    if (!isTold) log.say('warning', tooMuch);
    isTold = true;
    stream.pause();
    const waitMs = Math.max(pauseMs, (-allowance / bytesPerSecond) * 1000);
    setTimeout(() => stream.resume(), waitMs).unref();
  };

  stream.on('data', (chunk: Buffer) => {
    let rest = chunk;
    let costBytes = chunk.length;
    for (let end = rest.indexOf(0x0a); end >= 0; end = rest.indexOf(0x0a)) {
      add(rest.subarray(0, end));
      costBytes += writeLine();
      rest = rest.subarray(end + 1);
    }
    add(rest);
    slowDown(costBytes);
  });
  return new Promise((resolve) => {
    stream.once('close', () => {
      writeLine();
      resolve();
    });
    // `close` follows.
    stream.on('error', () => undefined);
  });
}

const tooMuch =
  'keepalived-wai: the web writes more than its share of this log. Its lines come late from now on.';
