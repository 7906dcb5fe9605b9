import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { ConfigurationFileContent } from '../../../appliance/appliance.ts';
import { describeGoingBack } from '../../view/change/going-back.ts';
import type { GoingBackModel } from '../../view/change/going-back.ts';
import type { editFormSchema } from './form-schema.ts';

/** What stands beside the button Save. */
export interface SavingModel {
  comment: string;
  /** undefined: nothing runs a stored file, so it cuts nobody off. */
  goingBack: GoingBackModel | undefined;
}

/** @param typed what the form was sent with */
export function describeSaving(
  request: Pick<FastifyRequest, 'raw'>,
  content: ConfigurationFileContent,
  typed?: z.output<typeof editFormSchema>,
): SavingModel {
  const texts = [content.ok ? content.text : undefined, typed?.text];
  return {
    comment: typed?.comment ?? '',
    goingBack: content.id.startsWith('stored-')
      ? undefined
      : describeGoingBack(request, texts, typed),
  };
}
