import type { z } from 'zod';
import { createBadCallError } from './wire-errors.ts';

/**
 * What was asked, if it fits.
 * @throws {UserError} `bad-call`, which names the place of what does not fit and never quotes the value
 */
export function parseRequest(schema: z.ZodType, request: unknown): unknown {
  const parsed = schema.safeParse(request);
  if (!parsed.success) throw createBadCallError(describeIssue(parsed.error));
  return parsed.data;
}

/** The first thing that does not fit. */
function describeIssue({ issues }: z.ZodError): string {
  const [issue] = issues;
  if (!issue) return 'it does not fit';
  const place = issue.path.map(String).join('.');
  return `${place === '' ? '' : `${place}: `}${issue.message}`.slice(0, 200);
}
