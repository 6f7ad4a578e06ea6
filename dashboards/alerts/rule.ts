/**
 * What is worth waking somebody for. The statement has labels (text) and exactly one number and is taken as it is by
 * every version of Grafana: it holds no dollar sign and says for itself what now is. Each row is an alert of its own;
 * no row is no alert.
 */
export interface Rule {
  readonly uid: string
  readonly title: string
  readonly severity: 'critical' | 'warning'
  readonly sql: string
  /** Of the number. */
  readonly fires: { readonly above: number } | { readonly below: number }
  /** How long it must hold, such as 5m. */
  readonly lasting: string
  /** One line with the labels and the number: `{{ .Labels.route }}`, `{{ .Values.A }}`. */
  readonly summary: string
  readonly todo: string
  /** Where to look. */
  readonly panel: string
  /** What no row at all means; everywhere else it means that all is well. */
  readonly whenEmpty?: 'alert'
}

export const ago = (minutes: number) => `now() - toIntervalMinute(${minutes})`
