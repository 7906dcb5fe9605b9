import type { FastifyRequest } from 'fastify';

/** What is wrong in a field, in a sentence that stands beside it. */
export type AccountProblems = Partial<
  Record<'password' | 'newPassword' | 'repeatedPassword', string>
>;

/** What `views/account.eta` gets. */
export interface AccountModel {
  userName: string;
  role: string;
  /** Logged in with the first password. */
  isFirst: boolean;
  fields: AccountField[];
}

interface AccountField {
  name: keyof AccountProblems;
  label: string;
  autocomplete: 'current-password' | 'new-password';
  help: string | undefined;
  error: string | undefined;
  hasFocus: boolean;
}

/** Why the two new passwords cannot be taken; undefined: they are the same. */
export function judgeRepetition(newPassword: string, repeated: string): string | undefined {
  return newPassword === repeated ? undefined : 'This is not the new password. Type it twice.';
}

/** The page of one's own account. Nothing that was typed is shown again. */
export function describeAccount(
  { user, mustChoosePassword }: Pick<FastifyRequest, 'user' | 'mustChoosePassword'>,
  problems: AccountProblems = {},
): AccountModel & { title: string } {
  const [wrong = 'password'] = Object.keys(problems);
  const field = (
    name: AccountField['name'],
    label: string,
    help?: string,
    autocomplete: AccountField['autocomplete'] = 'new-password',
  ) => ({
    ...{ name, label, help, autocomplete },
    error: problems[name],
    hasFocus: name === wrong,
  });
  const present = mustChoosePassword ? 'First password' : 'Present password';
  return {
    title: mustChoosePassword ? 'Choose your own password' : 'Your account',
    userName: user?.name ?? '',
    role: user?.role === 'admin' ? 'administrator' : 'viewer',
    isFirst: mustChoosePassword,
    fields: [
      field('password', present, 'The one that you have just logged in with.', 'current-password'),
      field('newPassword', 'New password', 'At least 8 characters. Long ones are good ones.'),
      field('repeatedPassword', 'New password, once more'),
    ],
  };
}
