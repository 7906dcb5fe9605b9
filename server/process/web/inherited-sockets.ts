/** The first descriptor that a service manager gives (SD_LISTEN_FDS_START, sd_listen_fds(3)). */
const firstDescriptor = 3;
/** More is no list of addresses. */
const mostSockets = 64;

/**
 * The listening sockets that the service manager has opened for this process (sd_listen_fds(3)).
 * @param environment what this process was started with: LISTEN_PID, LISTEN_FDS
 * @returns their descriptors; empty: it listens itself
 */
export function findInheritedSockets(
  { LISTEN_PID, LISTEN_FDS }: Record<string, string | undefined>,
  pid: number,
): number[] {
  const count = Number(LISTEN_FDS);
  // What a parent was given is not for its children.
  const isOurs = Number(LISTEN_PID) === pid && Number.isInteger(count) && count > 0;
  if (!isOurs || count > mostSockets) return [];
  return Array.from({ length: count }, (_, index) => firstDescriptor + index);
}
