import type { Random } from './random.ts'

const hex = (random: Random, length: number) =>
  Array.from({ length }, () => '0123456789abcdef'[random.int(16)]).join('')
const digits = (random: Random, length: number) =>
  Array.from({ length }, (_, index) => (index === 0 ? 1 + random.int(9) : random.int(10))).join('')

/** Lines that hold nothing personal, of the kinds that detectors like to take for something. */
const kinds: readonly ((random: Random) => string)[] = [
  (r) => `uuid ${hex(r, 8)}-${hex(r, 4)}-4${hex(r, 3)}-a${hex(r, 3)}-${hex(r, 12)}`,
  (r) => `commit ${hex(r, 40)} (tag: v${r.int(30)}.${r.int(30)}.${r.int(30)}-rc.${r.int(9)})`,
  (r) => `sha256:${hex(r, 64)} md5 ${hex(r, 32)} short ${hex(r, 7)}`,
  (r) => `ts=${1_600_000_000 + r.int(200_000_000)} epoch ${1_600_000_000_000 + r.int(200_000_000_000)}`,
  (r) => `ISBN 978-${r.int(10)}-${digits(r, 3)}-${digits(r, 5)}-${r.int(10)}, EAN ${digits(r, 13)}`,
  (r) => `INSERT INTO orders VALUES (${digits(r, 9)}, ${digits(r, 11)}, '${digits(r, 6)}', ${r.int(100)}.50)`,
  (r) =>
    `[[${r.int(99)}, ${r.int(99)}], [${r.int(99)}, ${r.int(99)}]] · [${r.int(9)} ${r.int(9)} ${r.int(9)}]`,
  (r) => `Flight LH${r.int(2000)} from gate B${r.int(60)} at ${10 + r.int(13)}:${10 + r.int(49)}`,
  (r) => `color: #${hex(r, 6)}; background: rgba(${r.int(255)}, ${r.int(255)}, ${r.int(255)}, 0.5)`,
  (r) => `invoice no. ${digits(r, 10)}, order number ${digits(r, 9)}, tracking ${digits(r, 12)}`,
  (r) =>
    `for (let i = ${r.int(99)}; i < ${digits(r, 5)}; i += ${r.int(9)}) total += rows[i].price * ${r.int(9)}.${digits(r, 9)}`,
  (r) => `pid=${digits(r, 5)} bytes=${digits(r, 9)} took ${digits(r, 3)}ms at 0x${hex(r, 12)}`,
  (r) =>
    `The population grew from ${r.int(9)},${digits(r, 3)},${digits(r, 3)} to ${digits(r, 8)} in ${1900 + r.int(120)}.`,
  (r) => `C4 S3 EKS EC2 m5.xlarge us-east-${r.int(3)} arn:aws:s3:::bucket-${digits(r, 6)}`,
  (r) =>
    `model gpt-${r.int(9)}-${digits(r, 4)} temperature 0.${r.int(9)} max_tokens ${digits(r, 4)} seed ${digits(r, 8)}`,
  (r) =>
    `${digits(r, 3)} ${digits(r, 4)} ${digits(r, 3)} ${digits(r, 4)} ${digits(r, 3)} ${digits(r, 4)} ${digits(r, 3)}`,
  (r) => `pi to many places: 3.${digits(r, 25)}; e = 2.${digits(r, 18)}`,
  (r) => `GET /v1/items/${digits(r, 12)}?page=${r.int(9)} HTTP/1.1 200 ${digits(r, 6)} "${hex(r, 16)}"`,
]

export function negativeLines(random: Random, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => kinds[index % kinds.length]?.(random) ?? '')
}
