import type { DebugReport } from './debug-report.ts';

/**
 * What a report may tell: a viewer does not see what a script printed or a service answered, and no
 * arguments of commands.
 */
export function hideFromViewer(role: 'admin' | 'viewer', report: DebugReport): DebugReport {
  if (role === 'admin' || !report.checks) return report;
  const checks = report.checks.map((check) => ({
    ...check,
    remedy: check.remedy?.replaceAll(check.command ?? '\0', '(its command)'),
    evidence: check.evidence.map((one) =>
      one.isOutput ? { ...one, what: 'Only administrators see the output.' } : one,
    ),
  }));
  return { ...report, checks };
}
