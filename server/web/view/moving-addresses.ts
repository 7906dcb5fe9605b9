/** `192.168.0.100 moves to the backup, if one is running.` @param addresses by name, joined by commas */
export function describeMoveToBackup(addresses: string): string {
  return `${addresses} ${addresses.includes(',') ? 'move' : 'moves'} to the backup, if one is running.`;
}
