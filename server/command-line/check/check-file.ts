import { resolve } from 'node:path';
import { createAppliance } from '../../appliance/create-appliance.ts';
import { checkWhole } from '../../operations/checks/check-configuration.ts';
import { placeText, seeConfiguration } from '../../operations/checks/configuration-seen.ts';
import type { ProgramOptions } from '../../program-options.ts';
import { UserError } from '../../shared/errors.ts';
import { describeFindings } from '../../web/view/change/findings.ts';
import { checkExit } from '../subcommands.ts';
import { formatReport } from './report-lines.ts';
import type { FileReport } from './report-lines.ts';

/**
 * `check FILE`: prints the findings for a file as keepalived would read it as its configuration.
 * @param unread what of the settings could not be read, as sentences
 * @returns the exit status
 * @throws {UserError} `unusable-file`
 */
export async function checkFile(
  file: string,
  settings: ProgramOptions,
  options: ReadonlySet<string>,
  print: (text: string) => void,
  unread: readonly string[] = [],
): Promise<number> {
  const { findings, unchecked } = await examine(file, settings);
  const report: FileReport = { file, findings, unchecked: [...unread, ...unchecked] };
  print(
    options.has('--json')
      ? `${JSON.stringify(describeReport(report), undefined, 2)}\n`
      : formatReport(report),
  );
  return gradeReport(report);
}

async function examine(file: string, settings: ProgramOptions): Promise<FileReport> {
  const configPath = resolve(file);
  const keepalived = { ...settings.keepalived, configPath };
  const appliance = await createAppliance({ ...settings, keepalived }, 'guest');
  try {
    const seen = await seeConfiguration(appliance, 'live');
    const content = seen.file;
    if (!content.ok) throw new UserError('unusable-file', content.message);
    // It would be as if it were empty (measured, 2.2.7).
    if ((content.mode & 0o111) !== 0) {
      throw new UserError(
        'unusable-file',
        `${configPath} is executable, so keepalived skips it. Run: chmod a-x ${configPath}`,
      );
    }
    const candidate = await placeText(appliance, seen, content.text);
    const found = await checkWhole(appliance, candidate);
    const isTested = ({ code }: { code: string }) => code !== 'not-tested';
    return {
      file,
      findings: describeFindings(found.filter(isTested), content.text),
      unchecked: found.filter((finding) => !isTested(finding)).map(describeMissingTest),
    };
  } finally {
    await appliance.close();
  }
}

const describeMissingTest = ({ message }: { message: string }): string =>
  `keepalived’s own test (keepalived -t) did not run. ${message.replace(/^The file could not be tested: /, '')}`;

/** For programs: the findings as `POST /api/v1/configuration/check` answers them. */
function describeReport({ file, findings, unchecked }: FileReport) {
  const told = findings.map((finding) =>
    Object.fromEntries(Object.entries(finding).filter(([name]) => name !== 'field')),
  );
  return { file, findings: told, unchecked };
}

function gradeReport({ findings, unchecked }: FileReport): number {
  if (findings.some(({ severity }) => severity === 'fatal')) return checkExit.errors;
  return unchecked.length > 0 ? checkExit.unchecked : checkExit.good;
}
