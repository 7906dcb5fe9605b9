import type { DaemonProcess } from './evidence.ts';

/** What is said where keepalived was not seen to run, as a sentence. */
export function describeNotRunning(
  daemon: DaemonProcess | { state: 'unknown'; reason: string },
): string {
  return daemon.state === 'unknown'
    ? `Can’t tell whether keepalived is running: ${daemon.reason}.`
    : 'keepalived is not running.';
}
