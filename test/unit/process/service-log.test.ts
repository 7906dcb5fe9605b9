import assert from 'node:assert/strict';
import { fstatSync, openSync } from 'node:fs';
import test from 'node:test';
import { openServiceLog } from '../../../server/process/service-log.ts';

const fd = openSync('/dev/null', 'w');
const { dev, ino } = fstatSync(fd, { bigint: true });
const journal = { JOURNAL_STREAM: `${dev}:${ino}` };

function openLog(environment: Record<string, string | undefined>) {
  const written: string[] = [];
  return { written, log: openServiceLog({ fd, write: (text) => written.push(text) }, environment) };
}

test('each line that goes to the journal has the priority of its level', () => {
  const { log, written } = openLog(journal);
  for (const level of [20, 30, 40, 50, 60]) log.write(`{"level":${level},"msg":"x"}\n`);
  assert.deepEqual(
    written.map((line) => line.slice(0, 13)),
    ['<7>{"level":2', '<6>{"level":3', '<4>{"level":4', '<3>{"level":5', '<2>{"level":6'],
  );
  written.length = 0;
  log.say('error', 'one\ntwo');
  assert.deepEqual(written, ['<3>one\n<3>two\n']);
});

test('a level within the text of a line is no level', () => {
  const { log, written } = openLog(journal);
  log.write('{"level":30,"msg":"{\\"level\\":60"}\n');
  assert.match(written.join(''), /^<6>/);
});

test('elsewhere the lines are as they are', () => {
  for (const environment of [{}, { JOURNAL_STREAM: `${dev}:${ino + 1n}` }]) {
    const { log, written } = openLog(environment);
    log.write('{"level":50}\n');
    log.say('warning', 'one');
    assert.deepEqual(written, ['{"level":50}\n', 'one\n']);
  }
});
