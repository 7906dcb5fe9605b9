/** The completion of `keepalived-wai` in bash: a function for its builtin `complete`, see bash(1). */
import { listSubcommands } from '../subcommands.ts';

export function formatBashCompletion(): string {
  const rows = listSubcommands();
  const first = [...rows.map(({ name }) => name), '--version', '--help'];
  const choices = rows.flatMap(({ name, arguments: places }) =>
    places.flatMap(({ choices: words, completesFiles }, index) => {
      if (completesFiles) return [`    ${name}:${index}) files=1 ;;`];
      return words ? [`    ${name}:${index}) words='${words.join(' ')}' ;;`] : [];
    }),
  );
  const options = rows.map(({ name, arguments: places, options: known }) => {
    const names = [...known.map((option) => option.name), '--help'];
    return `    ${name}) options='${names.join(' ')}' arguments=${places.length} ;;`;
  });
  return `# bash completion for keepalived-wai(8)
_keepalived_wai() {
  local current=\${COMP_WORDS[COMP_CWORD]} place=0 words= files= options= arguments=0 word
  COMPREPLY=()
  if ((COMP_CWORD == 1)); then
    mapfile -t COMPREPLY < <(compgen -W '${first.join(' ')}' -- "$current")
    return
  fi
  for word in "\${COMP_WORDS[@]:2:COMP_CWORD-2}"; do
    [[ $word == -* ]] || place=$((place + 1))
  done
  case \${COMP_WORDS[1]}:$place in
${choices.join('\n')}
  esac
  case \${COMP_WORDS[1]} in
${options.join('\n')}
  esac
  # After the last argument there are only options left.
  if [[ $current == -* ]] || ((place >= arguments)); then
    files=
    words=$options
  fi
  if [[ $files ]]; then
    compopt -o filenames 2>/dev/null
    mapfile -t COMPREPLY < <(compgen -f -- "$current")
  else
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
  fi
}
complete -F _keepalived_wai keepalived-wai
`;
}
