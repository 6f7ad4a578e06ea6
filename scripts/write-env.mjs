// Writes .env beside compose.yaml: .env.example with a random value for every secret. Plain JavaScript, for whatever
// Node.js the machine has. A file that is there stays: its volumes know the old passwords.
import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname ?? '.', '..')
const target = process.argv[2] ?? join(root, '.env')
const example = readFileSync(join(root, '.env.example'), 'utf8')
const secret = () => randomBytes(24).toString('hex')
const text = example.replace(/^([A-Z_]+)=$/gm, (_line, name) => `${name}=${secret()}`)

try {
  writeFileSync(target, text, { flag: 'wx', mode: 0o600 })
  process.stdout.write(`${target} written. The password of Grafana's admin is in it.\n`)
} catch (error) {
  if (error.code !== 'EEXIST') throw error
  process.stderr.write(`${target} is there already and stays as it is.\n`)
  process.exitCode = 1
}
