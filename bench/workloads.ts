import type { Workload } from './rounds.ts'

const turns = { kind: 'turns', bytes: 1600 } as const
const json = { model: 'json', stream: false, prompt: turns } as const
const stream = { stream: true, prompt: turns } as const

export const workloads = {
  json1: { ...json, name: 'json c=1', connections: 1 },
  json16: { ...json, name: 'json c=16', connections: 16 },
  json64: { ...json, name: 'json c=64', connections: 64 },
  /** 64 streams of 200 events, one per 5 ms each. */
  paced: { ...stream, name: 'streams', model: 'paced-200-5', connections: 64 },
  /** 32 streams of 50 events, one per 20 ms each: the pace of a fast model. */
  gaps: { ...stream, name: 'gaps', model: 'paced-50-20', connections: 32 },
  /** 500 events as fast as they go. */
  burst: { ...stream, name: 'burst', model: 'burst-500-0', connections: 16 },
  text: { ...json, name: 'text 1 MB', prompt: { kind: 'text', bytes: 1_000_000 }, connections: 4 },
  image: { ...json, name: 'image 5 MB', prompt: { kind: 'image', bytes: 5_000_000 }, connections: 2 },
  bigText: { ...json, name: 'text 5 MB', prompt: { kind: 'text', bytes: 5_000_000 }, connections: 1 },
  /** About 100k tokens, ten or twenty times a second. */
  longPrompt: {
    ...json,
    name: 'text 400 kB',
    prompt: { kind: 'text', bytes: 400_000 },
    connections: 1,
    pauseMs: 50,
  },
  hugeImage: {
    ...json,
    name: 'image 20 MB',
    prompt: { kind: 'image', bytes: 20_000_000 },
    connections: 1,
    requestsMax: 6,
  },
} as const satisfies Record<string, Workload>
