import { isSecretName } from './secret-names.ts';

/** Words of commands and definitions that say nothing that is secret. */
const plainWords = new Set(
  `MASTER BACKUP FAULT STOP INSTANCE GROUP root nobody keepalived_script localhost dev and or if then
   fi true false yes no on off ******** | || & && ; > >> < 2>&1 2> ( ) [ ] [[ ]] !`
    .trim()
    .split(/\s+/),
);

const option = /^(?:-[A-Za-z\d]{1,2}|--[a-z][a-z\d-]{1,40})$/;
const reference = /^\$(?:\w{1,64}|\{\w{1,64}\})$/;
const path = /^\/[\w./@%+-]*$/;
const ipv4 = /^\d{1,3}(?:\.\d{1,3}){3}(?:\/\d{1,2})?(?::\d{1,5})?$/;
const ipv6 = /^\[?[\da-f]{0,4}(?::[\da-f]{0,4}){2,7}\]?(?:\/\d{1,3})?(?::\d{1,5})?$/i;
const interfaceName =
  /^(?:lo|(?:eth|ens|enp|eno|bond|br|vlan|team|wlan|vrrp)[\d.]{1,4}(?:[a-z]\d{1,3}){0,3})$/;

/**
 * Whether a viewer is shown a word that stands where a command has its arguments, or a definition its
 * value: what is a URL, an address, a path, the name of an option or the number that it takes. Any
 * other may be a password. (Credentials in a URL are masked besides.)
 * @param previous the word before it
 */
export function isShownToViewers(word: string, previous = ''): boolean {
  if (word === '' || plainWords.has(word)) return true;
  if (word.length > longestWord) return false;
  if (/^\d{1,5}$/.test(word)) return word.length <= 3 || takesNumber(previous);
  return (
    /^[a-z][a-z\d+.-]{0,20}:\/\//i.test(word) ||
    [option, reference, path, ipv4, ipv6, interfaceName].some((shape) => shape.test(word))
  );
}

/** A longer one is no word that anybody reads. */
const longestWord = 400;

/** `--max-time 20`, `-W 10`; `-p 12345` may be a password. */
function takesNumber(previous: string): boolean {
  return option.test(previous) && !/^-[apuwPU]$/.test(previous) && !isSecretName(previous.slice(2));
}
