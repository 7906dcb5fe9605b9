/** What is read of the files: which of them, in which order, and what of them counts. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type {
  Appliance,
  CandidateText,
  ConfigurationFileContent,
  ConfigurationFileEntry,
} from '../../../server/appliance/appliance.ts';
import { summarizeConfiguration } from '../../../server/keepalived/config/questions.ts';
import {
  findNotifyFifos,
  readAssembledConfiguration,
  readConfigurationFiles,
  readConfigurationSources,
  readLiveConfiguration,
} from '../../../server/state/live-configuration.ts';

const livePath = '/etc/keepalived/keepalived.conf';
const partPath = '/etc/keepalived/part.conf';
const liveText = '@one global_defs {\n}\ninclude part.conf\n';
const partText = 'vrrp_instance VI_1 {\n interface eth0\n @one nopreempt\n}\n';

interface Disk {
  entries?: ConfigurationFileEntry[];
  unreadable?: string[];
  configurationId?: string;
}

const includes = [{ pattern: 'part.conf', paths: [partPath] }];
const allEntries: ConfigurationFileEntry[] = [
  { id: 'live', role: 'live', path: livePath, exists: true, includes },
  { id: 'stored-master', role: 'stored-master', path: '/etc/stored/master', exists: true },
  { id: 'stored-backup', role: 'stored-backup', path: '/etc/stored/backup', exists: true },
  { id: 'part', role: 'included', path: partPath, exists: true },
];

/** A live file that includes one other, beside the two stored ones. */
function createDisk({ entries = allEntries, unreadable = [], configurationId = 'one' }: Disk = {}) {
  const asked: unknown[] = [];
  const texts = new Map([
    ['live', { text: liveText, modifiedAtMs: 1_000 }],
    ['part', { text: partText, modifiedAtMs: 5_000 }],
  ]);
  const read = (id: string): ConfigurationFileContent => {
    const path = id === 'live' ? livePath : partPath;
    const found = texts.get(id);
    if (!found || unreadable.includes(id)) {
      return { ok: false, id, path, problem: 'unreadable', message: `${id} cannot be read.` };
    }
    return { ok: true, id, path, tag: `tag of ${id}`, mode: 0o600, ...found };
  };
  const appliance: Partial<Appliance> = {
    listConfigurationFiles(candidate) {
      asked.push(candidate);
      return Promise.resolve(entries);
    },
    readConfigurationFile(id, candidate) {
      asked.push(candidate);
      return Promise.resolve(read(id));
    },
    readConfigurationId: () => Promise.resolve(configurationId),
  };
  return { appliance: appliance as Appliance, asked };
}

const namesOf = (summary: { instances: readonly { name: string }[] }) =>
  summary.instances.map(({ name }) => name);

describe('the files of the live configuration', () => {
  test('are the live one and what it includes, not the stored ones', async () => {
    const files = await readConfigurationFiles(createDisk().appliance);
    assert.deepEqual(
      files.map(({ id, includes: named }) => [id, named]),
      [
        ['live', includes],
        ['part', undefined],
      ],
    );
  });

  test('are those that a candidate names, if there is one', async () => {
    const { appliance, asked } = createDisk();
    const candidate: CandidateText = { fileId: 'live', text: 'x' };
    await readConfigurationFiles(appliance, candidate);
    assert.deepEqual(asked, [candidate, candidate, candidate]);
  });
});

describe('the texts that are assembled', () => {
  const sourcesWith = async (candidate: CandidateText | undefined, disk?: Disk) =>
    (await readConfigurationSources(createDisk(disk).appliance, candidate)).map(
      ({ path, text, isCandidate }) => [path, text, isCandidate],
    );

  test('are those on the disk', async () => {
    assert.deepEqual(await sourcesWith(undefined), [
      [livePath, liveText, false],
      [partPath, partText, false],
    ]);
  });

  test('have a candidate in its own file’s place', async () => {
    assert.deepEqual(await sourcesWith({ fileId: 'part', text: 'new' }), [
      [livePath, liveText, false],
      [partPath, 'new', true],
    ]);
  });

  test('have a stored file in the live one’s place, also an empty one', async () => {
    for (const fileId of ['stored-master', 'stored-backup']) {
      assert.deepEqual(await sourcesWith({ fileId, text: '' }), [
        [livePath, '', true],
        [partPath, partText, false],
      ]);
    }
  });

  test('lack a file that cannot be read, unless the candidate replaces it', async () => {
    const disk = { unreadable: ['live'] };
    assert.deepEqual(await sourcesWith(undefined, disk), [[partPath, partText, false]]);
    assert.deepEqual(await sourcesWith({ fileId: 'live', text: 'new' }, disk), [
      [livePath, 'new', true],
      [partPath, partText, false],
    ]);
  });

  test('are read as this server reads them, the include where it stands', async () => {
    for (const [configurationId, blocks] of [
      ['one', ['global_defs', 'vrrp_instance']],
      ['another', ['vrrp_instance']],
    ] as const) {
      const { appliance } = createDisk({ configurationId });
      const { children } = await readAssembledConfiguration(appliance);
      const found = children.flatMap((node) =>
        node.kind === 'statement' ? [node.words[0].text] : [],
      );
      assert.deepEqual(found, blocks);
    }
  });
});

describe('the live configuration', () => {
  test('is the live file’s tag, what all say, and the newest modification', async () => {
    const live = await readLiveConfiguration(createDisk().appliance);
    assert.ok(live.ok);
    assert.deepEqual([live.tag, live.modifiedAtMs], ['tag of live', 5_000]);
    assert.deepEqual(namesOf(live.summary), ['VI_1']);
  });

  test('is what can be read where an included file cannot', async () => {
    const live = await readLiveConfiguration(createDisk({ unreadable: ['part'] }).appliance);
    assert.ok(live.ok);
    assert.equal(live.modifiedAtMs, 1_000);
    assert.deepEqual(namesOf(live.summary), []);
  });

  test('counts a line with a condition only for this server', async () => {
    const isReadBy = async (configurationId: string) => {
      const live = await readLiveConfiguration(createDisk({ configurationId }).appliance);
      return live.ok && live.summary.instances[0]?.nopreempt;
    };
    assert.deepEqual([await isReadBy('one'), await isReadBy('another')], [true, false]);
  });

  test('is none, with the reason, without a live file that can be read', async () => {
    assert.deepEqual(await readLiveConfiguration(createDisk({ entries: [] }).appliance), {
      ok: false,
      reason: 'there is no configuration file',
    });
    assert.deepEqual(await readLiveConfiguration(createDisk({ unreadable: ['live'] }).appliance), {
      ok: false,
      reason: 'live cannot be read.',
    });
  });
});

test('the FIFOs are those of the file that was read last', () => {
  const summary = summarizeConfiguration({ children: [], problems: [] });
  const notifyFifos = [{ path: '/run/a' }, { path: '/run/b' }] as typeof summary.notifyFifos;
  const value = { ok: true as const, tag: '', editedSinceLoad: undefined };
  const read = { ...value, summary: { ...summary, notifyFifos } };
  assert.deepEqual(findNotifyFifos({ configuration: { value: read, atMs: 0 } }), [
    '/run/a',
    '/run/b',
  ]);
  assert.deepEqual(findNotifyFifos({ configuration: undefined }), []);
  const unread = { ok: false as const, reason: 'it is gone' };
  assert.deepEqual(findNotifyFifos({ configuration: { value: unread, atMs: 0 } }), []);
});
