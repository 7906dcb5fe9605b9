import type { InstanceStatus } from './status-model.ts';

export interface HealthcheckVerdict {
  /** `Connection OK`, or what is wrong. */
  words: string;
  good: boolean | undefined;
  /** What this program's own request saw, where that is something else. */
  ownRequest: string | undefined;
}

/**
 * How the healthcheck stands: keepalived's own result decides, and where it has none, this program's
 * own request. The two may differ: the script may ask in another way, or may not have run since.
 */
export function findHealthcheckVerdict({
  state,
  healthcheck,
  watched,
}: Pick<InstanceStatus, 'state' | 'healthcheck' | 'watched'>): HealthcheckVerdict | undefined {
  if (!healthcheck) return undefined;
  const { scriptName, words, good, durationMs } = healthcheck;
  const own = { words, good, ownRequest: undefined };
  // A result of a keepalived that is gone or says nothing is none.
  if (state === 'Stopped' || state === 'Unknown') return own;
  const script = watched.find(({ kind, name }) => kind === 'script' && name === scriptName);
  if (script?.isRun === false) {
    const ownRequest = `this page’s own request: ${words}`;
    return { words: `Not run: keepalived does not run ${scriptName}`, good: undefined, ownRequest };
  }
  if (script?.good === undefined || script.good === good) return own;
  // Without a request there is nothing to tell beside keepalived's own result.
  if (script.good && durationMs === undefined)
    return { ...own, words: 'Connection OK', good: true };
  if (script.good) {
    const ownRequest = `by keepalived’s ${scriptName}; this page’s own request: ${words}`;
    return { words: 'Connection OK', good: true, ownRequest };
  }
  const ownRequest = `this page’s own request: ${words}`;
  return { words: describeFailure(script), good: false, ownRequest };
}

function describeFailure({ name, detail }: { name: string; detail: string }): string {
  return `keepalived’s ${name} failed${detail === '' ? '' : ` (${detail})`}`;
}
