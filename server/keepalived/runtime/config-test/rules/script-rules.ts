import { messageRules } from './message-rule.ts';

/** Scripts, what is tracked, sync groups, virtual servers: keepalived runs on without them. */
export const scriptRules = messageRules([
  [
    'unknown-track-script',
    'warning',
    /^track (?<kind>script|file|process|bfd) (?<name>.+) not found, ignoring/,
    '{instance} tracks the {kind} {name}, which is not defined above it; it would not be watched.',
    'Define it before the instance, or correct the name.',
  ],
  [
    'script-not-found',
    'warning',
    /^(?:Disabling (?:track|misc) script (?<name>\S+) since not found|Script (?<path>\S+) cannot be accessed|Unable to access script `(?<command>.+)`|Cannot find script (?<file>\S+) in path)/,
    'The script {name}{path}{command}{file} does not exist or cannot be run; it is disabled and nothing is watched by it.',
    'Install it, make it executable, and give its whole path.',
  ],
  [
    'script-insecure',
    'warning',
    /^(?:Disabling (?:track|misc) script (?<name>\S+) due to insecure|Unsafe permissions found for script '(?<path>[^']+)'|Permissions failure for script (?<file>\S+))/,
    'The script {name}{path}{file} could be changed by someone other than root; it is disabled and nothing is watched by it.',
    'Let root own the script and every folder on its path, and let nobody else write there.',
  ],
  [
    'script-missing',
    'warning',
    /^No script set for vrrp_script (?<name>.+) - removing$/,
    'The vrrp_script {name} says no script to run; it is left out.',
    'Write script "…" into it.',
  ],
  [
    'script-security-off',
    'warning',
    /^SECURITY VIOLATION|There are insecure scripts/,
    'Scripts run as root although others could change them, because enable_script_security is not set.',
    'Write enable_script_security into global_defs.',
  ],
  [
    'script-user-missing',
    'warning',
    /default user '(?<user>[^']+)' for script execution does not exist|^Script (?:user|group) '(?<other>[^']+)' does not exist|^Unable to set default user for/,
    'The user or group for scripts does not exist on this server. {user}{other}',
    'Create it, or write script_user into global_defs.',
  ],
  [
    'track-file-unusable',
    'warning',
    /^(?:Track file directory for (?<name>\S+) does not exist|No (?:file|weight) (?:set|specified) for track.file (?<other>\S+))/,
    'The track_file {name}{other} cannot be used; it is left out.',
    'Create its folder, and write its file.',
  ],
  [
    'sync-group-unknown-instance',
    'warning',
    /^Virtual router (?<name>.+) specified in sync group (?<group>.+) doesn't exist/,
    'The sync group {group} names the instance {name}, which does not exist.',
    'Correct the name, or remove it from the group.',
  ],
  [
    'sync-group-empty',
    'warning',
    /^Sync group (?<group>.+), no matching virtual router found/,
    'The sync group {group} has no instance; it is left out.',
    'Name its instances, or remove the group.',
  ],
  [
    'sync-group-single',
    'warning',
    /^Sync group (?<group>.+) has only 1 virtual router/,
    'The sync group {group} has only one instance, so there is nothing to keep together.',
    'Add the other instances, or remove the group.',
  ],
  [
    'virtual-server-default',
    'warning',
    /^Virtual server (?<name>.+): no (?<word>protocol|scheduler) set/,
    'The virtual server {name} says no {word}; keepalived takes its default.',
    'Write it out.',
  ],
]);
