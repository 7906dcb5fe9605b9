import type { Appliance } from '../../appliance/appliance.ts';
import type { Finding } from '../../keepalived/config/rules/finding.ts';
import type { Foresight } from '../../keepalived/foresight/foresight-result.ts';
import { lookBefore } from '../live/prove-live.ts';
import { checkConfiguration } from './check-configuration.ts';
import { placeText } from './configuration-seen.ts';
import type { Candidate, ConfigurationSeen } from './configuration-seen.ts';
import { foreseeApply } from './foresee-apply.ts';
import { weighKnownFindings } from './known-findings.ts';
import type { SaveFindings } from './known-findings.ts';

/** What a save of a text would say and do, as it is shown before. */
export interface Preview {
  findings: Finding[];
  foresight: Foresight;
}

/** The check of a save: what the file has already does not block it. */
export async function checkSave(appliance: Appliance, candidate: Candidate): Promise<SaveFindings> {
  const findings = await checkConfiguration(appliance, candidate);
  return weighKnownFindings(appliance, candidate, findings);
}

/** Both, of one look at the files and one at keepalived; touches nothing. */
export async function previewText(
  appliance: Appliance,
  seen: ConfigurationSeen,
  text: string,
): Promise<Preview> {
  const candidate = await placeText(appliance, seen, text);
  const { findings } = await checkSave(appliance, candidate);
  return { findings, foresight: await foreseeCandidate(appliance, candidate) };
}

/** Only what it would do. */
export async function foreseeText(
  appliance: Appliance,
  seen: ConfigurationSeen,
  text: string,
): Promise<Foresight> {
  return foreseeCandidate(appliance, await placeText(appliance, seen, text));
}

async function foreseeCandidate(appliance: Appliance, candidate: Candidate): Promise<Foresight> {
  const sighting = await lookBefore(appliance, candidate);
  return (await foreseeApply(appliance, candidate, sighting)).foresight;
}
