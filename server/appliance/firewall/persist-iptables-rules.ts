import { constants } from 'node:fs';
import { access, readFile } from 'node:fs/promises';
import type { FirewallReport } from '../../keepalived/firewall/firewall-report.ts';
import { ownComment } from '../../keepalived/firewall/rule-set.ts';
import { errorCode } from '../../shared/error-code.ts';
import { explainNoAnswer, reportCommand } from '../commands/command-report.ts';
import { isInstalled } from '../commands/find-executable.ts';
import { runCommand } from '../commands/run-command.ts';
import { UnseenError, undefinedIfAbsent } from '../unseen-error.ts';
import { explainUnwritable } from './explain-unwritable.ts';
import type { PersistenceResult } from './persistence-result.ts';

/** Of iptables-persistent: the file, and the program whose rules it holds. */
const savedFiles = [
  { path: '/etc/iptables/rules.v4', program: 'iptables-save' },
  { path: '/etc/iptables/rules.v6', program: 'ip6tables-save' },
] as const;

/**
 * Lets iptables-persistent save the rules, if apart from ours they are what it has saved already:
 * nothing that was meant for today only becomes lasting by the way.
 */
export async function persistIptablesRules(report: FirewallReport): Promise<PersistenceResult> {
  const tell = (lasts: boolean, sentence: string): PersistenceResult => ({
    commands: [],
    lasting: { lasts, sentence },
  });
  const isKept = report.chains.some(
    ({ manager, rules }) =>
      manager !== 'nft' && rules.some(({ comment }) => comment === ownComment),
  );
  const before = await readSavedFiles();
  if (typeof before === 'string') {
    return tell(false, `Can’t tell whether this lasts beyond a reboot: ${before}`);
  }
  const isSaved = before.some(({ saved }) => saved.includes(ownComment));
  if (!isKept && !isSaved) return tell(true, 'Nothing of it was saved for the next boot.');
  const outcome = isKept ? 'After a reboot this is gone' : 'After a reboot the rule is back';
  const hasSaver = await isInstalled('netfilter-persistent').catch(asSentence);
  if (typeof hasSaver === 'string') {
    return tell(false, `Can’t tell whether this lasts beyond a reboot: ${hasSaver}`);
  }
  if (!hasSaver || before.length === 0) {
    return tell(false, `${outcome}: write it where this system keeps its iptables rules.`);
  }
  if (before.some(({ saved, live }) => normalize(saved) !== normalize(live))) {
    return tell(
      false,
      `${outcome}: the saved rules differ from the active rules in more than this. Check them, then save them: netfilter-persistent save.`,
    );
  }
  const command = reportCommand(await runCommand('netfilter-persistent', ['save']));
  const after = await readSavedFiles();
  if (typeof after === 'string') {
    const sentence = `Can’t tell whether this lasts beyond a reboot: ${after}`;
    return { commands: [command], lasting: { lasts: false, sentence } };
  }
  const lasts = after.some(({ saved }) => saved.includes(ownComment)) === isKept;
  const sentence = lasts
    ? 'iptables-persistent keeps this beyond a reboot.'
    : `${outcome}: iptables-persistent did not save it. ${await explainRefusal(before)}`.trimEnd();
  return { commands: [command], lasting: { lasts, sentence } };
}

/** @returns why they, or the active rules, cannot be read, as a sentence */
async function readSavedFiles(): Promise<{ path: string; saved: string; live: string }[] | string> {
  const files: { path: string; saved: string; live: string }[] = [];
  for (const { path, program } of savedFiles) {
    const read = () => readFile(path, 'utf8').then((text) => [text]);
    const saved = await undefinedIfAbsent(path, read).catch(asSentence);
    if (typeof saved === 'string') return saved;
    const [text] = saved ?? [];
    if (text === undefined) continue;
    const live = await runCommand(program, []);
    if (live.kind !== 'ok' || live.truncated) return explainNoAnswer(live);
    files.push({ path, saved: text, live: live.stdout });
  }
  return files;
}

function asSentence(error: unknown): string {
  if (error instanceof UnseenError) return `${error.message}.`;
  throw error;
}

/** Whether the files that it writes can be written from here. */
async function explainRefusal(files: readonly { path: string }[]): Promise<string> {
  for (const { path } of files) {
    const code = await access(path, constants.W_OK).then(() => undefined, errorCode);
    if (code !== undefined) return explainUnwritable(path, code);
  }
  return '';
}

/** Without our rules, counters and comments. */
function normalize(rules: string): string {
  return rules
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#') && !line.includes(ownComment))
    .map((line) => line.replace(/ ?\[\d+:\d+\] ?/, ''))
    .join('\n');
}
