// SPDX-License-Identifier: Apache-2.0
// `drvsctl completion`: shell code made from the command tree itself, so it cannot lag behind.
import { Argument, type Command, type Option } from 'commander';
import type { Terminal } from '../terminal.js';

const SHELLS = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof SHELLS)[number];

export function addCompletionCommand(program: Command, terminal: Terminal): void {
  program
    .command('completion')
    .description('print completion code for a shell, to be sourced by it')
    .addArgument(new Argument('<shell>', 'the shell').choices(SHELLS))
    .action((shell: Shell) => {
      terminal.stdout.write({ bash, zsh, fish }[shell](program));
    });
}

/** Words that may follow a path of commands: its subcommands, options and choices of arguments. */
interface Place {
  /** `drvsctl held`, as typed. */
  readonly path: string;
  readonly words: readonly string[];
}

function places(command: Command, above: readonly Option[] = [], parents = ''): Place[] {
  const path = parents === '' ? command.name() : `${parents} ${command.name()}`;
  const options = [...command.options, ...above];
  const words = [
    ...command.commands.map((sub) => sub.name()),
    ...command.registeredArguments.flatMap((argument) => argument.argChoices ?? []),
    ...options.map((option) => option.long ?? option.short ?? ''),
    '--help',
  ];
  return [{ path, words }, ...command.commands.flatMap((sub) => places(sub, options, path))];
}

/** Options that take a value: their name, and the choices there are (`file` = a path). */
function valued(command: Command): { flags: string; choices: readonly string[] | 'file' | 'none' }[] {
  const own = command.options
    .filter((option) => option.required)
    .map((option) => ({
      flags: [option.short, option.long].filter((flag) => flag !== undefined).join('|'),
      choices: option.argChoices ?? (/<file>/.test(option.flags) ? ('file' as const) : ('none' as const)),
    }));
  return [...own, ...command.commands.flatMap(valued)];
}

function bash(program: Command): string {
  const values = uniqueBy(valued(program), ({ flags }) => flags).map(({ flags, choices }) => {
    const reply = choices === 'file' ? 'compgen -f' : choices === 'none' ? 'true' : `compgen -W '${choices.join(' ')}'`;
    return `    ${flags}) mapfile -t COMPREPLY < <(${reply} -- "$word"); return ;;`;
  });
  const words = places(program).map(({ path, words }) => `    '${path}') replies='${words.join(' ')}' ;;`);
  const commands = [...new Set(places(program).flatMap(({ path }) => path.split(' ').slice(1)))];
  return `# bash completion of drvsctl: source <(drvsctl completion bash)
_drvsctl() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} path=drvsctl replies='' i
  COMPREPLY=()
  case $before in
${values.join('\n')}
  esac
  for ((i = 1; i < COMP_CWORD; i++)); do
    case \${COMP_WORDS[i]} in
    ${commands.join('|')}) path="$path \${COMP_WORDS[i]}" ;;
    esac
  done
  case $path in
${words.join('\n')}
  esac
  mapfile -t COMPREPLY < <(compgen -W "$replies" -- "$word")
}
complete -F _drvsctl drvsctl
`;
}

function uniqueBy<Item>(items: readonly Item[], key: (item: Item) => string): Item[] {
  return [...new Map(items.map((item) => [key(item), item])).values()];
}

/** zsh reads bash's completion through its own compatibility layer. */
function zsh(program: Command): string {
  return `#compdef drvsctl
# zsh completion of drvsctl: source <(drvsctl completion zsh)
autoload -Uz bashcompinit && bashcompinit
${bash(program).replace(/mapfile -t COMPREPLY < <\((.*)\)(;|$)/gm, 'COMPREPLY=($($1))$2')}`;
}

/** A line per place for its words, and one per option that takes a value. */
function fish(program: Command): string {
  const commands = [...new Set(places(program).flatMap(({ path }) => path.split(' ').slice(1)))];
  const words = places(program).map(
    ({ path, words }) => `complete -c drvsctl -f -n "test (__drvsctl_path) = '${path}'" -a '${words.join(' ')}'`,
  );
  const values = uniqueBy(valued(program), ({ flags }) => flags).map(({ flags, choices }) => {
    const names = flags
      .split('|')
      .map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`));
    const reply = choices === 'file' ? '-F' : choices === 'none' ? '-f' : `-f -a '${choices.join(' ')}'`;
    return `complete -c drvsctl ${names.join(' ')} -r ${reply}`;
  });
  return `# fish completion of drvsctl: drvsctl completion fish | source
function __drvsctl_path
  set -l path drvsctl
  for word in (commandline -opc)[2..]
    contains -- $word ${commands.join(' ')}; and set path "$path $word"
  end
  echo $path
end
${words.join('\n')}
${values.join('\n')}
`;
}
