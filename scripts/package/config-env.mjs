/** Columns of the conffile. */
const width = 96;

/**
 * The rows of the README's table of settings.
 * @param {string} readme
 * @returns {{ names: string[], value: string | undefined, default: string, meaning: string }[]} `value`:
 *   the default, where it is one that can be written down
 */
export function readSettings(readme) {
  const rows = readme.split('\n').filter((line) => line.startsWith('| `WAI_'));
  return rows.map((row) => {
    // A bar inside of a cell is written as \|.
    const cells = row.split(/(?<!\\)\|/).map((cell) => cell.replaceAll('\\|', '|').trim());
    const [, names, standard, meaning] = cells;
    return {
      names: names.match(/WAI_\w+/g),
      value: /^`([^`]*)`$/.exec(standard)?.[1],
      default: standard,
      meaning,
    };
  });
}

/**
 * The text of `/etc/keepalived-wai/config.env`: every setting with its meaning, each commented out.
 * @param {string} readme
 */
export function describeSettings(readme) {
  const heading = [
    'Settings of keepalived-wai, one NAME=value on a line. All are optional: remove the # before a',
    'line to set it. A value or a name that is not known ends the start with one line that says what',
    'is allowed. After a change: systemctl restart keepalived-wai-agent',
  ];
  const parts = readSettings(readme).map(({ names, value, default: standard, meaning }) => {
    const unset = value === undefined && standard !== '' ? ` Not set: ${asPlain(standard)}.` : '';
    return [
      ...wrap(`${asSentence(asPlain(meaning))}${unset}`).map((line) => `# ${line}`),
      ...names.map((name) => `#${name}=${value ?? ''}`),
    ].join('\n');
  });
  return `${[heading.map((line) => `# ${line}`).join('\n'), ...parts].join('\n\n')}\n`;
}

/** Without Markdown: quotes of code, emphasis, addresses of links. */
const asPlain = (text) => text.replaceAll(/\[([^\]]+)\]\([^)]+\)/g, '$1').replaceAll(/[`*]/g, '');

const asSentence = (text) => `${text}${/[.!?]$/.test(text) ? '' : '.'}`;

function wrap(text) {
  const lines = [''];
  for (const word of text.split(/\s+/)) {
    const line = lines.at(-1);
    if (line !== '' && line.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines;
}
