import { constants } from 'node:fs';
import { mkdtemp, readdir, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative, resolve } from 'node:path';
import type { ConfigurationFileEntry, ConfigurationTest } from './appliance.ts';
import { contains, followIncludes, resolvePath } from './includes.ts';
import { readProcess } from './process-table.ts';
import { errorCode, readRegularFile } from './regular-file.ts';
import { type CommandResult, runCommand } from './run-command.ts';
import { ShadowTooLargeError, copyToShadow } from './shadow-folder.ts';

const timeoutMs = 10_000;
/** What the script exits with when the shadow could not be mounted; keepalived never does. */
const mountFailedCode = 125;

/**
 * In a mount namespace of its own, so that only this keepalived sees the shadow; in a process
 * namespace of its own, because keepalived 2.2.7 ends itself otherwise when a script runs as
 * another user than root (measured, see keepalived facts, 4).
 */
const script = `mount --bind "$1" "$2" || exit ${mountFailedCode}; shift 2; exec keepalived -t -f "$@"`;

/**
 * Runs `keepalived -t` on the live configuration with `text` in the place of `entry`'s file; a
 * stored configuration is tested as if it were the live one. The disk's files are only read. What
 * includes a file outside the configuration folder is refused before keepalived sees it, because
 * keepalived would print lines of that file.
 * @param configurationId what `@id` lines are compared with; by default the short host name
 */
export async function testConfiguration(
  livePath: string,
  entry: ConfigurationFileEntry,
  text: string,
  configurationId?: string,
): Promise<ConfigurationTest> {
  if (entry.problem !== undefined) return notRun(entry.problem);
  const folder = await resolvePath(dirname(livePath));
  if (folder === undefined) return notRun(`The folder of ${livePath} does not exist.`);
  const resolvedLivePath = join(folder, basename(livePath));
  const candidatePath = entry.role === 'included' ? entry.path : resolvedLivePath;

  const includes = await followIncludes(livePath, async (path) => {
    if (path === candidatePath) return text;
    const file = await readRegularFile(path);
    return file.ok ? file.bytes.toString() : undefined;
  });
  const problem = includes.find((file) => file.problem !== undefined)?.problem;
  if (problem !== undefined) return notRun(problem);

  const workFolder = await mkdtemp(join(tmpdir(), `${testFolderPrefix}${process.pid}-`));
  try {
    const shadow = join(workFolder, 'shadow');
    await copyToShadow(folder, shadow);
    await placeCandidate(join(shadow, relative(folder, candidatePath)), text);
    const result = await runCommand(
      'unshare',
      [
        ...['--mount', '--propagation', 'private', '--pid', '--fork', '--kill-child'],
        ...['sh', '-c', script, 'sh', shadow, folder, resolvedLivePath],
        ...(configurationId === undefined ? [] : [`--config-id=${configurationId}`]),
      ],
      { timeoutMs },
    );
    return await judge(result, folder, candidatePath);
  } catch (error) {
    if (error instanceof ShadowTooLargeError) return notRun(error.message);
    return notRun(
      `The copy of ${folder} for the test could not be made (${errorCode(error)}). Check that ${tmpdir()} has space and that ${candidatePath} is a regular file.`,
    );
  } finally {
    await rm(workFolder, { recursive: true, force: true });
  }
}

/** A folder of a test, by the process that runs it: it holds copies of files with passwords. */
const testFolderPrefix = 'keepalived-wai-test-';
const testFolderName = /^keepalived-wai-test-(\d+)-[A-Za-z0-9]{6}$/;

/** Removes the folders of tests whose program a crash ended, before this one has begun any. */
export async function sweepTestFolders(): Promise<void> {
  for (const name of await readdir(tmpdir()).catch(() => [])) {
    const pid = Number(testFolderName.exec(name)?.[1]);
    const isOurs = pid > 0 && (pid === process.pid || (await readProcess(pid)) === undefined);
    if (isOurs) await rm(join(tmpdir(), name), { recursive: true, force: true });
  }
}

/**
 * Truncates the copy rather than replacing it, to keep its owner and mode. Never through a link: it
 * may be absolute and lead out of the shadow to the file itself.
 */
async function placeCandidate(path: string, text: string): Promise<void> {
  const flag = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW;
  await writeFile(path, text, { flag, mode: 0o640 });
}

async function judge(
  result: CommandResult,
  folder: string,
  testedPath: string,
): Promise<ConfigurationTest> {
  const output = result.stderr + result.stdout;
  if (result.kind === 'timedOut') {
    return notRun(
      `keepalived did not finish its test within ${timeoutMs / 1000} s. Perhaps a name in the configuration (smtp_server) cannot be resolved.`,
    );
  }
  if (result.kind === 'notFound') {
    return notRun('The program `unshare` is missing. Install util-linux.');
  }
  if (result.exitCode === 127) return notRun('keepalived is not installed.');
  if (result.exitCode === mountFailedCode || output.startsWith('unshare: ')) {
    return notRun(
      `The test needs a private mount, which failed: ${output.trim()}. Run this program as root.`,
    );
  }
  if (await namesOutsideFile(output, folder)) {
    return notRun(
      `The configuration makes keepalived read a file outside ${folder}; its output is withheld.`,
    );
  }
  return { ran: true, reason: undefined, exitCode: result.exitCode, output, testedPath };
}

/** The second net: an include that only keepalived found betrays itself by its messages' place. */
async function namesOutsideFile(output: string, folder: string): Promise<boolean> {
  const places = new Set([...output.matchAll(/^\((.+?): Line \d+\)/gm)].map(([, path]) => path));
  for (const place of places) {
    const real = await realpath(resolve(folder, place ?? '')).catch(() => undefined);
    if (real !== undefined && !contains(folder, real)) return true;
  }
  return false;
}

function notRun(reason: string): ConfigurationTest {
  return { ran: false, reason, exitCode: undefined, output: '', testedPath: undefined };
}
