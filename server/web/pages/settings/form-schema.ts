import { z } from 'zod';
import { consentFields } from '../../view/consent.ts';
import { tagSchema } from '../../view/tag-schema.ts';

const instanceNameSchema = z.string().min(1).max(255);
const shortSchema = z.string().trim().max(64);
const listSchema = z.string().max(32_768);

export const settingsQuerySchema = z.object({
  instance: instanceNameSchema.optional().catch(undefined),
});

/** The whole form; what the values mean is judged by the operation. */
export const settingsFormSchema = z.strictObject({
  instance: instanceNameSchema,
  virtualAddresses: listSchema,
  interfaceName: shortSchema,
  virtualRouterId: shortSchema,
  priority: shortSchema,
  advertInterval: shortSchema,
  authentication: shortSchema,
  password: z.string().max(256),
  // Left out of the form where no tracked script asks a URL.
  healthcheckUrl: z.string().trim().max(2048).exactOptional(),
  healthcheckInterval: shortSchema.exactOptional(),
  fall: shortSchema.exactOptional(),
  rise: shortSchema.exactOptional(),
  nopreempt: z
    .literal('yes')
    .optional()
    .transform((checked) => checked === 'yes'),
  unicastPeers: listSchema,
  tag: tagSchema,
  /** Only the button “Save mine over it” sends it: the file that may be overwritten. */
  overwrite: tagSchema.exactOptional(),
  intent: z.enum(['preview', 'write']).default('write'),
  ...consentFields,
});
