import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { IpvsLook } from '../../../../server/appliance/appliance.ts';
import { seeText } from '../../../../server/operations/checks/configuration-seen.ts';
import { foreseeApply } from '../../../../server/operations/checks/foresee-apply.ts';
import { readProofEvidence } from '../../../../server/operations/live/prove-live.ts';
import { createSampleMachine, sampleRuntime } from '../sample-machine.ts';

const text = `vrrp_instance VI_1 {
  interface eth0
  virtual_router_id 51
  virtual_ipaddress {
    192.168.0.100/24
  }
}
`;
const balanced = `${text}virtual_server 192.168.0.100 80 {\n  protocol TCP\n}\n`;

async function foreseeDangers(before: string, after: string, answer: IpvsLook): Promise<string[]> {
  const machine = createSampleMachine(before, [sampleRuntime()]);
  machine.lookForIpvs = () => Promise.resolve(answer);
  const sighting = await readProofEvidence(machine);
  const candidate = await seeText(machine, 'live', after);
  const { dangers } = (await foreseeApply(machine, candidate, sighting)).foresight;
  return dangers.filter((danger) => danger.includes('ip_vs'));
}

it('a first virtual_server on a kernel without IPVS has to be accepted', async () => {
  const [danger = ''] = await foreseeDangers(text, balanced, { kind: 'absent' });
  assert.match(danger, /no IPVS .*keepalived exits .*releases every virtual IP.*modprobe ip_vs/);
});

it('as has one where it can’t tell, with the reason', async () => {
  const answer: IpvsLook = { kind: 'unseen', reason: 'The program `modprobe` is missing.' };
  const [danger = ''] = await foreseeDangers(text, balanced, answer);
  assert.match(danger, /^Can’t tell whether .*`modprobe` is missing/);
});

it('no such danger where the kernel has IPVS, or keepalived has opened it before', async () => {
  assert.deepEqual(await foreseeDangers(text, balanced, { kind: 'available' }), []);
  assert.deepEqual(await foreseeDangers(balanced, balanced, { kind: 'absent' }), []);
  assert.deepEqual(await foreseeDangers(text, text, { kind: 'absent' }), []);
});
