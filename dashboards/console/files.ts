import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'

export interface PageFile {
  readonly type: string
  readonly body: Buffer
  readonly zipped: Buffer
  readonly etag: string
}

const script = 'text/javascript; charset=utf-8'
const style = 'text/css; charset=utf-8'

/** What may be asked for, by name: nothing of an address ever becomes a path. */
const own: Readonly<Record<string, string>> = {
  'page.html': 'text/html; charset=utf-8',
  'style.css': style,
  'icon.svg': 'image/svg+xml',
  ...Object.fromEntries(
    [
      'address',
      'api',
      'app',
      'chart',
      'dom',
      'filters',
      'format',
      'help',
      'live',
      'login',
      'panel',
      'request',
      'series',
      'shapes',
      'table',
      'theme',
      'tiles',
      'welcome',
    ].map((name) => [`${name}.js`, script]),
  ),
}

const ofOthers: Readonly<Record<string, { readonly file: string; readonly type: string }>> = {
  'uplot.js': { file: 'uPlot.iife.min.js', type: script },
  'uplot.css': { file: 'uPlot.min.css', type: style },
}

/** Read once, when the console is made. */
export function loadFiles(): ReadonlyMap<string, PageFile> {
  const folder = join(import.meta.dirname, 'static')
  const uplot = dirname(createRequire(import.meta.url).resolve('uplot'))
  return new Map([
    ...Object.entries(own).map(([name, type]) => [name, fileOf(join(folder, name), type)] as const),
    ...Object.entries(ofOthers).map(
      ([name, { file, type }]) => [name, fileOf(join(uplot, file), type)] as const,
    ),
  ])
}

function fileOf(path: string, type: string): PageFile {
  const body = readFileSync(path)
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`
  return { type, body, zipped: gzipSync(body), etag }
}
