import type { HealthOptions } from '../sidecar/routing/health/registry.ts'

/** Nobody is ever left alone: for tests that let one provider fail in many ways, one after the other. */
export const tireless: Partial<HealthOptions> = {
  times: {
    windowMs: 1,
    quickMs: Number.POSITIVE_INFINITY,
    slowMs: Number.POSITIVE_INFINITY,
    openMs: 0,
    reopenMs: 0,
    authFailedMs: 0,
    quotaExhaustedMs: 0,
    coolingMsMax: 0,
  },
}
