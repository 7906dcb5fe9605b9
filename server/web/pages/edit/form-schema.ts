import { z } from 'zod';
import { tagSchema } from '../../view/tag-schema.ts';

const fileIdSchema = z.string().min(1).max(200);

export const editQuerySchema = z.object({
  file: fileIdSchema.default('live').catch('live'),
  /** After a save: show what the check has to say of the file as it is now. */
  checked: z.literal('yes').optional().catch(undefined),
});

/** How long and how sound the text is, is judged by the operation, which says it in a sentence. */
export const editFormSchema = z.strictObject({
  file: fileIdSchema,
  tag: tagSchema,
  text: z.string(),
});
