import { z } from 'zod';
import { pairGrants } from '../../../pair/link-protocol.ts';

const grant = z.enum(pairGrants);
const id = z.string().min(1).max(100);

export const withdrawFormSchema = z.strictObject({});
export const codeFormSchema = z.strictObject({ grant });
/** What is typed is judged by the operation, in a sentence. */
export const pairFormSchema = z.strictObject({
  url: z.string().max(2048),
  code: z.string().max(100),
  grant,
});
export const unpairFormSchema = z.strictObject({ id });
export const grantFormSchema = z.strictObject({ id, grant });
