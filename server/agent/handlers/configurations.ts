import { maskForViewers, maskSecrets } from '../../keepalived/secrets/mask-secrets.ts';
import { compareTexts } from '../../keepalived/secrets/text-difference.ts';
import type { TextDifference } from '../../keepalived/secrets/text-difference.ts';
import type { Operations } from '../../operations/operations.ts';
import type { KeptVersion, VersionRecord } from '../../operations/versions/restore-version.ts';
import { getUser } from '../caller.ts';
import type { Caller } from '../caller.ts';
import type { CallHandlers } from './handler.ts';

type ConfigurationCalls =
  | 'listConfigurationFiles'
  | 'readConfigurationFile'
  | 'readInstalledVersion'
  | 'findKeptText'
  | 'checkConfiguration'
  | 'previewConfiguration'
  | 'planDefaultRole'
  | 'planInstanceSettings'
  | 'findWaitingChange'
  | 'listVersions'
  | 'readVersion'
  | 'compareVersions'
  | 'planRestore'
  | 'readDrill';

export interface VersionComparison {
  /** All versions of the file, newest first. */
  records: VersionRecord[];
  from: VersionRecord;
  /** undefined: the file as it is now. */
  to: VersionRecord | undefined;
  /** With the secrets masked for who asked. */
  difference: TextDifference;
  /** Why the file of now is not what is compared with. */
  problem: string | undefined;
}

/** What the files say, said once or would say. Only administrators are told secrets. */
export function createConfigurations(operations: Operations) {
  const isAdmin = (caller: Caller) => getUser(caller).role === 'admin';
  const readVersion = async (versionId: string, caller: Caller) => {
    const version = await operations.readVersion(versionId);
    if (!version || isAdmin(caller)) return version;
    const names = await operations.findSecretDefinitions();
    return { ...version, text: maskForViewers(version.text, names) };
  };
  return {
    listConfigurationFiles: () => operations.listConfigurationFiles(),
    readConfigurationFile: ({ fileId }) => operations.readConfigurationFile(fileId),
    readInstalledVersion: () => operations.readInstalledVersion(),
    findKeptText: ({ fileId, tag }) => operations.findKeptText(fileId, tag),
    checkConfiguration: ({ fileId, text }) => operations.checkConfiguration(fileId, text),
    previewConfiguration: ({ fileId, text }) => operations.previewConfiguration(fileId, text),
    planDefaultRole: ({ role, given, madeFrom }) =>
      operations.planDefaultRole(role, given, madeFrom),
    planInstanceSettings: ({ instanceName, given, madeFrom }) =>
      operations.planInstanceSettings(instanceName, given, madeFrom),
    findWaitingChange: () => operations.findWaitingChange(),
    listVersions: () => operations.listVersions(),
    readVersion: ({ versionId }, caller): Promise<KeptVersion | undefined> =>
      readVersion(versionId, caller),
    async compareVersions({ from: fromId, to: toId }, caller) {
      const from = await operations.readVersion(fromId);
      const kept = toId === 'now' ? undefined : await operations.readVersion(toId);
      if (!from || (toId !== 'now' && !kept)) return undefined;
      const { fileId } = from.record;
      const file = kept ? undefined : await operations.readConfigurationFile(fileId);
      const text = kept?.text ?? (file?.ok ? file.text : '');
      const { records } = await operations.listVersions();
      const comparison: VersionComparison = {
        records: records.filter((record) => record.fileId === fileId),
        from: from.record,
        to: kept?.record,
        difference: compareTexts(
          from.text,
          text,
          await operations.findSecretDefinitions(),
          isAdmin(caller) ? maskSecrets : maskForViewers,
        ),
        problem: file?.ok === false ? file.message : undefined,
      };
      return comparison;
    },
    planRestore: ({ versionId }) => operations.planRestore(versionId),
    readDrill: ({ instanceName }) => operations.readDrill(instanceName),
  } satisfies CallHandlers<ConfigurationCalls>;
}
