import { z } from 'zod';
import type { LogFilter } from '../../../appliance/appliance.ts';
import { messageKinds } from '../../../keepalived/runtime/messages/message-kind.ts';

/** How many lines the page offers to show. */
export const lineCounts = [50, 100, 500, 1000];

/** What `<input type="datetime-local">` sends, in this server's zone. */
const localTimeSchema = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?$/)
  .refine((text) => !Number.isNaN(new Date(text).getTime()))
  .or(z.literal(''))
  .default('');

const filterFields = {
  filter: z.string().trim().max(200).default(''),
  kind: z.enum(messageKinds).or(z.literal('')).default(''),
  from: localTimeSchema,
  to: localTimeSchema,
};
/** Made by the appliance; it knows what it means. */
const cursorSchema = z.string().min(1).max(500);

const filterSchema = z.object(filterFields);
const pageSchema = filterSchema.extend({
  lines: z.coerce
    .number()
    .refine((count) => lineCounts.includes(count))
    .default(100),
  before: cursorSchema.optional(),
});

/** What cannot be read is left out, and named in `unread`: nobody must think that it filtered. */
export const logFilterSchema = z.unknown().transform(readForgivingly(filterSchema));
/** Likewise; only a place in the log has to be read. */
export const logQuerySchema = z.unknown().transform(readForgivingly(pageSchema));
export const logEventsQuerySchema = filterSchema.extend({ after: cursorSchema });

export type LogFilterQuery = z.output<typeof filterSchema>;
export type LogPageQuery = z.output<typeof logQuerySchema>;

function readForgivingly<Query extends object>(schema: z.ZodType<Query>) {
  return (query: unknown, context: z.RefinementCtx): Query & { unread: string[] } => {
    const parsed = schema.safeParse(query);
    if (parsed.success) return { ...parsed.data, unread: [] };
    const unread = [...new Set(parsed.error.issues.map(({ path: [name] }) => String(name)))];
    if (unread.includes('before')) {
      context.addIssue({ code: 'custom', message: 'This place in the log does not exist.' });
      return z.NEVER;
    }
    const read = Object.entries(query as object).filter(([name]) => !unread.includes(name));
    return { ...schema.parse(Object.fromEntries(read)), unread };
  };
}

/** The filter as the appliance takes it. */
export function readFilter({ filter, kind, from, to }: LogFilterQuery): LogFilter {
  return {
    ...(filter !== '' && { filter }),
    ...(kind !== '' && { kind }),
    ...(from !== '' && { fromMs: new Date(from).getTime() }),
    ...(to !== '' && { toMs: new Date(to).getTime() + lastOf(to) }),
  };
}

/** What is written to the minute means the whole minute. */
function lastOf(time: string): number {
  return /T\d\d:\d\d$/.test(time) ? 59_999 : /\.\d+$/.test(time) ? 0 : 999;
}

/** The filter as parameters of an address; what filters nothing is left out. */
export function writeFilter({ filter, kind, from, to }: LogFilterQuery): URLSearchParams {
  const fields = Object.entries({ filter, kind, from, to });
  return new URLSearchParams(fields.filter(([, value]) => value !== ''));
}
