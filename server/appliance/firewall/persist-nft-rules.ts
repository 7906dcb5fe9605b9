import { readFile, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { FirewallReport } from '../../keepalived/firewall/firewall-report.ts';
import { listOwnRules } from '../../keepalived/firewall/rule-place.ts';
import { errorCode } from '../../shared/error-code.ts';
import { createTag } from '../../shared/tag.ts';
import { reportCommand } from '../commands/command-report.ts';
import { runCommand } from '../commands/run-command.ts';
import { readRegularFile } from '../files/regular-file.ts';
import { replaceFile } from '../files/replace-file.ts';
import { systemctl } from '../services/boot-tools/systemctl.ts';
import { UnseenError, undefinedIfAbsent } from '../unseen-error.ts';
import { explainUnwritable } from './explain-unwritable.ts';
import type { PersistenceResult } from './persistence-result.ts';

/** Where nftables.service reads its rules: Debian's place, Red Hat's place. */
const rulesPaths = ['/etc/nftables.conf', '/etc/sysconfig/nftables.conf'];

/**
 * Writes our own nft rules into a file of their own, in a folder that the administrator's file
 * already includes; it is removed again unless nft accepts the whole. The administrator's own file is
 * never touched.
 */
export async function persistNftRules(report: FirewallReport): Promise<PersistenceResult> {
  const rules = listOwnRules(report.chains).filter(({ place }) => place.manager === 'nft');
  const lines = rules.map(
    ({ place: { family, table, chain }, rule }) =>
      `insert rule ${family} ${table} ${chain} ${rule.text}`,
  );
  const advice = lines.map((line) => `“${line}”`).join(' and ');
  const place = await findPlace().catch((error: unknown) => {
    if (error instanceof UnseenError) return error;
    throw error;
  });
  if (place instanceof UnseenError) {
    const write = lines.length === 0 ? '' : ` Write ${advice} where this system keeps its rules.`;
    const sentence = `Can’t tell whether this lasts beyond a reboot: ${place.message}.${write}`;
    return tell(false, sentence);
  }
  if (!place.dropInPath) {
    if (lines.length === 0) {
      return tell(true, 'Nothing of it was saved for the next boot.');
    }
    return tell(
      false,
      `After a reboot this is gone: write ${advice} into ${place.rulesPath}, behind the tables.`,
    );
  }
  if (lines.length === 0) {
    const code = await remove(place.dropInPath);
    if (code === undefined) return tell(true, `${place.dropInPath} was removed.`);
    const reason = explainUnwritable(place.dropInPath, code);
    return tell(false, `After a reboot the rule is back: ${reason} Or remove the file.`);
  }
  const file = await readRegularFile(place.dropInPath);
  const expectedTag = file.ok ? createTag(file.bytes) : null;
  const text = `# Written by keepalived-wai.\n${lines.join('\n')}\n`;
  const written = await replaceFile(place.dropInPath, { text, expectedTag });
  if (written.outcome !== 'replaced') {
    const code = written.outcome === 'failed' ? written.code : 'changed by another program';
    const reason = explainUnwritable(place.dropInPath, code);
    return tell(false, `After a reboot this is gone: ${reason} Or write ${advice} there.`);
  }
  // As at boot, without rules: one in a table that is not there yet would end the whole file.
  const test = await runCommand('unshare', ['--net', 'nft', '-c', '-f', place.rulesPath]);
  if (test.kind === 'ok') {
    const { lasts, words } = await readServiceSetting();
    const sentence = `${place.dropInPath} keeps this${words}`;
    return { ...tell(lasts, sentence), commands: [reportCommand(test)] };
  }
  await remove(place.dropInPath);
  const sentence = `After a reboot this is gone: ${place.rulesPath} does not load with it in front of the tables, or in a place without the network’s interfaces. Write ${advice} where that is made.`;
  return { ...tell(false, sentence), commands: [] };
}

/** @throws {UnseenError} if it can’t tell */
async function findPlace(): Promise<{ rulesPath: string; dropInPath: string | undefined }> {
  for (const rulesPath of rulesPaths) {
    const text = await undefinedIfAbsent(rulesPath, () => readFile(rulesPath, 'utf8'));
    if (text === undefined) continue;
    const [, folder = '', ending = ''] = /^\s*include\s+"(.*)\/\*(\.\w+)?"/m.exec(text) ?? [];
    // nft(8): a relative path is looked for in its own folder, /etc.
    const path = folder === '' ? undefined : resolve('/etc', folder);
    const isFolder =
      path !== undefined &&
      (await undefinedIfAbsent(path, () => stat(path)))?.isDirectory() === true;
    return {
      rulesPath,
      dropInPath:
        path !== undefined && isFolder ? join(path, `keepalived-wai${ending}`) : undefined,
    };
  }
  return { rulesPath: rulesPaths[0] ?? '', dropInPath: undefined };
}

/** Whether nftables.service loads its file at boot, and that as the end of a sentence. */
async function readServiceSetting(): Promise<{ lasts: boolean; words: string }> {
  const setting = await systemctl.read('nftables');
  if (!setting.known) {
    return {
      lasts: false,
      words: `, but can’t tell whether nftables.service starts at boot: ${setting.reason}`,
    };
  }
  return setting.enabled
    ? { lasts: true, words: ' beyond a reboot.' }
    : {
        lasts: false,
        words: ', but nftables.service is not started at boot: systemctl enable nftables.',
      };
}

/** @returns the system's code, if it could not be removed. */
async function remove(path: string): Promise<string | undefined> {
  return rm(path, { force: true }).then(() => undefined, errorCode);
}

function tell(lasts: boolean, sentence: string): PersistenceResult {
  return { commands: [], lasting: { lasts, sentence } };
}
