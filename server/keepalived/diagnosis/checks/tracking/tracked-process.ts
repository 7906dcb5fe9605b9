import { explainLine } from '../../../runtime/messages/explain-message.ts';
import { listInWords } from '../../../words.ts';
import type { CheckEvidence } from '../../check.ts';
import type { InstanceView } from '../../instance-view.ts';
import type { Judgement } from '../../judgement.ts';
import { cannotTell, good, note } from '../../judgement.ts';
import type { InstanceCheck } from '../../setting-check.ts';

/**
 * Whether keepalived can count the processes that an instance or its sync group tracks. Without the
 * kernel's process events it cannot, as in containers, whether they run or not.
 */
export const checkTrackedProcesses: InstanceCheck = (view) => {
  const names = listTrackedProcesses(view);
  const complaint = view.log.findLast((line) => explainLine(line)?.id === 'no-process-events');
  const counted = listCounts(view, names);
  const evidence: CheckEvidence[] = [
    ...(complaint
      ? [{ what: complaint.message, where: 'keepalived’s log', atMs: complaint.atMs }]
      : []),
    ...(view.asked.hasProcessConnector === false
      ? [{ what: 'no kernel socket of the process connector', where: '/proc/net/netlink' }]
      : []),
    ...counted.map(({ name, detail }) => ({
      what: `${name}: ${detail}`,
      where: 'keepalived’s own account',
    })),
  ];
  return {
    id: 'tracked-process',
    title: 'Tracked processes are counted',
    ...judge(view, names, complaint !== undefined),
    evidence: names.length === 0 ? [] : evidence,
    about: { instance: view.name, setting: 'track_process' },
  };
};

function judge(view: InstanceView, names: string[], isLogged: boolean): Judgement {
  if (names.length === 0) {
    return view.hasUnreadTracking
      ? cannotTell(
          'Can’t tell which processes the instance tracks: a part of the configuration cannot be read here.',
        )
      : note('The instance tracks no process.');
  }
  const listed = listInWords(names);
  if (isLogged || view.asked.hasProcessConnector === false) {
    return {
      verdict: 'wrong',
      sentence: `The kernel tells keepalived nothing about processes here, as in most containers: it does not notice when what ${listed} tracks starts or ends. track_process does not work on this server.`,
      remedy:
        'Use a vrrp_script that looks for the process (script "/usr/bin/pidof NAME") and track_script instead of track_process.',
    };
  }
  const counted = listCounts(view, names);
  const missing = counted.filter((item) => item.good === false);
  if (missing.length > 0) {
    const counts = listInWords(missing.map(({ name, detail }) => `${name} (${detail})`));
    return {
      verdict: 'wrong',
      sentence: `keepalived does not count as many processes as it should: ${counts}. That changes this server’s priority or puts it into FAULT.`,
      remedy:
        'Start the process, or correct its name in the vrrp_track_process. If it runs, the kernel does not report processes (CONFIG_PROC_EVENTS): use a vrrp_script with pidof instead.',
    };
  }
  if (counted.length < names.length) {
    return cannotTell('keepalived says nothing about the tracked processes yet.');
  }
  return good(`keepalived counts as many processes as it should: ${listed}.`);
}

/** The instance's own and its sync group's, each once. */
function listTrackedProcesses({ name, configured, asked }: InstanceView): string[] {
  const groups = asked.configuration.syncGroups.filter(({ instanceNames }) =>
    instanceNames.includes(name),
  );
  const trackers = [configured, ...groups].flatMap((one) => one.trackers);
  return [
    ...new Set(trackers.flatMap((tracker) => (tracker.kind === 'process' ? [tracker.name] : []))),
  ];
}

function listCounts({ asked: { tracking } }: InstanceView, names: string[]) {
  const items = tracking?.ok ? tracking.items : [];
  return items.filter(({ kind, name }) => kind === 'process' && names.includes(name));
}
