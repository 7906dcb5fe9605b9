/** The one way of a change form: opened, previewed, saved, or shown again with what was typed. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { createTag } from '../../shared/tag.ts';
import { describeSuccess, isSuccess } from '../view/change/apply-outcome.ts';
import type { Failure } from '../view/change/apply-outcome.ts';
import { describeFindings } from '../view/change/findings.ts';
import { redirectAfterSave } from '../view/change/going-back.ts';
import { judgeFields } from './change-fields.ts';
import type { ChangeFields } from './change-fields.ts';
import type { ChangeFrame } from './change-frame.ts';
import type { ChangePage } from './change-page.ts';
import { readConsent, saveWithConsent } from './consent.ts';
import { describeChange } from './describe-change.ts';
import type { Answer } from './describe-change.ts';

/** A request to a change form, and what it is answered with. */
export interface Exchange {
  request: FastifyRequest;
  reply: FastifyReply;
}

export interface OpenOptions<Plan> {
  /** What the check says of the file as it is is shown at once. */
  isChecked?: boolean;
  statusOf?: (plan: Plan) => number;
}

/** The form as it is opened. */
export async function openChange<Own extends object, Plan>(
  exchange: Exchange,
  page: ChangePage<Own, Plan>,
  own: Own,
  { isChecked = false, statusOf }: OpenOptions<Plan> = {},
): Promise<FastifyReply> {
  const plan = await page.plan(own, { madeFrom: undefined, isPreview: false });
  if (statusOf) exchange.reply.code(statusOf(plan));
  const frame = page.frame(plan);
  const text = isChecked ? frame?.currentText : undefined;
  const found = frame && text !== undefined ? await check(exchange, frame, text) : undefined;
  const change = frame && describeChange(exchange.request, frame, undefined, found);
  return page.show(exchange.reply, plan, { change, findings: [] });
}

/** The form as it was sent: a preview, or a save. */
export async function answerChange<Own extends object, Plan>(
  exchange: Exchange,
  page: ChangePage<Own, Plan>,
  own: Own,
  fields: ChangeFields,
): Promise<FastifyReply> {
  const { intent } = fields;
  if (intent === 'preview' || judgeFields(fields).length > 0) {
    return showPreview(exchange, page, own, { fields });
  }
  if (intent === 'enter' && !(await isAsked(page, own, fields))) {
    return showPreview(exchange, page, own, { fields });
  }
  return save(exchange, page, own, fields);
}

/**
 * Whether the Enter key at the password does what was asked for just before: to save, and the very
 * text that was shown then. Anything else is previewed first.
 */
async function isAsked<Own extends object, Plan>(
  page: ChangePage<Own, Plan>,
  own: Own,
  fields: ChangeFields,
): Promise<boolean> {
  if (fields.asked === undefined) return false;
  const plan = await page.plan(own, { madeFrom: madeFrom(fields), isPreview: false });
  const text = page.frame(plan)?.newText;
  return text !== undefined && createTag(text) === fields.asked;
}

async function save<Own extends object, Plan>(
  exchange: Exchange,
  page: ChangePage<Own, Plan>,
  own: Own,
  fields: ChangeFields,
): Promise<FastifyReply> {
  const { request, reply } = exchange;
  const { comment, ownPassword } = fields;
  const { saved, passwordProblem } = await saveWithConsent(readConsent(fields), (consent) =>
    page.save(own, { expectedTag: madeFrom(fields), comment, ...consent }),
  );
  if (ownPassword !== '') {
    request.describeChange({ passwordProof: passwordProblem === undefined ? 'given' : 'refused' });
  }
  const { plan: made, outcome, path } = saved;
  if (outcome && isSuccess(outcome)) {
    reply.flash(describeSuccess(outcome, path));
    return redirectAfterSave(reply, fields, outcome, page.nextPath(own, outcome));
  }
  // The file may be another one now: what is shown again compares with that.
  const plan = made ?? (await page.plan(own, { madeFrom: madeFrom(fields), isPreview: false }));
  if (outcome) return showAgain(exchange, page, plan, { fields, outcome, passwordProblem });
  if (page.frame(plan)?.isBlocked === false) {
    const text = 'Nothing was changed: the file says this already.';
    return reply.flash({ tone: 'info', text }).redirect(page.nextPath(own), 303);
  }
  return showAgain(exchange, page, plan, { fields });
}

async function showPreview<Own extends object, Plan>(
  exchange: Exchange,
  page: ChangePage<Own, Plan>,
  own: Own,
  answer: Answer,
): Promise<FastifyReply> {
  const plan = await page.plan(own, { madeFrom: madeFrom(answer.fields), isPreview: true });
  const frame = page.frame(plan);
  const findings =
    frame?.isChecked && frame.newText !== undefined
      ? await check(exchange, frame, frame.newText)
      : undefined;
  return showAgain(exchange, page, plan, { ...answer, findings });
}

async function showAgain<Own extends object, Plan>(
  exchange: Exchange,
  page: ChangePage<Own, Plan>,
  plan: Plan,
  answer: Answer,
): Promise<FastifyReply> {
  const { request, reply } = exchange;
  const { fields, outcome, passwordProblem } = answer;
  const frame = page.frame(plan, outcome);
  reply.code(422);
  if (!frame) return showWithoutForm(reply, page, plan, outcome);
  const link = (found: NonNullable<Answer['findings']>) =>
    page.linkFindings?.(found, plan) ?? found;
  const change = describeChange(request, frame, {
    ...answer,
    findings: answer.findings && link(answer.findings),
    baseText: await findBase(exchange, frame, fields),
    link: (found) => link([...found]),
  });
  if (change.failure) reply.code(change.failure.statusCode);
  else if (!outcome && passwordProblem === undefined && !isWrong(frame, fields)) reply.code(200);
  const findings = [...(change.failure?.findings ?? []), ...(change.findings ?? [])];
  return page.show(reply, plan, { change, findings });
}

/** What the form was for is no longer there: what came of it is told above the page. */
function showWithoutForm<Own extends object, Plan>(
  reply: FastifyReply,
  page: ChangePage<Own, Plan>,
  plan: Plan,
  outcome: Failure | undefined,
): Promise<FastifyReply> {
  if (outcome && outcome.message !== page.problemOf(plan)) {
    reply.flash({ tone: 'bad', text: outcome.message });
  }
  return page.show(reply, plan, { change: undefined, findings: [] });
}

const isWrong = (frame: ChangeFrame, fields: ChangeFields): boolean =>
  frame.isBlocked || judgeFields(fields).length > 0;

/** What the form was made from, where the file is another one by now. */
async function findBase(
  { request }: Exchange,
  { fileId, currentTag }: ChangeFrame,
  fields: ChangeFields,
): Promise<string | undefined> {
  const tag = madeFrom(fields);
  return tag === null || tag === currentTag
    ? undefined
    : request.agent.findKeptText({ fileId, tag });
}

const madeFrom = ({ overwrite, tag }: ChangeFields): string | null =>
  overwrite === undefined ? tag : overwrite;

async function check({ request }: Exchange, { fileId, findings }: ChangeFrame, text: string) {
  return describeFindings(
    findings ?? (await request.agent.checkConfiguration({ fileId, text })),
    text,
  );
}
