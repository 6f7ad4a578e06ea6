/** How a run ends, for whoever reads the exit code. */
export const exitCodes = {
  published: 0,
  failed: 1,
  noChange: 10,
  notEnough: 20,
  integrity: 21,
  scorer: 22,
  rolledBack: 30,
} as const

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

/** Of several routes the first of these is told: what needs somebody most comes first. */
const order: readonly ExitCode[] = [1, 30, 21, 22, 20, 0, 10]

export function exitCodeOf(codes: readonly ExitCode[]): ExitCode {
  return order.find((code) => codes.includes(code)) ?? exitCodes.noChange
}
