import { z } from 'zod';
import { consentFields } from '../../view/change/consent.ts';
import { tagSchema } from '../../view/change/tag-schema.ts';

const instanceNameSchema = z.string().min(1).max(255);
/** What is typed may be as long as a form can be: its length is judged beside the field. */
const typedSchema = z.string().trim();

export const settingsQuerySchema = z.object({
  instance: instanceNameSchema.optional().catch(undefined),
});

/** The whole form; what the values mean is judged by the operation. */
export const settingsFormSchema = z.strictObject({
  instance: instanceNameSchema,
  virtualAddresses: z.string(),
  interfaceName: typedSchema,
  virtualRouterId: typedSchema,
  priority: typedSchema,
  advertInterval: typedSchema,
  authentication: typedSchema,
  password: z.string(),
  // Left out of the form where no tracked script asks a URL.
  healthcheckUrl: typedSchema.exactOptional(),
  healthcheckInterval: typedSchema.exactOptional(),
  fall: typedSchema.exactOptional(),
  rise: typedSchema.exactOptional(),
  nopreempt: z
    .literal('yes')
    .optional()
    .transform((checked) => checked === 'yes'),
  unicastPeers: z.string(),
  tag: tagSchema,
  /** Only the button “Save mine over it” sends it: the file that may be overwritten. */
  overwrite: tagSchema.exactOptional(),
  intent: z.enum(['preview', 'write']).default('write'),
  ...consentFields,
});
