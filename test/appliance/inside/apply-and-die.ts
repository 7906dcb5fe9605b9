/** Saves a text that keepalived's test is blind for, and dies at one call of the appliance: TEXT CALL NTH. */
import type { Appliance } from '../../../server/appliance/appliance.ts';
import { blindTest, createParts, save, withAppliance } from '../apply-harness.ts';

const [text = '', call = '', nth = ''] = process.argv.slice(2);
const parts = await createParts();
let calls = 0;

/** The process ends when the call has done its work, and nobody has heard of it. */
function dieAfter<Name extends 'replaceConfigurationFile' | 'controlService'>(
  name: Name,
): Pick<Appliance, Name> {
  const original = parts.appliance[name] as (...words: unknown[]) => Promise<unknown>;
  const dying = async (...words: unknown[]) => {
    const result = await original(...words);
    calls += 1;
    if (calls === Number(nth)) process.kill(process.pid, 'SIGKILL');
    return result;
  };
  return { [name]: dying } as unknown as Pick<Appliance, Name>;
}

const dying = call === 'replace' ? 'replaceConfigurationFile' : 'controlService';
await save(withAppliance(parts, { ...blindTest, ...dieAfter(dying) }), text);
