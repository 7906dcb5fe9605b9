/**
 * Runs on the master of the lab: saves one bad text after the other through the page's operation and
 * prints, for each, a line of JSON with its outcome. Added commands are confirmed; a danger that is
 * asked is never accepted. Arguments: how many, and `recorded` (the broken files of the evidence
 * first) or `mutated` (damaged copies of the live file only; after each that went live comes the good
 * text again, so that all of them meet the same master). Many damages give the same text (of a
 * line that is deleted there are as many as there are lines): each text is saved once.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { summarizeConfiguration } from '../../../server/keepalived/config/questions.ts';
import { parseConfiguration } from '../../../server/keepalived/language/tree.ts';
import type { Consent } from '../../../server/operations/checks/foresee-apply.ts';
import { applyConfiguration } from '../../../server/operations/live/apply-configuration.ts';
import type { ApplyOutcome } from '../../../server/operations/outcomes.ts';
import { configPath, createParts, readConfiguration, createTag } from '../apply-harness.ts';
import { mutate } from './mutate.ts';

const saves = Number(process.argv[2]);
const withRecorded = process.argv[3] === 'recorded';
const good = readFileSync(configPath, 'utf8');
const evidence = new URL('../../fixtures/evidence/configs/', import.meta.url);

/** A lower priority is no mistake but the way to step down, and told before: not in this test. */
const keepsPriority = (text: string): boolean =>
  summarizeConfiguration(parseConfiguration(text)).instances.every(
    ({ priority }) => priority === 101 || priority === 255,
  );

const recorded = (withRecorded ? readdirSync(evidence) : []).map((name) => ({
  what: name,
  text: readFileSync(new URL(name, evidence), 'utf8'),
}));
const mutations = Array.from({ length: 2 * saves }, (_, seed) => mutate(good, seed)).filter(
  ({ text }) => text !== good && keepsPriority(text),
);

const damaged = [...recorded, ...mutations].slice(0, saves);
const texts = new Map(damaged.map(({ what, text }) => [text, what]));

const parts = await createParts();
for (const [text, what] of texts) {
  const first = await save(text);
  const confirmedCommands = first.kind === 'needs-acceptance' ? first.addedCommands : [];
  const outcome = confirmedCommands.length > 0 ? await save(text, { confirmedCommands }) : first;
  const report = { what, kind: outcome.kind, reason: reasonOf(outcome) };
  process.stdout.write(`${JSON.stringify(report)}\n`);
  if (outcome.kind === 'live' && !withRecorded) await saveGoodAgain();
}
await parts.appliance.close();
process.stdout.write(`${damaged.length} damages, ${texts.size} texts\n`);

function save(text: string, consent: Consent = {}): Promise<ApplyOutcome> {
  return applyConfiguration(parts, {
    ...{ fileId: 'live', text, expectedTag: createTag(readConfiguration()), ...consent },
    ...{ actor: { userName: 'admin', remoteAddress: 'unix' }, action: 'edit', comment: '' },
  });
}

/** A script that is tracked again is a danger to accept; it is the one that decided before. */
async function saveGoodAgain(): Promise<void> {
  const asked = await save(good);
  if (asked.kind === 'live') return;
  assert.equal(asked.kind, 'needs-acceptance', reasonOf(asked));
  const { dangers, addedCommands } = asked;
  const second = await save(good, { acceptedDangers: dangers, confirmedCommands: addedCommands });
  assert.equal(second.kind, 'live', reasonOf(second));
}

/** What the user is told; of a text that went live, what keepalived runs now. */
function reasonOf(outcome: ApplyOutcome): string {
  if (outcome.kind === 'needs-acceptance') return outcome.dangers.join(' ');
  if (outcome.kind === 'refused') {
    return outcome.findings
      .filter(({ severity }) => severity === 'fatal')
      .map(({ message, remedy }) => `${message} ${remedy}`)
      .join(' ');
  }
  return 'message' in outcome ? outcome.message : '';
}
