import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import {
  runCommand,
  startDetached,
  streamCommand,
} from '../../server/appliance/commands/run-command.ts';

const folder = mkdtempSync(join(tmpdir(), 'run-command-'));
after(() => {
  rmSync(folder, { recursive: true });
});

const environment = {
  LC_ALL: 'C',
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
};

function isAlive(pid: number): boolean {
  try {
    // A zombie that nobody has reaped yet is not alive.
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
}

async function untilGone(pid: number): Promise<boolean> {
  for (let tries = 0; tries < 100 && isAlive(pid); tries += 1) await sleep(20);
  return !isAlive(pid);
}

function parseEnvironment(text: string): Record<string, string> {
  return Object.fromEntries(
    text
      .split('\0')
      .filter(Boolean)
      .map((line) => line.split(/=(.*)/s, 2)),
  ) as Record<string, string>;
}

describe('runCommand', () => {
  it('gives the child exactly the fixed environment and the additions', async () => {
    process.env['WAI_TEST_LEAK'] = 'leaked';
    const plain = await runCommand('cat', ['/proc/self/environ']);
    assert.deepEqual(parseEnvironment(plain.stdout), environment);
    const more = await runCommand('cat', ['/proc/self/environ'], { env: { EXTRA: 'a=b' } });
    assert.deepEqual(parseEnvironment(more.stdout), { ...environment, EXTRA: 'a=b' });
    delete process.env['WAI_TEST_LEAK'];
  });

  it('passes arguments as they are: no shell', async () => {
    const planted = join(folder, 'x');
    const words = [`$(touch ${planted})`, `; touch ${planted}`, '`id`', '*', 'a b', "'"];
    const result = await runCommand('printf', ['%s\n', ...words]);
    assert.deepEqual(result.stdout.trimEnd().split('\n'), words);
    assert.equal(existsSync(planted), false);
  });

  it('tells success, exit codes and signals apart', async () => {
    const good = await runCommand('sh', ['-c', 'echo out; echo err >&2']);
    assert.equal(good.kind, 'ok');
    assert.deepEqual([good.stdout, good.stderr, good.exitCode], ['out\n', 'err\n', 0]);
    const bad = await runCommand('sh', ['-c', 'exit 6']);
    assert.deepEqual([bad.kind, bad.exitCode], ['exited', 6]);
    const killed = await runCommand('sh', ['-c', 'kill -TERM $$']);
    assert.deepEqual([killed.kind, killed.exitCode], ['exited', 143]);
    assert.equal(killed.command, "sh -c 'kill -TERM $$'");
  });

  it('tells what does not exist from what cannot be executed', async () => {
    const missing = await runCommand('no-such-program', []);
    assert.equal(missing.kind, 'notFound');
    assert.equal(missing.stderr, 'there is no such program');
    const notExecutable = await runCommand('/etc/passwd', []);
    assert.equal(notExecutable.kind, 'notStarted');
    assert.equal(notExecutable.stderr, 'permission denied');
  });

  it('ends a command that takes too long, with what it started', async () => {
    const script = 'trap "" TERM; sleep 60 & echo $!; wait; sleep 60';
    const result = await runCommand('sh', ['-c', script], { timeoutMs: 300 });
    assert.equal(result.kind, 'timedOut');
    assert.ok(result.durationMs >= 300 && result.durationMs < 30_000, `${result.durationMs} ms`);
    assert.ok(await untilGone(Number(result.stdout)), 'the grandchild is still there');
  });

  it('does not wait for a daemon that the command leaves behind with its output', async () => {
    const result = await runCommand('sh', ['-c', 'sleep 60 & echo $!']);
    process.kill(Number(result.stdout));
    assert.equal(result.kind, 'ok');
    assert.ok(result.durationMs < 30_000, `${result.durationMs} ms`);
  });

  it('cuts output that is too long and still tells the exit code', async () => {
    const script = 'head -c 3000000 /dev/zero | tr "\\0" x; exit 3';
    const result = await runCommand('sh', ['-c', script], { maxOutputBytes: 1000 });
    assert.equal(result.stdout, 'x'.repeat(1000));
    assert.equal(result.truncated, true);
    assert.equal(result.exitCode, 3);
  });

  it('gives input, even to a command that does not read it', async () => {
    const echoed = await runCommand('cat', [], { input: 'grüße' });
    assert.equal(echoed.stdout, 'grüße');
    assert.equal((await runCommand('cat', [])).stdout, '');
    assert.equal((await runCommand('true', [], { input: 'x'.repeat(1_000_000) })).kind, 'ok');
  });
});

describe('startDetached', () => {
  it('starts a process that outlives its starter, in a session of its own', async () => {
    const module = fileURLToPath(
      new URL('../../server/appliance/commands/run-command.ts', import.meta.url),
    );
    const program = `import { startDetached } from ${JSON.stringify(module)};
      console.log((await startDetached('sleep', ['60'])).pid);`;
    const words = ['--import', 'tsx', '--input-type=module', '--eval', program];
    const starter = await runCommand(process.execPath, words, {
      cwd: process.cwd(),
      timeoutMs: 20_000,
    });
    const pid = Number(starter.stdout);
    assert.ok(isAlive(pid), starter.stderr);
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8').split(' ');
    assert.equal(Number(stat[5]), pid, 'its session is its own');
    assert.deepEqual(parseEnvironment(readFileSync(`/proc/${pid}/environ`, 'utf8')), environment);
    process.kill(pid);
  });

  it('keeps the output and tells the exit code', async () => {
    const outputPath = join(folder, 'output');
    const started = await startDetached('sh', ['-c', 'echo why >&2; exit 2'], { outputPath });
    // The process does not keep us alive; this does.
    const limit = new AbortController();
    const exitCode = await Promise.race([
      started?.exited,
      sleep(5000, undefined, { signal: limit.signal }),
    ]);
    limit.abort();
    assert.equal(exitCode, 2);
    assert.equal(readFileSync(outputPath, 'utf8'), 'why\n');
  });

  it('returns undefined for a program that does not exist', async () => {
    assert.equal(await startDetached('no-such-program', []), undefined);
  });
});

describe('streamCommand', () => {
  it('yields lines while the command lives and ends it on close', async () => {
    const stream = streamCommand('sh', ['-c', 'echo $$; echo two; exec sleep 60']);
    const lines: string[] = [];
    for await (const line of stream) {
      lines.push(line);
      if (lines.length === 2) break;
    }
    assert.equal(lines[1], 'two');
    const pid = Number(lines[0]);
    assert.ok(isAlive(pid));
    await stream.close();
    assert.ok(!isAlive(pid));
  });

  it('ends with the command, also with one that does not exist', async () => {
    const read = async (file: string, words: string[]) => {
      const lines: string[] = [];
      for await (const line of streamCommand(file, words)) lines.push(line);
      return lines;
    };
    assert.deepEqual(await read('sh', ['-c', 'printf "a\\nb"; exit 1']), ['a', 'b']);
    assert.deepEqual(await read('no-such-program', []), []);
  });
});
