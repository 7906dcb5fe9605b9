/**
 * Published advisories about the packages that are shipped, as `npm audit --json` answered.
 * @param {string} output
 * @returns {{ known: string[] } | { unknown: string }} a line for each, or why it cannot be told: no
 *   answer is no all-clear
 */
export function readAdvisories(output) {
  const start = output.search(/^\{/m);
  const end = output.lastIndexOf('}');
  let answer;
  try {
    answer = JSON.parse(output.slice(start, end + 1));
  } catch {
    return { unknown: 'its answer could not be read' };
  }
  const { vulnerabilities, message } = answer;
  if (vulnerabilities === undefined) return { unknown: message ?? 'it gave no list' };
  return {
    known: Object.values(vulnerabilities).map(({ name, severity, via }) => {
      const titles = via.map((one) => (typeof one === 'string' ? `by ${one}` : one.title));
      return `${name} (${severity}): ${titles.join('; ')}`;
    }),
  };
}
