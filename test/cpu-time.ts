/**
 * The processor time of this process for a task, in milliseconds: unlike the wall clock it does not
 * grow with what else runs on the machine.
 */
export function measureCpuMs(task: () => unknown): number {
  const before = process.cpuUsage();
  task();
  return cpuMsSince(before);
}

/** The same of a task that waits, with its result: what else this process does at that time counts, too. */
export async function measureCpuOf<Value>(
  task: () => Promise<Value>,
): Promise<{ value: Value; tookMs: number }> {
  const before = process.cpuUsage();
  const value = await task();
  return { value, tookMs: cpuMsSince(before) };
}

function cpuMsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
