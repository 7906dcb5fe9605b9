/** What is told of a change before it is made, and what is asked of the machine for it. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Appliance } from '../../../../server/appliance/appliance.ts';
import { nothingForeseen } from '../../../../server/keepalived/foresight/foresight-result.ts';
import type {
  DaemonProcess,
  TrackingReport,
} from '../../../../server/keepalived/proof/evidence.ts';
import type { ProofEvidence } from '../../../../server/keepalived/proof/proof.ts';
import {
  placeText,
  seeConfiguration,
} from '../../../../server/operations/checks/configuration-seen.ts';
import {
  findMissingConsent,
  foreseeApply,
  foreseeReload,
} from '../../../../server/operations/checks/foresee-apply.ts';
import { networkOf, running, stopped } from '../live/scripted-keepalived.ts';
import { createSampleMachine, sampleRuntime } from '../sample-machine.ts';

const textOf = (lines = '', before = ''): string => `${before}
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    priority 101
    virtual_ipaddress {
        192.168.0.100/24
    }
${lines}
}
`;
const globals = 'global_defs {\n    router_id server1\n}\n';
const plain = textOf('', globals);
const master = sampleRuntime({ authentication: 'none' });

interface Case {
  old?: string;
  text: string;
  daemon?: DaemonProcess;
  tracking?: TrackingReport;
  machine?: Partial<Appliance>;
  sighting?: Partial<ProofEvidence>;
}

async function foresee({ old = plain, text, daemon, tracking, machine = {}, ...other }: Case) {
  const asked: string[] = [];
  const answer = async <Value>(name: string, value: Value): Promise<Value> => {
    asked.push(name);
    return Promise.resolve(value);
  };
  const appliance: Appliance = {
    ...createSampleMachine(old, [master]),
    lookUpOwnName: () => answer('name', { kind: 'answered' as const }),
    lookForIpvs: () => answer('ipvs', { kind: 'available' as const }),
    readTracking: () => answer('tracking', { ok: true as const, items: [] }),
    readTrackFile: (path) => answer(`file ${path}`, { ok: true as const, value: -200 }),
    probeHealthcheck: ({ url }) =>
      answer(`URL ${url}`, {
        url,
        outcome: { kind: 'ok' as const, httpStatus: 200 },
        durationMs: 1,
      }),
    ...machine,
  };
  const seen = await seeConfiguration(appliance, 'live');
  const sighting: ProofEvidence = {
    daemon: daemon ?? running(),
    runtime: { ok: true, source: 'json', instances: [master] },
    network: networkOf(true),
    ...(tracking && { tracking }),
    ...other.sighting,
  };
  const candidate = await placeText(appliance, seen, text);
  const { foresight, askUrls } = await foreseeApply(appliance, candidate, sighting);
  return { ...foresight, askUrls, asked, appliance, seen, sighting };
}

describe('a change that moves nothing', () => {
  it('has no danger, and nobody is asked anything', async () => {
    const { asked, dangers, sentences, movements, addedCommands, hasUnaskedUrl } = await foresee({
      text: `${plain}# a remark\n`,
    });
    assert.deepEqual([dangers, movements, addedCommands, asked], [[], [], [], []]);
    assert.deepEqual(sentences, ['No virtual IP will move.']);
    assert.equal(hasUnaskedUrl, undefined);
  });

  it('of a keepalived that does not run, or cannot be seen, is told as one', async () => {
    const text = plain.replace('192.168.0.100', '192.168.0.101');
    const known = await foresee({ text });
    assert.match(known.dangers.join(), /192\.168\.0\.100/);
    const off = await foresee({ text, daemon: stopped });
    assert.deepEqual([off.dangers, (await off.askUrls()).dangers, off.asked], [[], [], []]);
    const dark = { state: 'unknown', reason: 'no /proc' } as const;
    const silent = { ok: false, reason: 'It is silent.' } as const;
    for (const unseen of [
      await foresee({ text, daemon: dark }),
      await foresee({ text, sighting: { runtime: silent } }),
      await foresee({ text, sighting: { runtime: undefined } }),
    ]) {
      assert.notDeepEqual(unseen.dangers, []);
      assert.deepEqual(unseen.asked, []);
    }
  });
});

describe('what only the machine can tell', () => {
  it('is whether a name server answers, where the router_id goes', async () => {
    assert.deepEqual((await foresee({ text: textOf() })).asked, ['name']);
    const silent = await foresee({
      text: textOf(),
      machine: { lookUpOwnName: () => Promise.resolve({ kind: 'silent' }) },
    });
    assert.match(silent.dangers.join(), /its own name|own name, server1, and no name server/);
    assert.match(silent.dangers.join(), /another server may take 192\.168\.0\.100/);
    const unseen = await foresee({
      text: textOf(),
      machine: { lookUpOwnName: () => Promise.resolve({ kind: 'unseen', reason: 'It broke.' }) },
    });
    assert.deepEqual(unseen.dangers, []);
    assert.match(unseen.sentences.join(), /Can’t tell whether a name server answers: It broke\./);
    assert.deepEqual((await foresee({ old: textOf(), text: plain })).asked, []);
  });

  it('is whether the kernel has IPVS, where a virtual_server comes', async () => {
    const text = `${plain}virtual_server 10.0.0.1 80 {\n    protocol TCP\n}\n`;
    const { asked, dangers } = await foresee({ text });
    assert.deepEqual(asked, ['ipvs']);
    assert.doesNotMatch(dangers.join(), /IPVS/);
    const lookForIpvs = () => Promise.resolve({ kind: 'absent' as const });
    assert.match((await foresee({ text, machine: { lookForIpvs } })).dangers.join(), /no IPVS/);
    assert.deepEqual((await foresee({ old: text, text: `${text}#\n` })).asked, []);
  });

  const fileText = (weight: number) =>
    textOf(
      `    track_file {\n        drain weight ${weight}\n    }`,
      `${globals}track_file drain {\n    file /run/drain\n}\n`,
    );

  it('is the number in a file that keepalived does not track yet', async () => {
    const { asked } = await foresee({ text: fileText(1) });
    assert.deepEqual(asked, ['tracking', 'file /run/drain']);
    const known: TrackingReport = {
      ok: true,
      items: [{ kind: 'file', name: 'drain', good: true, detail: 'value 0', instances: [] }],
    };
    const told = await foresee({ text: fileText(1), tracking: known });
    assert.deepEqual(told.asked, [], 'keepalived has told');
    const refused = await foresee({
      text: fileText(1),
      tracking: { ok: false, reason: 'It is silent.' },
    });
    assert.deepEqual(refused.asked, []);
    assert.deepEqual((await foresee({ text: fileText(1), daemon: stopped })).asked, []);
    const filled = fileText(1).replace('/run/drain', '/run/drain\n    init_file 5');
    assert.deepEqual((await foresee({ text: filled })).asked, ['tracking']);
  });

  it('and what is in it decides what is foreseen', async () => {
    const other = { ...master, lastHeardPriority: 100 };
    const sighting = {
      runtime: { ok: true as const, source: 'json' as const, instances: [other] },
    };
    const at = async (value: number) =>
      (
        await foresee({
          ...{ text: fileText(1), sighting },
          machine: { readTrackFile: () => Promise.resolve({ ok: true, value }) },
        })
      ).dangers.join();
    assert.notEqual(await at(-254), await at(0));
    const unread = await foresee({
      ...{ text: fileText(1), sighting },
      machine: { readTrackFile: () => Promise.resolve({ ok: false, message: 'No.' }) },
    });
    assert.notEqual(unread.dangers.join(), await at(-254));
  });
});

describe('a script that decides about what is served', () => {
  const scriptText = (command: string) =>
    textOf(
      '    track_script {\n        chk\n    }',
      `${globals}vrrp_script chk {\n    script "${command}"\n    interval 5\n}\n`,
    );
  const curl = (url: string) => scriptText(`/usr/bin/curl --fail ${url}`);
  const old = curl('http://127.0.0.1/a');

  it('is asked for its new URL only on a save, and a good answer is no danger', async () => {
    const { dangers, sentences, hasUnaskedUrl, askUrls, asked } = await foresee({
      ...{ old, text: curl('http://127.0.0.1/b') },
    });
    assert.deepEqual([dangers, hasUnaskedUrl], [[], true]);
    assert.match(sentences.join(), /chk will ask http:\/\/127\.0\.0\.1\/b\. It is asked once/);
    assert.deepEqual(asked, ['tracking']);
    const answered = await askUrls();
    assert.deepEqual(
      [answered.dangers, answered.hasUnaskedUrl, asked.slice(1)],
      [[], undefined, ['URL http://127.0.0.1/b']],
    );
    assert.deepEqual(
      answered.addedCommands.map((one) => one.includes('http://127.0.0.1/b')),
      [true],
      'what runs as root is asked with the password all the same',
    );
  });

  it('whose URL does not answer well is a danger, with the answer', async () => {
    const { askUrls } = await foresee({
      ...{ old, text: curl('http://127.0.0.1/b') },
      machine: {
        probeHealthcheck: ({ url }) =>
          Promise.resolve({ url, outcome: { kind: 'http-error', httpStatus: 503 }, durationMs: 1 }),
      },
    });
    const { dangers } = await askUrls();
    assert.equal(dangers.length, 1);
    assert.match(
      dangers[0] ?? '',
      /^chk will ask .*answers now: .*503.* releases 192\.168\.0\.100/,
    );
  });

  it('whose command is another one, or cannot be repeated from here, is one at once', async () => {
    const other = await foresee({ old, text: scriptText('/bin/true') });
    assert.match(other.dangers.join(), /^chk runs another command: if that fails/);
    assert.equal(other.hasUnaskedUrl, undefined);
    const strange = (url: string) => scriptText(`/usr/bin/curl --cert /x --fail ${url}`);
    const unlike = await foresee({
      ...{ old: strange('http://127.0.0.1/a'), text: strange('http://127.0.0.1/b') },
    });
    assert.match(unlike.dangers.join(), /^chk will ask .* cannot be repeated from here/);
  });
});

describe('a reload', () => {
  it('is compared with what was proved last, else with what the file says now', async () => {
    const text = plain.replace('192.168.0.100', '192.168.0.101');
    const { appliance, seen, sighting } = await foresee({ text: plain });
    const now = await foreseeReload(appliance, seen, undefined, sighting);
    assert.deepEqual(now.foresight.dangers, []);
    const edited = await foresee({ old: text, text });
    const since = await foreseeReload(edited.appliance, edited.seen, plain, sighting);
    assert.match(since.foresight.dangers.join(), /192\.168\.0\.100/);
  });
});

describe('what is not consented to', () => {
  const foresight = { ...nothingForeseen, dangers: ['It moves.'], addedCommands: ['It runs.'] };

  it('is first what runs as root, with all dangers beside it, then the dangers', () => {
    const both = findMissingConsent(foresight, {});
    assert.ok(both?.kind === 'needs-acceptance');
    assert.deepEqual([both.dangers, both.addedCommands], [['It moves.'], ['It runs.']]);
    assert.match(both.message, /confirm it with your password/);
    const confirmedCommands = ['It runs.', 'Another.'];
    const danger = findMissingConsent(foresight, { confirmedCommands });
    assert.ok(danger?.kind === 'needs-acceptance');
    assert.deepEqual([danger.dangers, danger.addedCommands], [['It moves.'], []]);
    assert.match(danger.message, /Read what the change would do, then decide/);
    const all = { confirmedCommands, acceptedDangers: ['It moves.'] };
    assert.equal(findMissingConsent(foresight, all), undefined);
    assert.equal(findMissingConsent(nothingForeseen, {}), undefined);
    const other = { confirmedCommands: ['Another.'], acceptedDangers: ['It moves.'] };
    assert.equal(findMissingConsent(foresight, other)?.kind, 'needs-acceptance');
  });
});
