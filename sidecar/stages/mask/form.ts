import { GatewayError } from '../../../contract/errors.ts'
import { formTexts, type MultipartStart, withBytes } from '../../body/multipart.ts'
import { Upload } from '../../body/upload.ts'
import type { Context } from '../../context.ts'
import { RequestMasker } from '../../masking/request-masker.ts'
import { text } from '../../masking/walk/shape.ts'
import { type MaskAsk, noteFinds, refuseWhatMayNotPass } from './note-finds.ts'

/** Texts of a form are masked, which takes all of it; its files are counted as parts that nobody looks at. */
export async function maskForm(context: Context, form: MultipartStart, ask: MaskAsk) {
  const type = context.req.headers['content-type'] ?? ''
  const whole = await wholeForm(context, form)
  const found = formTexts(type, whole)
  if (found === undefined) throw new GatewayError('invalid_body', 'The form cannot be read.')
  const values = found.texts.map(({ start, end }) => whole.toString('utf8', start, end))
  const masker = new RequestMasker(JSON.stringify(values), text, ask)
  masker.scan(Number.POSITIVE_INFINITY)
  const masked = masker.finish()
  const counted = { ...masked, unscanned: masked.unscanned + found.files }
  noteFinds(context, counted)
  refuseWhatMayNotPass(ask.policy, counted)
  const written = masked.json === undefined ? values : (JSON.parse(masked.json) as string[])
  context.form = withBytes(form, type, rewritten(whole, found.texts, written))
  return masked
}

function rewritten(
  whole: Buffer,
  texts: readonly { start: number; end: number }[],
  written: readonly string[],
): Buffer {
  const pieces: Buffer[] = []
  let from = 0
  texts.forEach(({ start, end }, index) => {
    pieces.push(whole.subarray(from, start), Buffer.from(written[index] ?? ''))
    from = end
  })
  return Buffer.concat([...pieces, whole.subarray(from)])
}

async function wholeForm({ req, snapshot }: Context, form: MultipartStart): Promise<Buffer> {
  if (form.isWhole) return form.prefix
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of new Upload(req, form.prefix) as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > snapshot.config.limits.body)
      throw new GatewayError('body_too_large', 'A form of a route that masks must fit into `limits.body`.')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
