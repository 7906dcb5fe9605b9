/**
 * Reads the daemon and asks it for its account as a program that may not, or cannot, look: as another
 * user (`nobody`), with no file descriptor left (`no-descriptor`), or as it was started (`as-is`).
 */
import { openSync } from 'node:fs';
import { createDaemonReader } from '../../../server/appliance/daemon/daemon-process.ts';
import { createDumpReaders } from '../../../server/appliance/daemon/runtime-dump.ts';
import { findMissingRights } from '../../../server/appliance/missing-rights.ts';
import { createSupervised } from '../../../server/appliance/services/service-managers/supervised.ts';
import { readServices } from '../../../server/appliance/services/services.ts';
import { pidPath, configPath } from '../private-keepalived.ts';

const [mode] = process.argv.slice(2);
const readDaemon = createDaemonReader(pidPath);
const { readRuntime } = createDumpReaders(readDaemon, '/run/dump-turn');
const manager = createSupervised({ configPath, pidPath, extraArguments: [] }, readDaemon);
const bootTool = {
  read: () => Promise.resolve({ known: false as const, reason: 'not asked' }),
  set: () => Promise.reject(new Error('not asked')),
};

if (mode === 'nobody') {
  process.setgroups?.([]);
  process.setgid?.(65534);
  process.setuid?.(65534);
}
if (mode === 'no-descriptor') useUpDescriptors();

const daemon = await readDaemon();
const runtime = await readRuntime();
const services = await readServices(['keepalived'], { manager, bootTool, readDaemon });
const started = await manager.control('keepalived', 'start');
const stopped = await manager.control('keepalived', 'stop');
const missingRights = findMissingRights();
process.stdout.write(
  JSON.stringify({ missingRights, daemon, runtime, services, started, stopped }),
);

function useUpDescriptors(): void {
  for (;;) {
    try {
      openSync('/dev/null', 'r');
    } catch {
      return;
    }
  }
}
