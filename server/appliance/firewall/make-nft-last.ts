import { readFile, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { FirewallReport } from '../../keepalived/firewall/firewall-report.ts';
import { listOwnRules } from '../../keepalived/firewall/rule-place.ts';
import { reportCommand } from '../commands/command-report.ts';
import { runCommand } from '../commands/run-command.ts';
import { errorCode, readRegularFile } from '../files/regular-file.ts';
import { replaceFile, tagOf } from '../files/replace-file.ts';
import { explainUnwritable } from './explain-unwritable.ts';
import type { LastingResult } from './lasting-result.ts';

/** Where nftables.service reads its rules: Debian's place, Red Hat's place. */
const rulesPaths = ['/etc/nftables.conf', '/etc/sysconfig/nftables.conf'];

/**
 * Writes our own nft rules into a file of their own, in a folder that the administrator's file
 * already includes; it is taken back unless nft accepts the whole. The administrator's own file is
 * never touched.
 */
export async function makeNftLast(report: FirewallReport): Promise<LastingResult> {
  const rules = listOwnRules(report.chains).filter(({ place }) => place.manager === 'nft');
  const lines = rules.map(
    ({ place: { family, table, chain }, rule }) =>
      `insert rule ${family} ${table} ${chain} ${rule.text}`,
  );
  const advice = lines.map((line) => `“${line}”`).join(' and ');
  const place = await findPlace();
  if (!place.dropInPath) {
    if (lines.length === 0) {
      return tell(true, 'Nothing of it was kept for the next boot.');
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
  const expectedTag = file.ok ? tagOf(file.bytes) : null;
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
    const isEnabled = await isServiceEnabled();
    const sentence = isEnabled
      ? `${place.dropInPath} keeps this beyond a reboot.`
      : `${place.dropInPath} keeps this, but nftables.service is not started at boot: systemctl enable nftables.`;
    return { ...tell(isEnabled, sentence), commands: [reportCommand(test)] };
  }
  await remove(place.dropInPath);
  const sentence = `After a reboot this is gone: ${place.rulesPath} does not load with it in front of the tables, or in a place without the network’s interfaces. Write ${advice} where that is made.`;
  return { ...tell(false, sentence), commands: [] };
}

async function findPlace(): Promise<{ rulesPath: string; dropInPath: string | undefined }> {
  for (const rulesPath of rulesPaths) {
    const text = await readFile(rulesPath, 'utf8').catch(() => undefined);
    if (text === undefined) continue;
    const [, folder = '', ending = ''] = /^\s*include\s+"(.*)\/\*(\.\w+)?"/m.exec(text) ?? [];
    // nft(8): a relative path is looked for in its own folder, /etc.
    const path = folder === '' ? undefined : resolve('/etc', folder);
    const isFolder = path !== undefined && (await stat(path).catch(() => undefined))?.isDirectory();
    return {
      rulesPath,
      dropInPath:
        path !== undefined && isFolder ? join(path, `keepalived-wai${ending}`) : undefined,
    };
  }
  return { rulesPath: rulesPaths[0] ?? '', dropInPath: undefined };
}

async function isServiceEnabled(): Promise<boolean> {
  const answer = await runCommand('systemctl', ['is-enabled', '--', 'nftables.service']);
  return answer.stdout.trim() === 'enabled';
}

/** @returns the system's code, if it could not be removed. */
async function remove(path: string): Promise<string | undefined> {
  return rm(path, { force: true }).then(() => undefined, errorCode);
}

function tell(lasts: boolean, sentence: string): LastingResult {
  return { commands: [], lasting: { lasts, sentence } };
}
