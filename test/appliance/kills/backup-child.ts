/**
 * A backup, or a restore, in a process of its own, which leaves the folder as it is before each change
 * of the disk and halfway through each that writes: `SCENARIO FOLDER COPIES`.
 */
import { execFileSync } from 'node:child_process';
import { writeSync } from 'node:fs';
import { join } from 'node:path';
import { restoreBackup } from '../../../server/process/backup/restore-backup.ts';
import { takeBackup } from '../../../server/process/backup/take-backup.ts';
import { watchChanges } from '../../unit/history/end-at-change.ts';
import type { Point } from './point.ts';

const [scenario, folder = '', copies = ''] = process.argv.slice(2);
const points: Point[] = [];
await watchChanges((change) => {
  const copy = join(copies, `${change.nth}-${change.moment}`);
  execFileSync('cp', ['--archive', folder, copy]);
  points.push({ ...change, copy });
});
const common = {
  ...{ stateDirectory: join(folder, 'state'), path: join(folder, 'backup'), hostName: 'server1' },
};
if (scenario === 'backup') await takeBackup(common);
else await restoreBackup({ ...common, isOtherHostAllowed: false });
writeSync(1, `${JSON.stringify(points)}\n`);
