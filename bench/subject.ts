import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { z } from 'zod';

const placeSchema = z.object({
  appUrl: z.string(),
  bareUrl: z.string(),
  cookies: z.array(z.string()),
});
const usageSchema = z.object({ cpuMs: z.number(), residentMiB: z.number() });

/** Those of V8 that `start-bundle.ts` sets in the program itself. */
const programFlags = ['--semi-space-growth-factor=1'];

/** The app in a process of its own, so that the one that measures does not count. */
export interface Subject extends z.infer<typeof placeSchema> {
  pid: number;
  readUsage(): Promise<z.infer<typeof usageSchema>>;
  close(): Promise<void>;
}

export async function startSubject({
  instances = 1,
  sessions = 1,
}: {
  instances?: number;
  sessions?: number;
}): Promise<Subject> {
  const child = fork(
    new URL('subject-process.ts', import.meta.url),
    [String(instances), String(sessions)],
    { execArgv: ['--import', 'tsx', ...programFlags] },
  );
  const place = placeSchema.parse(await nextMessage(child));
  return {
    ...place,
    pid: child.pid ?? 0,
    async readUsage() {
      child.send('usage');
      return usageSchema.parse(await nextMessage(child));
    },
    async close() {
      child.disconnect();
      await once(child, 'exit');
    },
  };
}

async function nextMessage(child: ChildProcess): Promise<unknown> {
  const [message] = (await once(child, 'message')) as [unknown];
  return message;
}
