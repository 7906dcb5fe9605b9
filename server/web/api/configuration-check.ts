import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { bodyLimitBytes } from '../plugins/limits.ts';
import { fileIdSchema } from '../view/change/file-id-schema.ts';
import { describeFindings } from '../view/change/findings.ts';
import { checkDocumentSchema } from './check-document.ts';

export const checkRequestSchema = z.strictObject({ fileId: fileIdSchema, text: z.string() });

/**
 * `POST /api/v1/configuration/check`: the findings about a text as if it stood in that file, the
 * worst first. Changes nothing; what a save would refuse has the severity `fatal`.
 */
export const registerConfigurationCheck: FastifyPluginCallbackZod = (app, _options, done) => {
  app.post(
    '/api/v1/configuration/check',
    {
      // JSON writes one byte as up to six; a text that is too long gets a finding, not a 413.
      bodyLimit: 6 * bodyLimitBytes,
      config: { access: 'admin', rateLimit: { max: 240, timeWindow: 60_000 } },
      schema: { body: checkRequestSchema, response: { 200: checkDocumentSchema } },
    },
    async (request, reply) => {
      const { fileId, text } = request.body;
      const findings = await request.agent.checkConfiguration({ fileId, text });
      return reply.send({ findings: describeFindings(findings, text) });
    },
  );
  done();
};
