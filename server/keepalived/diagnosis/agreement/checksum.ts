import { createSettingCheck } from '../setting-check.ts';
import type { Comparison } from '../setting-check.ts';

export const compareChecksum: Comparison = ({ own, version }, { source, last }) => {
  if (last.checksumOk === undefined) return 'unknown';
  if (!last.checksumOk) {
    return {
      verdict: 'wrong',
      sentence: `The advertisements of ${source} have a wrong checksum: they are damaged, or were altered on their way. keepalived refuses them.`,
      remedy:
        'Look for what changes packets between the two servers (NAT, a tunnel, a faulty network card).',
    };
  }
  // 2.2.7 always has the pseudo-header; only with our own packets seen is the other form known.
  const ours = own?.last.checksumForm ?? 'pseudo-header';
  if (version !== 3 || last.version !== 3 || !isOtherForm(ours, last.checksumForm)) return 'same';
  return {
    verdict: 'wrong',
    sentence: `${source} computes the checksum of version 3 ${formWords(last.checksumForm)}, this server ${formWords(ours)}. Each refuses the other’s advertisements, so both become master.`,
    remedy: 'Write v3_checksum_as_v2 on both servers or on none (keepalived 2.2.8 and later).',
    ours: ours,
    theirs: last.checksumForm ?? '',
  };
};

/** The old unicast form is recognized and answered by keepalived itself. */
function isOtherForm(ours: string, theirs: string | undefined): boolean {
  return (ours === 'message') !== (theirs === 'message');
}

function formWords(form: string | undefined): string {
  return form === 'message' ? 'without the IP addresses' : 'with the IP addresses';
}

export const checkChecksum = createSettingCheck(
  { id: 'checksum', title: 'Checksum', setting: 'v3_checksum_as_v2' },
  compareChecksum,
  () => 'The checksums of the advertisements are right.',
);
