import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { programWords } from '../program-words.ts';
import { reportFor } from '../report-for.ts';
import { bootSystemd } from './booted-systemd.ts';

const marker = 'WAI_TEST_IN_BOOTED_SYSTEMD';

/** What a test needs beside a systemd that was booted for it. */
interface Preparation {
  /** Files of the repository: their paths inside are in the environment, by these names. */
  files?: Record<string, string>;
  /** The files of the system that is booted, if not the machine's own; and a Node.js for it, a file. */
  system?: { folder: string; node: string } | undefined;
}

/**
 * Whether this test file already runs beside a systemd that was booted for it. If not, it is run
 * again beside one, and that run reports its tests in the place of this one.
 *
 * Call it as `if (inBootedSystemd(import.meta.url)) { test(…) … }`.
 * @param prepare makes, before the boot, what is not to be had inside, where there is no network
 */
export function inBootedSystemd(
  testFileUrl: string,
  prepare: () => Preparation = () => ({}),
): boolean {
  if (process.env[marker] === '1') return true;
  void runInBootedSystemd(testFileUrl, prepare());
  return false;
}

/** A failure of systemd itself ends this process, which the runner shows as that of the file. */
async function runInBootedSystemd(
  testFileUrl: string,
  { files = {}, system }: Preparation,
): Promise<void> {
  const systemd = await bootSystemd(system?.folder);
  try {
    const program = programWords(new URL(testFileUrl)).map((word) => systemd.insidePath(word));
    const node = system ? systemd.insidePath(system.node) : process.execPath;
    const insideFiles = Object.entries(files).map(([name, file]) => [
      name,
      systemd.insidePath(file),
    ]);
    const child = spawn('nsenter', [...systemd.enterArguments, node, ...program], {
      env: {
        ...process.env,
        ...(Object.fromEntries(insideFiles) as Record<string, string>),
        [marker]: '1',
      },
      stdio: 'inherit',
    });
    reportFor(child);
    await once(child, 'close');
  } finally {
    await systemd.end();
  }
}
