/**
 * The model of each template of `views/`, by its name. The server renders no template without its model,
 * and `npm run check` checks the templates against these types: `scripts/templates/`.
 */
import type { Foresight } from '../keepalived/foresight/foresight-result.ts';
import type { TextDifference } from '../keepalived/secrets/text-difference.ts';
import type { PairGrant } from '../pair/link-protocol.ts';
import type { ChangeFormModel, ShownComparison } from './change-form/change-form-model.ts';
import type { FieldError } from './change-form/change-frame.ts';
import type { AddedCommandsModel } from './change-form/consent.ts';
import type { AccountModel } from './pages/account/view-model.ts';
import type { BootModel, YesNo } from './pages/boot/view-model.ts';
import type { ConfirmModel } from './pages/confirm/view-model.ts';
import type { CheckWords } from './pages/debug/check-words.ts';
import type { DebugModel, InstanceChecks } from './pages/debug/view-model.ts';
import type { DefaultRoleDoneModel, DefaultRoleModel } from './pages/default-role/view-model.ts';
import type { DrillPageModel } from './pages/drill/view-model.ts';
import type { EditModel } from './pages/edit/view-model.ts';
import type { FailoversModel } from './pages/failovers/view-model.ts';
import type { Headline } from './pages/keepalived/headline.ts';
import type { NoticeModel } from './pages/keepalived/notice.ts';
import type { StatusTable } from './pages/keepalived/status-table.ts';
import type { Announced, KeepalivedModel } from './pages/keepalived/view-model.ts';
import type { WatchedSection } from './pages/keepalived/watching.ts';
import type { HeldFormModel } from './pages/login/held-form.ts';
import type { FoldedRow } from './pages/logs/log-row.ts';
import type { LogsModel } from './pages/logs/view-model.ts';
import type { PairPageModel } from './pages/pair/view-model.ts';
import type { FieldModel, SettingsModel } from './pages/settings/view-model.ts';
import type { ComparisonModel } from './pages/versions/comparison.ts';
import type { RestoringModel } from './pages/versions/restore-page.ts';
import type { VersionsModel } from './pages/versions/view-model.ts';
import type { LoginFormModel } from './plugins/sign-in/login-form.ts';
import type { AnywayModel } from './view/change/anyway.ts';
import type { FailureNotice } from './view/change/apply-outcome.ts';
import type { FindingItem } from './view/change/findings.ts';
import type { GoingBackModel } from './view/change/going-back.ts';
import type { SideBySideRow } from './view/change/side-by-side.ts';
import type { WaitingModel } from './view/change/waiting-change.ts';
import type { LayoutModel, LivePageModel, PageModel } from './view/page-model.ts';
import type { PairSection } from './view/pair/pair-view.ts';
import type { Elapsed } from './view/time-words.ts';

/** `views/NAME.eta`: what a route gives it. */
export interface PageModels {
  account: AccountModel;
  anyway: AnywayModel;
  boot: BootModel;
  'compare-versions': ComparisonModel;
  confirm: ConfirmModel;
  debug: DebugModel & { proposedPassword: string; refreshSeconds: number | undefined };
  'default-role': DefaultRoleModel & Changing;
  'default-role-done': DefaultRoleDoneModel;
  drill: DrillPageModel & Changing;
  edit: EditModel & Changing & { styleNonce: string };
  error: { message: string };
  failovers: FailoversModel;
  'held-form': HeldFormModel;
  keepalived: Pick<KeepalivedModel, 'tab'> & {
    waiting: WaitingModel | undefined;
    notices: NoticeModel[];
  };
  login: LoginFormModel & { firstPasswordFile: string | undefined };
  logs: LogsModel;
  pair: PairPageModel;
  'reload-anyway': FailureModel;
  'restore-version': RestoringModel & Changing;
  settings: SettingsModel & Changing;
  'start-anyway': { sentence: string; dangers: string[] };
  versions: VersionsModel;
}

/** The pages of which a part is prepared. */
export type PreparedPages = 'keepalived';

/** `views/NAME.eta`: what it gets as `it`. */
export type Pages = {
  [Name in keyof PageModels]: PageModels[Name] & { page: PageModel } & (Name extends PreparedPages
      ? { prepared: { place: string } }
      : unknown);
};

/** `views/layouts/NAME.eta` */
export interface Layouts {
  page: LayoutModel;
}

/** `views/partials/NAME.eta` */
export interface Partials {
  'added-commands': AddedCommandsModel & Focusing;
  'busy-preview': NoModel;
  'busy-save': NoModel;
  check: CheckWords & { csrfToken: string; mayChange: boolean };
  'change-form': ChangeFormModel & {
    page: Pick<PageModel, 'csrfToken'>;
    /** The page's own fields, as HTML. */
    own: string;
    /** More attributes of the form. */
    form?: Record<string, string>;
  };
  comparison: ShownComparison;
  countdown: Pick<WaitingModel, 'secondsLeft'>;
  csrf: { page: Pick<PageModel, 'csrfToken'> };
  'danger-acceptance': { dangers: string[] };
  'debug-live': DebugModel & { page: LivePageModel };
  'default-role-fields': DefaultRoleModel;
  difference: TextDifference & { label: string };
  'edit-fields': EditModel;
  elapsed: Elapsed;
  'error-summary': { fields: FieldError[] } & Focusing;
  failure: FailureModel & Focusing;
  field: FormField;
  findings: { findings: FindingItem[]; hasText?: boolean };
  flash: { page: Pick<PageModel, 'flash'> };
  foresight: Pick<Foresight, 'sentences' | 'dangers'>;
  'going-back': GoingBackModel;
  headline: Headline & Pick<Announced, 'toldAnnouncement'> & { isNamed?: boolean };
  'instance-checks': {
    instance: InstanceChecks;
    isAlone: boolean;
    mayChange: boolean;
    page: Pick<PageModel, 'csrfToken'>;
  };
  'instance-list': NonNullable<KeepalivedModel['list']>;
  'keepalived-live': KeepalivedModel & { page: LivePageModel };
  'log-row': FoldedRow;
  pair: PairSection;
  'pair-grant': Pick<PairPageModel, 'grants'> & { id: string; chosen: PairGrant };
  'settings-fields': NonNullable<SettingsModel['own']>;
  'side-by-side': Pick<ComparisonModel, 'difference' | 'beforeLabel' | 'afterLabel'> & {
    sides: SideBySideRow[];
  };
  'status-table': StatusTable;
  'watched-section': WatchedSection & { isNamed: boolean };
  watched: Pick<KeepalivedModel, 'watching'>;
  'yes-no': YesNo;
}

/** A template that needs nothing is included without data. */
type NoModel = object;

/** A page that changes a configuration. */
interface Changing {
  /** undefined: there is nothing to change, and the page says why. */
  change: ChangeFormModel | undefined;
}

/** What may be where the eye should be. */
interface Focusing {
  hasFocus?: boolean;
}

type FailureModel = Pick<FailureNotice, 'title' | 'sentence' | 'dangers'> &
  Partial<Pick<FailureNotice, 'link'>> & { findings: FindingItem[]; hasText?: boolean };

/** A field of a form: text, unless it is said to be something else. */
type FormField = Pick<FieldModel, 'label' | 'help' | 'value' | 'error' | 'warning' | 'choices'> &
  Partial<Pick<FieldModel, 'kind' | 'checked' | 'note' | 'readOnly' | 'editor'>> & { name: string };
