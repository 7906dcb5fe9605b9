import { readFile } from 'node:fs/promises';
import { release } from 'node:os';
import type { Chain } from '../../keepalived/firewall/rule-set.ts';
import { errorCode } from '../../shared/error-code.ts';

/**
 * Rules that may be in the kernel although no program here can read them, a sentence each. A program
 * that is not installed proves nothing: a container, another root or a package that was removed may
 * have left them.
 * @param hasNft whether the program `nft` was asked
 * @param saved what `iptables-save` and `ip6tables-save` said, both variants
 */
export async function listUnreadRules(hasNft: boolean, saved: readonly Chain[]): Promise<string[]> {
  const [isWithoutNftables, ...legacy] = await Promise.all([
    hasNft || isWithoutNfTables(),
    findUnreadTables('ip', saved),
    findUnreadTables('ip6', saved),
  ]);
  const unread = isWithoutNftables
    ? []
    : [
        'The kernel may have rules of nftables, and the program “nft” to read them is missing. Install the package nftables.',
      ];
  return [...unread, ...legacy.flat()];
}

/** The tables of the older iptables that this network namespace has, where nobody told of them. */
async function findUnreadTables(family: 'ip' | 'ip6', saved: readonly Chain[]): Promise<string[]> {
  const isTold = saved.some(
    (chain) => chain.manager === 'iptables-legacy' && chain.family === family,
  );
  if (isTold) return [];
  const path = `/proc/net/${family}_tables_names`;
  const program = `${family === 'ip' ? 'iptables' : 'ip6tables'}-legacy`;
  const text = await readOrCode(path);
  // The kernel has no such tables.
  if (text.code === 'ENOENT' || text.text?.trim() === '') return [];
  const why =
    text.text === undefined
      ? `${path} could not be read (${text.code ?? ''})`
      : `The kernel has rules of iptables (${text.text.trim().split(/\s+/).join(', ')})`;
  return [`${why}, and the program “${program}” did not list them. Install the package iptables.`];
}

/** Whether the kernel surely has no nftables: as a module not loaded, and not built in. */
async function isWithoutNfTables(): Promise<boolean> {
  const [loaded, builtIn] = await Promise.all([
    readOrCode('/proc/modules'),
    readOrCode(`/lib/modules/${release()}/modules.builtin`),
  ]);
  if (loaded.text === undefined || builtIn.text === undefined) return false;
  return !/^nf_tables /m.test(loaded.text) && !builtIn.text.includes('/nf_tables.ko');
}

async function readOrCode(path: string): Promise<{ text?: string; code?: string }> {
  return readFile(path, 'utf8').then(
    (text) => ({ text }),
    (error: unknown) => ({ code: errorCode(error) }),
  );
}
