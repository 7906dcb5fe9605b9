import { z } from 'zod';
import { findingCodeList } from '../../keepalived/config/rules/finding-codes.ts';

/** The answer to `POST /api/v1/configuration/check`; the editor in the browser has its type from here. */
export const checkDocumentSchema = z.strictObject({
  findings: z.array(
    z.strictObject({
      severity: z.enum(['fatal', 'warning', 'info']),
      code: z.enum(findingCodeList),
      tone: z.enum(['bad', 'warn', 'calm']),
      word: z.string(),
      line: z.int().min(1).optional(),
      lineText: z.string().optional(),
      path: z.string().optional(),
      instance: z.string().optional(),
      keyword: z.string().optional(),
      message: z.string(),
      remedy: z.string(),
      detail: z.string().optional(),
    }),
  ),
});

export type CheckDocument = z.output<typeof checkDocumentSchema>;
