import { calibrated, calibration } from '../../evals/estimators/ppi.ts'
import { judgeHealth, mixedVersions } from '../../evals/judge/health.ts'
import { type JudgedPair, type Side, scoreOf } from '../../evals/judge/verdict.ts'
import { sampleWithout, seededRandom } from '../../evals/random.ts'
import { evalLines } from '../../testing/evals.ts'
import { atLeast, type EvalRow, mean, share } from './row.ts'

interface CrowdPair {
  readonly model_a: string
  readonly model_b: string
  readonly crowd: readonly Side[]
  readonly gpt4: Side
  readonly gpt35: Side
  readonly gpt4_pos: 'left' | 'right' | 'tie'
  readonly gpt35_pos: 'left' | 'right' | 'tie'
}

const pairs = (): CrowdPair[] =>
  evalLines('judge_llmfao.jsonl.gz').map((line) => JSON.parse(line) as CrowdPair)

const turned = (side: Side): Side => (side === 'tie' ? 'tie' : side === 'a' ? 'b' : 'a')

function majority(votes: readonly Side[]): Side {
  const count = (side: Side) => votes.filter((vote) => vote === side).length
  if (count('a') > count('b') && count('a') >= count('tie')) return 'a'
  return count('b') > count('a') && count('b') >= count('tie') ? 'b' : 'tie'
}

export function asJudged(judge: 'gpt4' | 'gpt35'): JudgedPair[] {
  return pairs().map((pair) => {
    const stood = judge === 'gpt4' ? pair.gpt4_pos : pair.gpt35_pos
    return {
      scorerVersion: judge,
      verdict: pair[judge],
      human: majority(pair.crowd),
      position: stood === 'tie' ? 'tie' : stood === 'left' ? 'first' : 'second',
    }
  })
}

const labels = 25
const models = 20
const draws = 50
const z95 = 1.96

/** Win rates by a judge and 25 labels of people, against what all people said. */
export function judgeRows(): EvalRow[] {
  const wildbench = evalLines('judge_wildbench.csv.gz')
    .slice(1)
    .map((line) => line.split(','))
    .map(([version = '', judge = '']) => ({ scorerVersion: `${judge} ${version}` }))
  const oneVersion = wildbench.filter(({ scorerVersion }) => scorerVersion === wildbench[0]?.scorerVersion)
  const refused = (holds: boolean) => Number(holds)
  return [
    atLeast(
      'intervals with GPT-4 and 25 labels that cover the crowd',
      0.92,
      share(coverage(), (covered) => covered),
    ),
    atLeast(
      'GPT-3.5, which prefers what stands left, is refused',
      1,
      refused(judgeHealth(asJudged('gpt35'), 0).problems.length > 0),
      0,
    ),
    atLeast('GPT-4 is not', 1, refused(judgeHealth(asJudged('gpt4'), 0).problems.length === 0), 0),
    atLeast('scores of two judges are refused as mixed', 1, refused(mixedVersions(wildbench).length > 0), 0),
    atLeast('scores of one version are not', 1, refused(mixedVersions(oneVersion).length === 0), 0),
  ]
}

function coverage(): boolean[] {
  const byModel = new Map<string, { human: number; judge: number }[]>()
  for (const { model_a, model_b, crowd, gpt4 } of pairs())
    for (const [model, of] of [
      [model_a, (side: Side) => side],
      [model_b, turned],
    ] as const) {
      const human = mean(crowd.map((vote) => scoreOf(of(vote))))
      byModel.set(model, [...(byModel.get(model) ?? []), { human, judge: scoreOf(of(gpt4)) }])
    }
  const largest = [...byModel.values()].sort((a, b) => b.length - a.length).slice(0, models)
  return largest.flatMap((scored, model) =>
    Array.from({ length: draws }, (_, draw) => {
      const random = seededRandom('labels', model, draw)
      const labelled = new Set(sampleWithout(random, labels, scored.length))
      const by = calibration(
        scored.filter((_pair, index) => labelled.has(index)),
        scored.length - labels,
      )
      const others = scored.filter((_pair, index) => !labelled.has(index)).map(({ judge }) => judge)
      const { mean: estimate, variance } = calibrated(others, by)
      const truth = mean(scored.map(({ human }) => human))
      return Math.abs(estimate - truth) <= z95 * Math.sqrt(variance)
    }),
  )
}
