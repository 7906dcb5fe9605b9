import { basename, dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { watch as watchPaths } from 'chokidar';
import type { AddressChange } from '../keepalived/evidence.ts';
import type { Settings } from '../settings.ts';
import type { ApplianceEvent, ApplianceWatch } from './appliance.ts';
import { type CommandStream, streamCommand } from './run-command.ts';
import { readMonitorLine } from './watch/monitor-lines.ts';
import { watchNotifyFifos } from './watch/notify-fifos.ts';
import { watchProcesses } from './watch/processes.ts';

/** An event and what follows within this time are told as one. */
const debounceMs = 10;

/** By then `ip monitor` listens, which it does not say; what came before it is told of then. */
const listensAfterMs = 500;

/** How long to wait before `ip monitor` is started again; doubled each time it ends early. */
const restartDelayMs = { first: 100, longest: 30_000 };

/** The processes' pid files, beside the one of the settings (keepalived(8), FILES). */
const childPidFile = /^(?:vrrp|checkers|bfd)(?:_.*)?\.pid$/;

/**
 * Watches what the witnesses speak of: the kernel's addresses and links, the configuration folder,
 * the daemon's pid files and processes, its notify FIFOs. What cannot be watched (no `ip`, no inotify watches left) is not told
 * of; whoever needs certainty re-checks now and then.
 */
export async function watchAppliance(
  settings: Settings,
  onEvent: (event: ApplianceEvent) => void,
): Promise<ApplianceWatch> {
  const { tell, stop } = createDebouncer(onEvent);
  const network = watchNetwork((change) => {
    tell('network', change);
  });
  const { configPath, pidPath } = settings.keepalived;
  const processes = await watchProcesses(pidPath, () => {
    tell('daemon');
  });
  const fifos = watchNotifyFifos(() => {
    tell('instances');
  });
  const files = [
    await watchFolder(
      dirname(configPath),
      () => true,
      4,
      () => {
        tell('configuration');
      },
    ),
    await watchFolder(
      dirname(pidPath),
      (name) => name === basename(pidPath) || childPidFile.test(name),
      0,
      () => {
        tell('daemon');
      },
    ),
  ];
  return {
    setNotifyFifos: fifos.setPaths,
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

function watchNetwork(onChange: (change?: AddressChange) => void) {
  const ending = new AbortController();
  const isEnding = () => ending.signal.aborted;
  let stream: CommandStream<string> | undefined;

  async function follow(): Promise<void> {
    let waitMs = restartDelayMs.first;
    const tellChange = () => {
      onChange();
    };
    while (!isEnding()) {
      const listening = setTimeout(tellChange, listensAfterMs);
      stream = streamCommand('ip', ['-o', 'monitor', 'address', 'link']);
      for await (const line of stream) {
        if (line !== '') onChange(readMonitorLine(line));
        waitMs = restartDelayMs.first;
      }
      clearTimeout(listening);
      await delay(waitMs, undefined, { signal: ending.signal }).catch(() => undefined);
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
  isRelevant: (name: string) => boolean,
  depth: number,
  onChange: () => void,
) {
  const watcher = watchPaths(folder, {
    ignoreInitial: true,
    depth,
    ignored: (path) => path !== folder && !isRelevant(basename(path)),
  });
  // Without a listener an error, such as no inotify watches being left, would end the program.
  watcher.on('error', () => undefined);
  watcher.on('all', onChange);
  await new Promise<void>((resolve) => watcher.once('ready', resolve));
  return watcher;
}
