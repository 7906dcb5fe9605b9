import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { PageParts } from '../page-parts.ts';
import { bodyLimitBytes } from '../plugins/limits.ts';
import { fileIdSchema } from '../view/file-id-schema.ts';
import { describeFindings } from '../view/findings.ts';

const requestSchema = z.strictObject({ fileId: fileIdSchema, text: z.string() });

/**
 * `POST /api/v1/configuration/check`: the findings about a text as if it stood in that file, the
 * worst first. Changes nothing; what a save would refuse has the severity `fatal`.
 */
export const registerConfigurationCheck: FastifyPluginCallbackZod<Pick<PageParts, 'operations'>> = (
  app,
  { operations },
  done,
) => {
  app.post(
    '/api/v1/configuration/check',
    {
      // JSON writes one byte as up to six; too long a text shall get a finding, not a 413.
      bodyLimit: 6 * bodyLimitBytes,
      config: { access: 'admin', rateLimit: { max: 240, timeWindow: 60_000 } },
      schema: { body: requestSchema },
    },
    async (request, reply) => {
      const { fileId, text } = request.body;
      const findings = await operations.checkConfiguration(fileId, text);
      return reply.send({ findings: describeFindings(findings, text) });
    },
  );
  done();
};
