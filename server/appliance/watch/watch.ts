import { basename, dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type FSWatcher, watch as watchPaths } from 'chokidar';
import type { AddressChange } from '../../keepalived/proof/evidence.ts';
import type { ProgramOptions } from '../../program-options.ts';
import type { ApplianceEvent, ApplianceWatch } from '../appliance.ts';
import { type CommandStream, streamCommand } from '../commands/run-command.ts';
import { ignoreFailure } from '../unseen-error.ts';
import { type BlindSpots, createBlindSpots } from './blind-spots.ts';
import { readMonitorLine } from './monitor-lines.ts';
import { watchNotifyFifos } from './notify-fifos.ts';
import { watchProcesses } from './processes.ts';

/** An event and what follows within this time are told as one. */
const debounceMs = 10;

/** By then `ip monitor` listens, which it does not say; what came before it is told of then. */
const listensAfterMs = 500;

const monitor = 'ip monitor';

/** How long to wait before something is watched again; doubled each time it ends early. */
const restartDelayMs = { first: 100, longest: 30_000 };

/** The processes' pid files, beside the one of the settings (keepalived(8), FILES). */
const childPidFile = /^(?:vrrp|checkers|bfd)(?:_.*)?\.pid$/;

/**
 * Watches what the witnesses speak of: the kernel's addresses and links, the configuration folder,
 * the daemon's pid files and processes, its notify FIFOs. What cannot be watched (no `ip`, no inotify
 * watches left) is noted as a blind spot and tried again; whoever needs certainty re-checks now and then.
 */
export async function watchAppliance(
  options: ProgramOptions,
  onEvent: (event: ApplianceEvent) => void,
  blindSpots: BlindSpots = createBlindSpots(),
): Promise<ApplianceWatch> {
  const { tell, stop } = createDebouncer(onEvent);
  const network = watchNetwork((change) => {
    tell('network', change);
  }, blindSpots);
  const { configPath, pidPath } = options.keepalived;
  const processes = await watchProcesses({ pidPath, configPath }, () => {
    tell('daemon');
  });
  const fifos = watchNotifyFifos(() => {
    tell('instances');
  }, blindSpots);
  const files = [
    await watchFolder(
      dirname(configPath),
      { isRelevant: () => true, depth: 4 },
      () => {
        tell('configuration');
      },
      blindSpots,
    ),
    await watchFolder(
      dirname(pidPath),
      { isRelevant: (name) => name === basename(pidPath) || childPidFile.test(name), depth: 0 },
      () => {
        tell('daemon');
      },
      blindSpots,
    ),
  ];
  return {
    setNotifyFifos: fifos.setPaths,
    setResting: processes.setResting,
    async close() {
      stop();
      processes.close();
      fifos.close();
      await Promise.all([network.close(), ...files.map((watcher) => watcher.close())]);
    },
  };
}

function createDebouncer(onEvent: (event: ApplianceEvent) => void) {
  const pending = new Map<ApplianceEvent['about'], NodeJS.Timeout>();
  let addressChanges: AddressChange[] = [];
  return {
    /** Counts from the first event on, so that an unending stream of them is told, too. */
    tell: (about: ApplianceEvent['about'], change?: AddressChange): void => {
      if (change) addressChanges.push(change);
      if (pending.has(about)) return;
      const timer = setTimeout(() => {
        pending.delete(about);
        if (about !== 'network' || addressChanges.length === 0) {
          onEvent({ about });
          return;
        }
        const told = addressChanges;
        addressChanges = [];
        onEvent({ about, addressChanges: told });
      }, debounceMs);
      pending.set(about, timer);
    },
    stop: () => {
      for (const timer of pending.values()) clearTimeout(timer);
    },
  };
}

function watchNetwork(onChange: (change?: AddressChange) => void, { note }: BlindSpots) {
  const ending = new AbortController();
  const isEnding = () => ending.signal.aborted;
  let stream: CommandStream<string> | undefined;

  async function follow(): Promise<void> {
    let waitMs = restartDelayMs.first;
    const tellChange = () => {
      onChange();
    };
    while (!isEnding()) {
      const listening = setTimeout(() => {
        note(monitor, undefined);
        tellChange();
      }, listensAfterMs);
      stream = streamCommand('ip', ['-o', 'monitor', 'address', 'link']);
      for await (const line of stream) {
        if (line !== '') onChange(readMonitorLine(line));
        waitMs = restartDelayMs.first;
      }
      clearTimeout(listening);
      if (!isEnding()) {
        note(
          monitor,
          '“ip monitor” is not running, so a change of an address appears some seconds late. This program starts it again. Check that iproute2 is installed.',
        );
      }
      await delay(waitMs, undefined, { signal: ending.signal }).catch(ignoreFailure);
      waitMs = Math.min(waitMs * 2, restartDelayMs.longest);
      // What happened while nobody listened is not known.
      if (!isEnding()) tellChange();
    }
  }

  const following = follow();
  return {
    async close() {
      ending.abort();
      await stream?.close();
      await following;
    },
  };
}

/** @returns once the watching has begun; `onChange` is not called for what is there already. */
async function watchFolder(
  folder: string,
  { isRelevant, depth }: { isRelevant: (name: string) => boolean; depth: number },
  onChange: () => void,
  { note }: BlindSpots,
) {
  let watcher: FSWatcher | undefined;
  let again: NodeJS.Timeout | undefined;
  let waitMs = restartDelayMs.first;
  let isClosed = false as boolean;

  /** inotify has no watch or no instance left, or the folder can’t be read. */
  const onError = (error: unknown) => {
    if (isClosed || again) return;
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    note(
      folder,
      `Changes in ${folder} appear some seconds late: it can’t be watched (${code}). This program tries again; see sysctl fs.inotify.`,
    );
    again = setTimeout(() => {
      again = undefined;
      void watcher?.close().then(() => (isClosed ? undefined : begin()));
    }, waitMs).unref();
    waitMs = Math.min(waitMs * 2, restartDelayMs.longest);
  };
  const begin = async () => {
    const begun = watchPaths(folder, {
      ignoreInitial: true,
      depth,
      ignored: (path) => path !== folder && !isRelevant(basename(path)),
    });
    watcher = begun;
    // Without a listener an error would end the program.
    begun.on('error', onError);
    begun.on('all', onChange);
    await new Promise<void>((resolve) => begun.once('ready', resolve));
    if (again) return;
    const wasBlind = waitMs !== restartDelayMs.first;
    waitMs = restartDelayMs.first;
    note(folder, undefined);
    // What happened while nobody watched is not known.
    if (wasBlind) onChange();
  };
  await begin();
  return {
    async close() {
      isClosed = true;
      clearTimeout(again);
      await watcher?.close();
    },
  };
}
