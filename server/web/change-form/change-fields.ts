import { z } from 'zod';
import { judgeGoBackSeconds } from '../view/change/going-back.ts';
import { tagSchema } from '../view/change/tag-schema.ts';
import { shownWordsSchema } from '../view/shown-words.ts';

/** What every form that changes a configuration sends beside its own fields. */
export const changeFields = {
  /** Of the file that the form was made from. */
  tag: tagSchema,
  /** Only the button “Save mine over it” sends it: the file that may be overwritten. */
  overwrite: tagSchema.exactOptional(),
  /**
   * `enter`: the Enter key, where a password is asked. `write` is what `save` was called before: a
   * page that was opened before an update may still send it.
   */
  intent: z
    .enum(['preview', 'save', 'enter', 'write'])
    .default('save')
    .transform((intent) => (intent === 'write' ? 'save' : intent)),
  /** Of the text that a save was asked for, whose password is missing. */
  asked: tagSchema.exactOptional(),
  comment: z.string().trim().default(''),
  /** Only the button “Apply anyway” sends it. */
  accepted: shownWordsSchema,
  commands: shownWordsSchema,
  ownPassword: z.string().default(''),
  /** Stands for a password that was given a moment ago, for this very change. */
  proof: z.string().max(100).exactOptional(),
  goBack: z.literal('yes').exactOptional(),
  goBackSeconds: z.string().trim().exactOptional(),
};

/** The common fields of a form that was sent. */
export type ChangeFields = z.output<z.ZodObject<typeof changeFields>>;

/** Parts a page's own fields from those that every change form has. */
export function splitFields<Body extends ChangeFields>(body: Body) {
  const { tag, overwrite, intent, asked, comment, accepted, commands, ownPassword, ...more } = body;
  const { proof, goBack, goBackSeconds, ...own } = more;
  const fields: ChangeFields = {
    ...{ tag, intent, comment, accepted, commands, ownPassword },
    ...(overwrite !== undefined && { overwrite }),
    ...(asked !== undefined && { asked }),
    ...(proof !== undefined && { proof }),
    ...(goBack !== undefined && { goBack }),
    ...(goBackSeconds !== undefined && { goBackSeconds }),
  };
  return { own, fields };
}

/** It stands in a list beside other words. */
export const longestComment = 200;

/** What is wrong in a common field, in a sentence that stands beside it. */
export interface FieldProblem {
  name: 'comment' | 'goBackSeconds';
  label: string;
  error: string;
}

/** What forbids a save in the common fields. What was typed stays, so no schema refuses it. */
export function judgeFields({ comment, goBack, goBackSeconds }: ChangeFields): FieldProblem[] {
  const problems: FieldProblem[] = [];
  if (comment.length > longestComment) {
    const error = `Write at most ${longestComment} characters; this has ${comment.length}.`;
    problems.push({ name: 'comment', label: 'Comment', error });
  }
  const error = goBack === 'yes' ? judgeGoBackSeconds(goBackSeconds) : undefined;
  if (error !== undefined) {
    problems.push({ name: 'goBackSeconds', label: 'Roll back automatically', error });
  }
  return problems;
}
