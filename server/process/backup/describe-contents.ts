import type { StoredAccount } from '../../access/accounts-file.ts';

/** What a backup has, for whoever keeps it. */
export interface Contents {
  accounts: readonly Pick<StoredAccount, 'name' | 'role'>[];
  names: readonly string[];
}

/** In one sentence, with every secret that is in it. */
export function describeContents({ accounts, names }: Contents): string {
  const has = (name: string) => names.includes(name);
  const versionCount = names.filter((name) => name.startsWith('history/versions/')).length;
  const parts = [
    `the accounts ${accounts.map(({ name, role }) => `${name} (${role})`).join(', ')} with the hashes of their passwords`,
    ...(has('first-password') ? ['the first password of admin'] : []),
    ...(has('session-secret') ? ['the secret that signs the sessions'] : []),
    ...(has('certificate-key.pem') ? ['the certificate of the page with its private key'] : []),
    `${versionCount} ${versionCount === 1 ? 'text' : 'texts'} of configuration files with the passwords in them`,
    ...(has('failovers.jsonl') ? ['the history of failovers'] : []),
    ...(has('notices.jsonl') ? ['the notices'] : []),
  ];
  return `${parts.slice(0, -1).join(', ')} and ${parts.at(-1) ?? ''}`;
}
