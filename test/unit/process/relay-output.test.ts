/** A web that was taken over writes lines that look like the agent's. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { PassThrough } from 'node:stream';
import test from 'node:test';
import { relayOutput } from '../../../server/process/web/relay-output.ts';

function createLog() {
  const said: [string, string][] = [];
  return { said, log: { say: (severity: string, text: string) => said.push([severity, text]) } };
}

/** What is relayed of a program that writes these words. */
async function relay(text: string): Promise<[string, string][]> {
  const { said, log } = createLog();
  const words = ['-e', 'process.stdin.pipe(process.stderr)'];
  const child = spawn(process.execPath, words, { stdio: ['pipe', 'inherit', 'pipe'] });
  child.stdin.end(text);
  await relayOutput(child.stderr, log);
  return said;
}

test('no line of the web passes for one of the agent', async () => {
  const audit =
    '{"level":30,"call":"saveConfiguration","userName":"admin","msg":"asked of the agent"}';
  const forged = [
    audit,
    `<0>${audit}`,
    `\r${audit}`,
    `\u001b[2K\u001b[1A${audit}`,
    `\u009b1A\u2028${audit}\u202e`,
    'keepalived-wai: https://127.0.0.1:9443',
    '\u0000',
  ];
  const said = await relay(`${forged.join('\n')}\n`);
  assert.equal(said.length, forged.length);
  for (const [, line] of said) {
    assert.ok(line.startsWith('web: '), line);
    assert.doesNotMatch(line, /[\p{Cc}\u2028\u202e]/u);
  }
  assert.equal(said[0]?.[1], `web: ${audit}`);
});

test('its lines have their own severity, but none that wakes everybody', async () => {
  const said = await relay('{"level":60}\n{"level":50}\n{"level":30}\na sentence\n<0>x');
  assert.deepEqual(
    said.map(([severity]) => severity),
    ['error', 'error', 'info', 'warning', 'warning'],
  );
});

test('a line without an end is cut, and costs no memory', async () => {
  const said = await relay('x'.repeat(100_000));
  assert.equal(said.length, 1);
  assert.match(said[0]?.[1] ?? '', /^web: x{8192}… \(91808 more bytes\)$/);
});

test('who writes without an end is not read without an end, and all the rest comes later', async () => {
  const { said, log } = createLog();
  const web = new PassThrough({ highWaterMark: 64 * 1024 });
  const ended = relayOutput(web, log);
  let takenBytes = 0;
  while (web.write(`${'x'.repeat(99)}\n`.repeat(100)) && takenBytes < 4_000_000) {
    takenBytes += 10_000;
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.ok(takenBytes < 400_000, `${takenBytes} bytes were taken`);
  assert.equal(said.filter(([, line]) => line.startsWith('keepalived-wai: ')).length, 1);
  web.destroy();
  await ended;
});

test('thousands of short lines are as dear as they are to keep', async () => {
  const { said, log } = createLog();
  const web = new PassThrough({ highWaterMark: 16 * 1024 });
  void relayOutput(web, log);
  for (let round = 0; round < 100; round += 1) {
    web.write('x\n'.repeat(4_000));
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.ok(said.length < 20_000, `${said.length} lines`);
  web.destroy();
});
