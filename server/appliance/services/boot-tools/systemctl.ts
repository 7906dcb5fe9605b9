import { explainNoAnswer, findSignal, reportCommand } from '../../commands/command-report.ts';
import { runCommand } from '../../commands/run-command.ts';
import { unitName } from '../service-files.ts';
import type { BootTool } from './boot-tool.ts';

const tool = 'systemctl';
/** What `is-enabled` says of a unit that does not start at the next boot; see systemctl(1). */
const disabledWords = [
  'disabled',
  'enabled-runtime',
  'linked',
  'linked-runtime',
  'masked',
  'masked-runtime',
];

/** systemd's units. Works on the links in /etc, so also where systemd is not running. */
export const systemctl: BootTool = {
  async read(service) {
    const answer = await runCommand(tool, ['is-enabled', '--', unitName(service)]);
    const isWhole = answer.kind === 'ok' || answer.kind === 'exited';
    if (!isWhole || findSignal(answer.exitCode) !== undefined) {
      return { known: false, reason: explainNoAnswer(answer) };
    }
    // For an init script there is a note before the word.
    const word = answer.stdout.trim().split('\n').at(-1) ?? '';
    if (word === 'enabled') return { known: true, enabled: true, tool };
    if (disabledWords.includes(word)) return { known: true, enabled: false, tool };
    const reason = word === '' ? explainNoAnswer(answer) : `systemctl calls ${service} “${word}”.`;
    return { known: false, reason };
  },

  async set(service, enabled) {
    const action = enabled ? 'enable' : 'disable';
    return reportCommand(await runCommand(tool, [action, '--', unitName(service)]));
  },
};
