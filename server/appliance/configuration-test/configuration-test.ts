import { constants } from 'node:fs';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { findHiddenIncludes } from '../../keepalived/language/hidden-includes.ts';
import { errorCode } from '../../shared/error-code.ts';
import type { ConfigurationFileEntry, ConfigurationTest } from '../appliance.ts';
import { explainNoAnswer, findSignal } from '../commands/command-report.ts';
import { type CommandResult, runCommand } from '../commands/run-command.ts';
import { readProcess } from '../daemon/process-table.ts';
import { followIncludes, resolvePath } from '../files/includes.ts';
import { findAbsolutePaths } from '../files/path-facts.ts';
import { readRegularFile } from '../files/regular-file.ts';
import {
  explainCode,
  ignoreFailure,
  useIfUnseen,
  undefinedIfAbsent,
  UnseenError,
} from '../unseen-error.ts';
import { ShadowTooLargeError } from './shadow-folder.ts';
import { releaseTestOutput } from './test-output.ts';
import { enterTestRoot, layOutTestRoot, mountFailedCode } from './test-root.ts';

const usualTimeoutMs = 30_000;
/** A name server that is silent must not hold up the test: it waits 5 s twice for each by default. */
const env = { RES_OPTIONS: 'timeout:1 attempts:1' };

/**
 * Runs `keepalived -t` on the live configuration with `text` in the place of `entry`'s file; a
 * stored configuration is tested as if it were the live one. The disk's files are only read.
 *
 * keepalived opens what it likes, also by ways that we do not foresee, and prints lines of it. So it
 * runs in a root folder of its own that holds the configuration's files and nothing else (a file that
 * is included from elsewhere is empty there), and of its output only what concerns those files is
 * passed on. A process namespace, because keepalived 2.2.7 ends itself otherwise when a script runs
 * as another user than root (measured, see keepalived facts, 4).
 * @param configurationId what `@id` lines are compared with; by default the short host name
 * @param timeoutMs after which the test is ended
 */
export async function testConfiguration(
  livePath: string,
  entry: ConfigurationFileEntry,
  text: string,
  configurationId?: string,
  timeoutMs = usualTimeoutMs,
): Promise<ConfigurationTest> {
  if (entry.problem !== undefined) return notRun(entry.problem);
  try {
    return await runTest(livePath, entry, text, configurationId, timeoutMs);
  } catch (error) {
    if (error instanceof UnseenError) return notRun(`${error.message}.`);
    throw error;
  }
}

async function runTest(
  livePath: string,
  entry: ConfigurationFileEntry,
  text: string,
  configurationId: string | undefined,
  timeoutMs: number,
): Promise<ConfigurationTest> {
  const folder = await resolvePath(dirname(livePath));
  if (folder === undefined) return notRun(`The folder of ${livePath} does not exist.`);
  const resolvedLivePath = join(folder, basename(livePath));
  const candidatePath = entry.role === 'included' ? entry.path : resolvedLivePath;

  const files = new Map<string, Uint8Array | string>();
  const { files: includes } = await followIncludes(livePath, async (path) => {
    if (path === candidatePath) return text;
    const file = await readRegularFile(path);
    if (!file.ok) return undefined;
    const isWhole = file.bytes.at(-1) === lineFeed;
    files.set(path, isWhole ? file.bytes : Buffer.concat([file.bytes, Buffer.of(lineFeed)]));
    return file.bytes.toString();
  });
  files.set(candidatePath, endLastLine(text));
  const hiddenIncludes = findHiddenIncludes(
    [...files].map(([path, bytes]) => ({
      ...(path === candidatePath ? {} : { path }),
      text: bytes.toString(),
    })),
    configurationId,
  );
  const outsideIncludes = includes.flatMap(({ path, problem }) => (problem ? [path] : []));

  const workFolder = await mkdtemp(join(tmpdir(), `${testFolderPrefix}${process.pid}-`));
  try {
    const named = [...files.values()].flatMap((bytes) => findAbsolutePaths(bytes.toString()));
    const linked = await Promise.all(outsideIncludes.map(resolvePath));
    const paths = [...named, ...linked.filter((path) => path !== undefined)];
    const root = await layOutTestRoot(workFolder, { folder, files, paths });
    await placeCandidate(join(root.path, candidatePath), endLastLine(text));
    const result = await runCommand(
      'unshare',
      [
        ...['--mount', '--propagation', 'private', '--pid', '--fork', '--kill-child'],
        ...['sh', '-c', enterTestRoot, 'sh', root.fstabPath, root.path],
        ...(await powerlessly()),
        ...['keepalived', '-t', '-f', resolvedLivePath],
        ...(configurationId === undefined ? [] : [`--config-id=${configurationId}`]),
      ],
      { timeoutMs, env },
    );
    const given = new Set(files.keys());
    if (result.kind === 'timedOut') return notRun(describeTimeout(timeoutMs));
    const judged = judge(result, given, resolvedLivePath, candidatePath);
    return { ...judged, outsideIncludes, hiddenIncludes };
  } catch (error) {
    if (error instanceof UnseenError) throw error;
    const code = errorCode(error);
    if (code === 'EMFILE' || code === 'ENFILE') return notRun(`${explainCode(code)}.`);
    if (error instanceof ShadowTooLargeError) return notRun(error.message);
    return notRun(
      code === 'EPERM'
        ? `The copy of ${folder} for the test could not be made. Run this program as root.`
        : `The copy of ${folder} for the test could not be made (${code}). Check that ${tmpdir()} has space and that ${candidatePath} is a regular file.`,
    );
  } finally {
    // What cannot be removed now is swept at the next start.
    await rm(workFolder, { recursive: true, force: true }).catch(ignoreFailure);
  }
}

/**
 * Takes from root what a test does not need. DAC_OVERRIDE: the configuration may belong to somebody
 * else. SETUID, SETGID: keepalived looks at a script as the user that is to run it.
 * @returns the words before the command; none where this program may not lay down powers itself.
 */
async function powerlessly(): Promise<string[]> {
  const path = '/proc/self/status';
  // Not known is not none: the test would run with all of root's powers.
  const status = (await undefinedIfAbsent(path, () => readFile(path, 'utf8'))) ?? '';
  const effective = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`);
  if ((effective & (1n << capabilitySetpcap)) === 0n) return [];
  const kept = '--bounding-set=-all,+dac_override,+setuid,+setgid';
  return ['setpriv', kept, '--inh-caps=-all', '--no-new-privs'];
}
const capabilitySetpcap = 8n;

/** A folder of a test, by the process that runs it: it holds copies of files with passwords. */
const testFolderPrefix = 'keepalived-wai-test-';
const testFolderName = /^keepalived-wai-test-(\d+)-[A-Za-z0-9]{6}$/;

/** Removes the folders of tests whose program a crash ended, before this one has begun any. */
export async function sweepTestFolders(): Promise<void> {
  // What cannot be listed is swept at a later start.
  for (const name of (await readdir(tmpdir()).catch(ignoreFailure)) ?? []) {
    const pid = Number(testFolderName.exec(name)?.[1]);
    const isOurs = pid > 0 && (pid === process.pid || (await hasEnded(pid)));
    if (isOurs) await rm(join(tmpdir(), name), { recursive: true, force: true });
  }
}

const hasEnded = (pid: number): Promise<boolean> =>
  readProcess(pid).then((found) => found === undefined, useIfUnseen(false));

const lineFeed = 0x0a;

/** keepalived does not count a line without an end, and so gives its messages a wrong number. */
function endLastLine(text: string): string {
  return text.endsWith('\n') ? text : `${text}\n`;
}

/**
 * Truncates the copy rather than replacing it, to keep its owner and mode. Never through a link: it
 * may be absolute and lead out of the shadow to the file itself.
 */
async function placeCandidate(path: string, text: string): Promise<void> {
  const flag = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW;
  await writeFile(path, text, { flag, mode: 0o640 });
}

function judge(
  result: CommandResult,
  given: ReadonlySet<string>,
  livePath: string,
  testedPath: string,
): ConfigurationTest {
  const printed = result.stderr + result.stdout;
  if (result.kind === 'notFound') {
    return notRun('The program `unshare` is missing. Install util-linux.');
  }
  if (result.kind === 'notStarted') return notRun(explainNoAnswer(result));
  const signal = findSignal(result.exitCode);
  // SIGTERM: the bug of 2.2.7, which has words of its own.
  if (signal === 'SIGKILL') {
    return notRun('The test was killed (SIGKILL). Check whether this server has free memory.');
  }
  if (result.exitCode === 127) return notRun('keepalived is not installed.');
  if (result.exitCode === mountFailedCode || printed.startsWith('unshare: ')) {
    return notRun(
      `The test needs a private mount, which failed: ${printed.trim()}. Run this program as root.`,
    );
  }
  const { output, withheldLines } = releaseTestOutput(printed, given, livePath);
  const { exitCode } = result;
  return { ran: true, reason: undefined, exitCode, output, withheldLines, testedPath };
}

/** The endless loop was measured: one unknown name beside a definition that nobody uses. */
function describeTimeout(timeoutMs: number): string {
  return `keepalived did not finish its test within ${timeoutMs / 1000} s. It may be waiting for name servers in /etc/resolv.conf that do not answer: use addresses instead of names (for example in smtp_server), or add the names to /etc/hosts. Or the file puts keepalived into an endless loop: 2.2.7 does this where a track_file block names a file that is not defined above it.`;
}

function notRun(reason: string): ConfigurationTest {
  return { ran: false, reason, exitCode: undefined, output: '', testedPath: undefined };
}
