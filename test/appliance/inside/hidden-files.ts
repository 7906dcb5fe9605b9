/** Prints as JSON what is said of files that the unit hides from this program, and not from keepalived. */
import { createTrackFiles } from '../../../server/appliance/files/track-files.ts';
import { findScriptObstacle } from '../../../server/appliance/scripts/script-file.ts';

const trackFiles = createTrackFiles('/var/lib/keepalived-wai');
const answers = {
  inHome: await findScriptObstacle('/home/ops/check.sh'),
  byLink: await findScriptObstacle('/usr/local/bin/check.sh'),
  inTmp: await findScriptObstacle('/tmp/check.sh'),
  missing: await findScriptObstacle('/home/ops/missing.sh'),
  tracked: await trackFiles.read('/tmp/tracked'),
};
process.stdout.write(JSON.stringify(answers));
