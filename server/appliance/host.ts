import { hostname } from 'node:os';

/** The machine's short host name (what `hostname -s` prints): it may change while we run. */
export function readHostName(): string {
  const full = hostname();
  return full.split('.', 1)[0] ?? full;
}
