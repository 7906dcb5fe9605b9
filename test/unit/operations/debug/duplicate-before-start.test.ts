/** Who has a virtual address already, before keepalived is started. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Appliance } from '../../../../server/appliance/appliance.ts';
import { summarizeConfiguration } from '../../../../server/keepalived/config/questions.ts';
import { parseConfiguration } from '../../../../server/keepalived/language/tree.ts';
import { findDuplicateBeforeStart } from '../../../../server/operations/debug/duplicate-before-start.ts';
import { ethernetFrame, hex, ipv4 } from '../../keepalived/wire/frames.ts';
import { networkOf } from '../live/scripted-keepalived.ts';

const summary = (advertInterval = 1) =>
  summarizeConfiguration(
    parseConfiguration(`vrrp_instance VI_1 {
  interface eth0
  virtual_router_id 51
  advert_int ${advertInterval}
  virtual_ipaddress {
    192.168.0.100/24
  }
}
`),
  );

/** A master advertises 192.168.0.100 as router 51: a pcap file of one packet, as it comes now. */
function advertisement(virtualRouterId = '33'): Buffer {
  const message = hex(`21 ${virtualRouterId} 64 01 00 01 0000 c0a80064`, '00'.repeat(8));
  const frame = ethernetFrame('0800', ipv4(message));
  const head = Buffer.from('d4c3b2a1020004000000000000000000ffff000001000000', 'hex');
  const facts = Buffer.alloc(16);
  facts.writeUInt32LE(Math.floor(Date.now() / 1000), 0);
  facts.writeUInt32LE(frame.length, 8);
  facts.writeUInt32LE(frame.length, 12);
  return Buffer.concat([head, facts, frame]);
}

async function look({
  macAddresses,
  says,
  isSilent = true,
  advertInterval = 1,
}: {
  macAddresses: string[];
  says?: Buffer;
  /** The capture ends by itself, as after its time. */
  isSilent?: boolean;
  advertInterval?: number;
}) {
  const listening: string[] = [];
  let closed = 0;
  const appliance: Partial<Appliance> = {
    readNetwork: () => Promise.resolve(networkOf(false)),
    probeAddress: (interfaceName, address) =>
      Promise.resolve({ interfaceName, address, ok: true, macAddresses }),
    startCapture({ interfaceName, addresses, seconds }, onBytes) {
      listening.push(`${interfaceName} ${addresses.join()} ${seconds.toFixed(1)} s`);
      if (says)
        setImmediate(() => {
          onBytes(says);
        });
      const ended = new Promise<undefined>((resolve) => {
        if (isSilent)
          setTimeout(() => {
            resolve(undefined);
          }, 400);
      });
      return {
        ended,
        close() {
          closed += 1;
          return Promise.resolve();
        },
      };
    },
  };
  const found = findDuplicateBeforeStart(appliance as Appliance, summary(advertInterval));
  return { sentence: await found, listening, closed: () => closed };
}

describe('before a start', () => {
  it('nobody has the address: nothing is said, and nobody listens any longer', async () => {
    const { sentence, listening, closed } = await look({ macAddresses: [] });
    assert.deepEqual([sentence, closed()], [undefined, 1]);
    assert.deepEqual(listening, ['eth0 192.168.0.100 6.0 s']);
    const { listening: longest } = await look({ macAddresses: [], advertInterval: 100 });
    assert.deepEqual(longest, ['eth0 192.168.0.100 11.0 s']);
  });

  it('a machine that has it and advertises nothing is named', async (context) => {
    // The few seconds in which a master would be heard pass in some milliseconds.
    const [read, startedMs] = [Date.now.bind(Date), Date.now()];
    context.mock.method(Date, 'now', () => startedMs + (read() - startedMs) * 100);
    const { sentence, closed } = await look({ macAddresses: ['02:00:00:00:00:09'] });
    assert.match(sentence ?? '', /192\.168\.0\.100/);
    assert.match(sentence ?? '', /02:00:00:00:00:09/);
    assert.equal(closed(), 1);
  });

  it('the master that advertises it is no duplicate', async () => {
    const { sentence } = await look({
      ...{ macAddresses: ['02:00:00:00:00:01'], says: advertisement() },
    });
    assert.equal(sentence, undefined);
  });
});
