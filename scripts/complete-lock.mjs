// npm leaves out of the lock what a registry mirror does not carry for other platforms, and `npm ci` then
// refuses the lock everywhere. This adds the names back; npm fetches them only on the platforms they are for.
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const file = join(dirname(fileURLToPath(import.meta.url)), '..', 'package-lock.json')
const lock = JSON.parse(readFileSync(file, 'utf8'))
const added = []

for (const [path, entry] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    if (findFrom(path, name) !== undefined) continue
    const platform = platformOf(name)
    if (platform === undefined || !/^\d/.test(version))
      throw new Error(`${name}@${version}: no platform in its name`)
    lock.packages[`node_modules/${name}`] = {
      version,
      ...platform,
      ...(entry.dev ? { dev: true } : {}),
      optional: true,
    }
    added.push(name)
  }
}

if (added.length > 0) {
  lock.packages = Object.fromEntries(
    Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)),
  )
  writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`)
}
process.stdout.write(
  added.length === 0 ? 'the lock is complete\n' : `added to the lock: ${added.join(', ')}\n`,
)

/** Where Node.js would find it: beside the package itself, then in every folder above. */
function findFrom(path, name) {
  for (let at = path; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
    const found = lock.packages[at === '' ? `node_modules/${name}` : `${at}/node_modules/${name}`]
    if (found !== undefined || at === '') return found
  }
}

function platformOf(name) {
  const match =
    /(android|darwin|freebsd|linux|netbsd|openbsd|sunos|win32|aix)-(x64|arm64|arm|ia32|ppc64|riscv64|s390x|loong64|mips64el)(?:-(musl|gnu))?$/.exec(
      name,
    )
  if (match === null) return undefined
  const [, os, cpu, libc] = match
  return {
    os: [os],
    cpu: [cpu],
    ...(libc === undefined ? {} : { libc: [libc === 'gnu' ? 'glibc' : 'musl'] }),
  }
}
