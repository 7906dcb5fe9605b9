import { z } from 'zod';
import { drillActions } from '../../../keepalived/maintenance/drill-plan.ts';
import { changeFields } from '../../change-form/change-fields.ts';
import { shownWordsSchema } from '../../view/shown-words.ts';

const instanceNameSchema = z.string().min(1).max(255);
const actionSchema = z.enum(drillActions);
const waySchema = z.enum(['priority', 'fault']);

export const drillQuerySchema = z.object({
  instance: instanceNameSchema.optional().catch(undefined),
  /** What is shown before it is done. */
  action: actionSchema.optional().catch(undefined),
  way: waySchema.catch('priority'),
});

export const drillFormSchema = z.strictObject({
  instance: instanceNameSchema,
  action: actionSchema,
  way: waySchema.default('priority'),
  accepted: shownWordsSchema,
});

export const setUpFormSchema = z.strictObject({
  instance: instanceNameSchema,
  ...changeFields,
});
