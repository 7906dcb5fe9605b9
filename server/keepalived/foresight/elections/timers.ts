/** The two waits of VRRP (RFC 3768 and RFC 9568, 6.1). */
export interface TimerSettings {
  version: 2 | 3;
  advertIntervalSeconds: number;
}

/**
 * How long a backup waits after an advertisement of priority 0, in ms: shorter for a higher priority.
 * Version 3 scales it by the interval, version 2 does not.
 * @param priority 0: the bound for any priority
 */
export function skewMs(
  { version, advertIntervalSeconds }: TimerSettings,
  priority: number,
): number {
  return ((256 - priority) / 256) * (version === 3 ? advertIntervalSeconds : 1) * 1_000;
}

/** After how long without a better advertisement a server becomes master: three intervals, and the skew. */
export function masterDownIntervalMs(settings: TimerSettings, priority: number): number {
  return 3 * settings.advertIntervalSeconds * 1_000 + skewMs(settings, priority);
}
