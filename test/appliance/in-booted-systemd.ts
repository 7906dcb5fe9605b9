import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { programWords } from '../program-words.ts';
import { reportFor } from '../report-for.ts';
import { bootSystemd } from './booted-systemd.ts';

const marker = 'WAI_TEST_IN_BOOTED_SYSTEMD';

/**
 * Whether this test file already runs beside a systemd that was booted for it. If not, it is run
 * again beside one, and that run reports its tests in the place of this one.
 *
 * Call it as `if (inBootedSystemd(import.meta.url)) { test(…) … }`.
 * @param prepare makes, before the boot, what is not to be had inside, where there is no network:
 *   files of the repository. The other run finds the path of each in its environment.
 */
export function inBootedSystemd(
  testFileUrl: string,
  prepare: () => Record<string, string> = () => ({}),
): boolean {
  if (process.env[marker] === '1') return true;
  void runInBootedSystemd(testFileUrl, prepare());
  return false;
}

/** A failure of systemd itself ends this process, which the runner shows as that of the file. */
async function runInBootedSystemd(
  testFileUrl: string,
  prepared: Record<string, string>,
): Promise<void> {
  const systemd = await bootSystemd();
  try {
    const program = programWords(new URL(testFileUrl)).map((word) => systemd.insidePath(word));
    const files = Object.entries(prepared).map(([name, path]) => [name, systemd.insidePath(path)]);
    const child = spawn('nsenter', [...systemd.enterArguments, process.execPath, ...program], {
      env: { ...process.env, ...Object.fromEntries(files), [marker]: '1' },
      stdio: 'inherit',
    });
    reportFor(child);
    await once(child, 'close');
  } finally {
    await systemd.end();
  }
}
