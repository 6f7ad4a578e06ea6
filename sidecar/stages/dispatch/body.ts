import { withField } from '../../body/multipart.ts'
import { announcedBytes } from '../../body/read.ts'
import { Upload } from '../../body/upload.ts'
import type { Context } from '../../context.ts'
import type { Lane } from '../../lanes/lane.ts'

const nothing = Buffer.alloc(0)

export interface OutgoingBody {
  readonly body: readonly Buffer[] | Upload | undefined
  /** Where the body is a stream of known length. */
  readonly length: number | undefined
}

/** The body as it goes up: the lane's bytes, or the caller's stream with the part already read in front. */
export function bodyFor(context: Context, lane: Lane, model: string): OutgoingBody {
  if (lane.body !== undefined) return { body: lane.body, length: undefined }
  const { req, form } = context
  const prefix = form === undefined ? nothing : model === '' ? form.prefix : withField(form, 'model', model)
  if (form?.isWhole === true) return { body: [prefix], length: undefined }
  const announced = announcedBytes(req)
  if (announced === 0) return { body: undefined, length: undefined }
  const added = prefix.length - (form?.prefix.length ?? 0)
  return {
    body: new Upload(req, prefix),
    length: announced === undefined ? undefined : announced + added,
  }
}
