/** Snapshots and templates for the tests of the pages. */
import { join } from 'node:path';
import { Eta } from 'eta';
import type {
  InstanceStatus,
  KeepalivedStatus,
  StateWord,
} from '../../../../server/keepalived/status/status.ts';
import type { Snapshot } from '../../../../server/state/state-keeper.ts';
import type { PageModel } from '../../../../server/web/view/page-model.ts';

export const wallMs = Date.UTC(2026, 6, 4, 12, 0, 0);
const hourMs = 3_600_000;

/** A healthy master, three hours and twelve minutes after its last transition. */
export function sampleInstance(changes: Partial<InstanceStatus> = {}): InstanceStatus {
  return {
    name: 'VI_1',
    addresses: [{ cidr: '192.168.0.100/24', interfaceName: 'eth0', held: true }],
    healthcheck: {
      url: 'http://127.0.0.1:8080/healthcheck',
      words: 'Connection OK',
      good: true,
      scriptName: 'chk_vshell',
      intervalSeconds: 120,
      durationMs: 4,
      isRepeatable: true,
    },
    configurationState: 'MASTER',
    hasUnreadParts: false,
    state: 'Active',
    reason: undefined,
    unknownForMs: undefined,
    alarms: [],
    serving: 'Yes',
    interfaceName: 'eth0',
    virtualRouterId: 51,
    priority: { configured: 101, effective: 101 },
    lastTransitionAtMs: wallMs - 3.2 * hourMs,
    watched: [],
    statistics: { advert_sent: 11_520, advert_rcvd: 3, become_master: 1, release_master: 0 },
    ...changes,
  };
}

export function sampleStatus(changes: Partial<KeepalivedStatus> = {}): KeepalivedStatus {
  return {
    daemon: {
      state: 'running',
      pid: 1234,
      startedAtMs: wallMs - 50 * hourMs,
      version: '2.2.7',
      vrrpPid: 1235,
      childPids: [1235],
    },
    startOnBoot: { known: true, enabled: true, tool: 'systemctl' },
    instances: [sampleInstance()],
    alarms: [],
    configuration: { problem: undefined, editedSinceLoad: false },
    evidenceAgeMs: 1_400,
    ...changes,
  };
}

export function sampleSnapshot(changes: Partial<KeepalivedStatus> = {}): Snapshot {
  return {
    status: sampleStatus(changes),
    hostName: 'server1',
    services: {
      value: [
        {
          name: 'keepalived',
          description: 'Keepalive Daemon (LVS and VRRP)',
          startOnBoot: { known: true, enabled: false, tool: 'systemctl' },
          running: { known: true, running: true },
        },
      ],
      atMs: 90_000,
    },
    nowMs: 100_000,
    wallMs,
  };
}

/** Every word that an instance's state may have, and a reason where one belongs to it. */
export const stateReasons: Record<StateWord, string | undefined> = {
  Active: undefined,
  Standby: undefined,
  Stopped: undefined,
  Starting: 'keepalived has not chosen a state yet',
  Fault: 'its interface is down, or a tracked script, file or process failed',
  Unknown: 'keepalived has not answered recently',
  Alarm: 'keepalived says MASTER, but 192.168.0.100 is not on eth0.',
};

const eta = new Eta({ views: join(import.meta.dirname, '../../../../views'), cache: true });

/** The HTML of a page, by the real template and layout. */
export function renderPage(template: string, model: object, page: Partial<PageModel> = {}): string {
  const defaults: PageModel = {
    title: 'Keepalived',
    hostName: 'server1',
    navigation: [
      { label: 'Keepalived', href: '/keepalived', current: true },
      { label: 'Keepalived Log', href: '/logs', current: false },
      { label: 'Bootup and Shutdown', href: '/boot', current: false },
    ],
    version: '0.1.0',
    csrfToken: 'a-token',
    user: { name: 'admin', role: 'admin' },
    warnings: [],
    flash: [],
  };
  return eta.render(`./${template}`, { ...model, page: { ...defaults, ...page } });
}

/** The text of an HTML fragment as one reads it: without tags, blanks folded. */
export function textOf(html: string): string {
  return html
    .replaceAll(/<[^>]*>/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

/** The cells of a status table, by the heading of their row. */
export function readRows(html: string): Map<string, string> {
  const tables = html.replaceAll(/<table class="watched-table">.*?<\/table>/gs, '');
  const rows = tables.matchAll(/<th scope="row">(.*?)<\/th>\s*<td[^>]*>(.*?)<\/td>/gs);
  return new Map([...rows].map(([, label = '', value = '']) => [textOf(label), textOf(value)]));
}
