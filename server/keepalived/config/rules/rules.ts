import { findContent, maximumLineBytes, splitLines } from '../../language/tokens.ts';
import type { ConfigurationNode } from '../../language/tree.ts';
import type { ConfigurationProblem, ConfigurationSummary } from '../summary.ts';
import type { Finding } from './finding.ts';
import { findInstanceFindings } from './instance-rules.ts';
import { createLocator } from './locate-setting.ts';

const maximumBytes = 1024 * 1024;

/**
 * What is wrong with a configuration by our own rules, which `keepalived -t` misses or says too
 * late: it finds nothing in an empty file, and a reload of one drops every virtual address.
 * @param text the file's text
 * @param summary what the configuration with this text says
 * @param nodes what it was read from: findings then stand at the line of a setting
 */
export function findConfigurationProblems(
  text: string,
  summary: ConfigurationSummary,
  nodes: readonly ConfigurationNode[],
): Finding[] {
  return [
    ...findTextFindings(text),
    ...findEmptiness(text, summary),
    ...summary.problems.map(describeProblem),
    ...findInstanceFindings(summary.instances, createLocator(nodes)),
  ];
}

function findTextFindings(text: string): Finding[] {
  const findings: Finding[] = [];
  if (Buffer.byteLength(text) > maximumBytes) {
    findings.push({
      severity: 'fatal',
      code: 'file-too-large',
      line: undefined,
      message: 'The file is larger than 1 MiB.',
      remedy: 'Check that this is the right file, or split it with “include”.',
    });
  }
  const nul = text.indexOf('\0');
  if (nul !== -1) {
    findings.push({
      severity: 'fatal',
      code: 'nul-byte',
      line: lineOf(text, nul),
      message: 'The file contains a NUL byte: keepalived reads nothing more of that line.',
      remedy: 'Remove it; the file may be damaged or be no text at all.',
    });
  }
  if (text.startsWith('\uFEFF')) {
    findings.push({
      severity: 'warning',
      code: 'byte-order-mark',
      line: 1,
      message: 'The file begins with a byte order mark, which makes its first word unknown.',
      remedy: 'Save it as UTF-8 without a byte order mark.',
    });
  }
  const long = text.split('\n').findIndex((line) => Buffer.byteLength(line) > maximumLineBytes);
  if (long !== -1) {
    findings.push({
      severity: 'warning',
      code: 'line-too-long',
      line: long + 1,
      message: `The line has more than ${maximumLineBytes} bytes: keepalived reads the rest as a line of its own, even of a comment.`,
      remedy: 'Make the line shorter.',
    });
  }
  const escaped = splitLines(text).findIndex((line) => findContent(line.text).hasEscapedMark);
  if (escaped !== -1) {
    findings.push({
      severity: 'warning',
      code: 'escaped-comment',
      line: escaped + 1,
      message:
        'The line has a backslash before “#” or “!”: keepalived’s VRRP process treats the rest of the line as a comment. Its test does not report that.',
      remedy: 'Put the whole value into double quotes instead, without the backslash.',
    });
  }
  return findings;
}

function findEmptiness(text: string, summary: ConfigurationSummary): Finding[] {
  if (summary.knownBlockCount > 0 || summary.includes.length > 0) return [];
  const isEmpty = text.trim() === '';
  return [
    {
      severity: 'fatal',
      endsDaemon: true,
      code: isEmpty ? 'empty-file' : 'no-known-block',
      line: undefined,
      message: isEmpty
        ? 'The file is empty: with it keepalived would drop every virtual address.'
        : 'The file has no block that keepalived knows: with it keepalived would drop every virtual address.',
      remedy: 'Write at least one vrrp_instance, or load a default configuration.',
    },
  ];
}

const remedies: Record<
  ConfigurationProblem['code'],
  { severity: Finding['severity']; remedy: string }
> = {
  'unclosed-block': {
    severity: 'fatal',
    remedy: 'Add the missing “}”, here or in a block inside.',
  },
  'extra-closing-brace': { severity: 'fatal', remedy: 'Remove it, or add the missing “{” above.' },
  'stray-opening-brace': {
    severity: 'fatal',
    remedy: 'Remove it, or write the keyword before it.',
  },
  'unterminated-quote': {
    severity: 'warning',
    remedy: 'Add the second quote; keepalived ignores everything from the first one on.',
  },
  'duplicate-name': { severity: 'warning', remedy: 'Give it another name, or remove it.' },
  'invalid-address': { severity: 'warning', remedy: 'Write an address such as 192.168.0.100/24.' },
};

function describeProblem({ code, line, path, message }: ConfigurationProblem): Finding {
  return { code, line, path, message, ...remedies[code] };
}

function lineOf(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}
