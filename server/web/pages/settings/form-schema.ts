import { z } from 'zod';
import { mapSettings, settingFields } from '../../../keepalived/settings/setting-fields.ts';
import type {
  HealthcheckField,
  InstanceSettings,
  SettingsField,
} from '../../../keepalived/settings/setting-fields.ts';
import { changeFields } from '../../change-form/change-fields.ts';

const instanceNameSchema = z.string().min(1).max(255);
/** What is typed may be as long as a form can be: its length is judged beside the field. */
const typedSchema = z.string().trim();

export const settingsQuerySchema = z.object({
  instance: instanceNameSchema.optional().catch(undefined),
});

const checkedSchema = z
  .literal('yes')
  .optional()
  .transform((checked) => checked === 'yes');

type SettingsShape = {
  [Field in SettingsField]: InstanceSettings[Field] extends boolean
    ? typeof checkedSchema
    : Field extends HealthcheckField
      ? z.ZodExactOptional<z.ZodString>
      : z.ZodString;
};

function schemaOf(field: SettingsField): SettingsShape[SettingsField] {
  const { control, group } = settingFields[field];
  if (control.kind === 'checkbox') return checkedSchema;
  // A list keeps its lines, a password its blanks.
  const isRaw = control.kind === 'lines' || control.kind === 'password';
  const schema = isRaw ? z.string() : typedSchema;
  // Left out of the form where no tracked script asks a URL.
  return group === 'healthcheck' ? schema.exactOptional() : schema;
}

/** The whole form; what the values mean is judged by the operation. */
export const settingsFormSchema = z.strictObject({
  instance: instanceNameSchema,
  ...mapSettings<SettingsShape>(schemaOf),
  ...changeFields,
});
