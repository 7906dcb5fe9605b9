import { readdir } from 'node:fs/promises';
import { reportCommand } from '../../commands/command-report.ts';
import { runCommand } from '../../commands/run-command.ts';
import { UnseenError, useIfUnseen, undefinedIfAbsent } from '../../unseen-error.ts';
import { findInitScriptFlaw } from '../service-files.ts';
import type { BootTool } from './boot-tool.ts';

const tool = 'update-rc.d';
/** The folders whose `S` links start a service on the way to normal operation. */
const bootFolders = ['/etc/rcS.d', '/etc/rc2.d', '/etc/rc3.d', '/etc/rc4.d', '/etc/rc5.d'];

/** Debian's links to init scripts: `/etc/rc2.d/S01keepalived` starts it, `K01…` does not. */
export const updateRcD: BootTool = {
  async read(service) {
    const flaw = await findInitScriptFlaw(service);
    if (flaw !== undefined) return { known: false, reason: flaw };
    try {
      const links = await findLinks(service);
      return { known: true, enabled: links.some((link) => link.startsWith('S')), tool };
    } catch (error) {
      if (!(error instanceof UnseenError)) throw error;
      return { known: false, reason: `${error.message}.` };
    }
  },

  async set(service, enabled) {
    // It changes links, but makes none by itself.
    const findNone = async () => (await findLinks(service).catch(useIfUnseen(['?']))).length === 0;
    if ((await findInitScriptFlaw(service)) === undefined && (await findNone())) {
      const added = await runCommand(tool, [service, 'defaults']);
      if (added.kind !== 'ok') return reportCommand(added);
    }
    return reportCommand(await runCommand(tool, [service, enabled ? 'enable' : 'disable']));
  },
};

/** @throws {UnseenError} if a folder is there, but cannot be read */
async function findLinks(service: string): Promise<string[]> {
  const folders = await Promise.all(
    bootFolders.map(
      async (folder) => (await undefinedIfAbsent(folder, () => readdir(folder))) ?? [],
    ),
  );
  return folders.flat().filter((name) => /^[SK]\d\d/.test(name) && name.slice(3) === service);
}
