/** What the crash test runs in a process of its own, to end it: SCENARIO FOLDER NTH MOMENT. */
import { writeSync } from 'node:fs';
import { endAtChange } from '../history/end-at-change.ts';
import { createSimulatedParts, newTexts, recover, saveText } from './simulated-parts.ts';
import type { Scenario } from './simulated-parts.ts';

const [scenario = '', folder = '', nth = '0', moment = ''] = process.argv.slice(2);

const parts = await createSimulatedParts(folder);
const made = await endAtChange(Number(nth), moment === 'halfway');
const kind =
  scenario === 'recover'
    ? await recover(parts)
    : (await saveText(parts, newTexts[scenario as Scenario])).kind;
writeSync(1, `${kind}\nchanges ${JSON.stringify(made)}\n`);
