/** Two servers as one of them hears them: 192.168.0.11 (priority 101) and .12 (priority 100). */
import { summarizeConfiguration } from '../../../../server/keepalived/config/questions.ts';
import type {
  DiagnosisInput,
  CapturedTraffic,
} from '../../../../server/keepalived/diagnosis/input.ts';
import { parseConfiguration } from '../../../../server/keepalived/language/tree.ts';
import type {
  NetworkReport,
  RuntimeInstance,
  VrrpState,
} from '../../../../server/keepalived/proof/evidence.ts';
import { parseLogLine } from '../../../../server/keepalived/runtime/log/log-lines.ts';
import type { VrrpAdvertisement } from '../../../../server/keepalived/wire/decoded-frame.ts';

export const toMs = Date.UTC(2026, 10, 24, 13, 0, 0);
const listenedMs = 60_000;

const first: VrrpAdvertisement = {
  kind: 'vrrp',
  atMs: 0,
  interfaceName: 'eth0',
  sourceMac: '02:00:00:00:00:01',
  vlanIds: [],
  outgoing: undefined,
  family: 'inet',
  source: '192.168.0.11',
  destination: '224.0.0.18',
  unicast: false,
  ttl: 255,
  version: 2,
  virtualRouterId: 51,
  priority: 101,
  intervalMs: 1000,
  addresses: ['192.168.0.100'],
  authentication: 'password',
  passwordMatchesOurs: true,
  checksumOk: true,
  checksumForm: 'message',
  fromVirtualMac: false,
  truncated: false,
  fragmented: false,
};

/** What the machine answers to the standby of a healthy pair that tracks no script. */
export const inOrder = {
  addressProbes: [
    {
      ok: true,
      interfaceName: 'eth0',
      address: '192.168.0.100',
      macAddresses: ['02:00:00:00:00:01'],
    },
  ],
  kernelSettings: [
    { interfaceName: 'eth0', arpIgnore: 0, rpFilter: 2, disableIpv6: 0, ipNonlocalBind: 0 },
  ],
  firewall: { programs: ['nft'], chains: [], problems: [], firewalld: undefined },
} satisfies Partial<DiagnosisInput>;

interface Times {
  /** Seconds before the end of the capture. */
  from?: number;
  to?: number;
}

/** The first server's advertisements, one each interval, while it is master. */
export function fromFirst(changes: Partial<VrrpAdvertisement> = {}, times: Times = {}) {
  return advertise({ ...first, ...changes }, times);
}

/** The second server's. */
export function fromSecond(changes: Partial<VrrpAdvertisement> = {}, times: Times = {}) {
  const second = { source: '192.168.0.12', sourceMac: '02:00:00:00:00:02', priority: 100 };
  return advertise({ ...first, ...second, ...changes }, times);
}

function advertise(advertisement: VrrpAdvertisement, { from = 59.5, to = 0.2 }: Times) {
  const count = Math.floor(((from - to) * 1000) / advertisement.intervalMs) + 1;
  return Array.from({ length: count }, (_, at) => ({
    ...advertisement,
    atMs: toMs - from * 1000 + at * advertisement.intervalMs,
  }));
}

export interface Scenario {
  /** Which server looks. */
  at?: 'first' | 'second';
  /** Undefined: keepalived is stopped. */
  state?: VrrpState | undefined;
  /** Lines of the instance in place of, or beside, the usual ones. */
  settings?: string;
  /** What stands before the instance: the scripts and the processes that it tracks. */
  definitions?: string;
  heard?: VrrpAdvertisement[];
  arp?: CapturedTraffic['arp'];
  link?: { up?: boolean; carrier?: boolean };
  /** Messages in keepalived's log, oldest first. */
  log?: string[];
  running?: Partial<RuntimeInstance>;
  changes?: Partial<DiagnosisInput>;
}

const usual = `
  virtual_router_id 51
  advert_int 1
  authentication {
    auth_type PASS
    auth_pass secret01
  }
  virtual_ipaddress {
    192.168.0.100/24
  }`;

export function inputOf(scenario: Scenario): DiagnosisInput {
  const { at = 'first', settings = usual, definitions = '' } = scenario;
  const { heard = [], arp = [], log = [], changes } = scenario;
  const priority = at === 'first' ? 101 : 100;
  const summary = summarizeConfiguration(
    parseConfiguration(
      `${definitions}\nvrrp_instance VI_1 {\n  interface eth0\n  priority ${priority}\n${settings}\n}\n`,
    ),
  );
  return {
    configuration: summary,
    runtime: runtimeOf(scenario, summary.instances[0]?.priority ?? priority),
    runtimeAtMs: toMs - 1000,
    network: networkOf(scenario),
    heard: {
      fromMs: toMs - listenedMs,
      toMs,
      interfaceNames: ['eth0'],
      advertisements: heard.toSorted((one, other) => one.atMs - other.atMs),
      arp,
    },
    log: log.map((message) =>
      parseLogLine(`2026-11-24T12:59:30+00:00 server1 Keepalived_vrrp[7]: ${message}`, toMs),
    ),
    ...changes,
  };
}

function networkOf({ at = 'first', link = {} }: Scenario): NetworkReport {
  const eth0 = {
    name: 'eth0',
    macAddress: `02:00:00:00:00:0${at === 'first' ? 1 : 2}`,
    up: true,
    carrier: true,
    ...link,
  };
  const own = {
    family: 'inet' as const,
    address: at === 'first' ? '192.168.0.11' : '192.168.0.12',
    prefixLength: 24,
  };
  return { ok: true, interfaces: [{ ...eth0, addresses: [own] }] };
}

function runtimeOf(
  { state, running, settings = usual }: Scenario,
  priority: number,
): DiagnosisInput['runtime'] {
  if (state === undefined) return undefined;
  const summary = summarizeConfiguration(parseConfiguration(`vrrp_instance VI_1 {${settings}\n}`));
  const [instance] = summary.instances;
  const types = { none: 'none', PASS: 'password', AH: 'ah' } as const;
  return {
    ok: true,
    source: 'json',
    instances: [
      {
        name: 'VI_1',
        state,
        wantedState: state,
        interfaceName: 'eth0',
        virtualRouterId: instance?.virtualRouterId ?? 51,
        version: instance?.version ?? 2,
        basePriority: priority,
        effectivePriority: priority,
        advertIntervalSeconds: instance?.advertIntervalSeconds ?? 1,
        nopreempt: false,
        lastTransitionAtMs: undefined,
        authentication: types[instance?.authentication.type ?? 'none'],
        addresses: [],
        statistics: {},
        ...running,
      },
    ],
  };
}
