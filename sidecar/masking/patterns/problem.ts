/** A pattern of the configuration that cannot be used; `why` is for whoever wrote it. */
export class PatternProblem extends Error {
  override readonly name = 'PatternProblem'
}

/** A pattern ran over its deadline: nothing is known of the text, so nothing of it may leave. */
export class PatternTimeout extends Error {
  override readonly name = 'PatternTimeout'
}
