/** What a message in keepalived's log means. */
export interface CatalogueEntry<Id extends string = string> {
  id: Id;
  kind: 'transition' | 'health' | 'mismatch' | 'configuration' | 'start-stop' | 'network';
  /** fatal: keepalived ends or a process of it died · event: something changed, as it may. */
  severity: 'info' | 'event' | 'warning' | 'error' | 'fatal';
  /** Its named groups are the values in the message. */
  pattern: RegExp;
  explanation: string;
  whatToDo: string | undefined;
}
