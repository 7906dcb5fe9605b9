/** What stands in /tmp may be anybody's: a dump is read in time in proportion to its length. */
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { parseJsonDump } from '../../../../../server/keepalived/runtime/dump/json-dump.ts';
import { parseTextDump } from '../../../../../server/keepalived/runtime/dump/text-dump.ts';
import { parseTrackingDump } from '../../../../../server/keepalived/runtime/dump/tracking-dump.ts';
import { assertLinear, repeat } from '../../../growth.ts';

const fixture = (name: string) =>
  readFileSync(
    new URL(`../../../../fixtures/evidence/dumps/2.2.7/${name}`, import.meta.url),
    'utf8',
  );
const text = fixture('keepalived.data');
const instance = text.slice(text.indexOf(' VRRP Instance = '));

describe('a text dump is read in linear time', () => {
  const units = [
    ...[text, instance, ' VRRP Instance = VI_1\n', '   State = MASTER\n', '   Virtual IP = 1\n'],
    ...['     10.0.0.1/24 dev eth0 scope global\n', '------< VRRP Topology >------\n', ' = ', '\n'],
    ...[' ', '   ', '   Tracked scripts :\n', '     chk weight 2\n', '(', '=', 'a', '\t', '::'],
  ];
  for (const unit of units) {
    it(JSON.stringify(unit.slice(0, 40)), () => {
      for (const before of ['', '------< VRRP Topology >------\n VRRP Instance = VI_1\n']) {
        const make = (length: number) => before + repeat(unit, length);
        assertLinear(make, parseTextDump);
        assertLinear(make, parseTrackingDump);
      }
    });
  }
});

describe('a JSON dump is read in linear time', () => {
  const [first] = JSON.parse(fixture('keepalived.json')) as { data: { vips: string[] } }[];
  const vip = '10.0.0.1/24 dev eth0 scope global';

  it('of many instances, many addresses, long words', () => {
    const whole = JSON.stringify(first);
    assertLinear((length) => `[${repeat(`${whole},`, length)}${whole}]`, parseJsonDump);
    for (const unit of [vip, ' ', '/', ':', 'dev ', '@', 'a']) {
      assertLinear(
        (length) =>
          JSON.stringify([{ ...first, data: { ...first?.data, vips: [repeat(unit, length)] } }]),
        parseJsonDump,
      );
    }
    assertLinear((length) => {
      const vips = Array.from({ length: length / vip.length }, () => vip);
      return JSON.stringify([{ ...first, data: { ...first?.data, vips } }]);
    }, parseJsonDump);
  });

  it('that is none', () => {
    for (const unit of ['[', '{"a":', '"', ' ', '0', '[{},']) {
      assertLinear((length) => repeat(unit, length), parseJsonDump);
    }
  });
});
