import { arrayAt, isObject, type JsonObject, numberAt, stringAt } from '../../contract/json.ts'
import type { ImageOptions } from '../../contract/prices/cost-request.ts'
import { imageOptionsOf, imageOptionText } from '../../contract/prices/image-option.ts'
import type { SearchSize } from '../../contract/prices/seed.ts'
import type { Usage } from '../../contract/usage.ts'

/** What a price depends on that only the request says. */
export interface PriceOptions {
  readonly image?: ImageOptions
  readonly searchSize?: SearchSize
  /** The same as a label. */
  readonly text: string
}

/** The fields of a request that are read here. */
interface Fields {
  get(key: string): unknown
  string(key: string): string | undefined
}

const none: PriceOptions = { text: '' }

/** Looks at the request only where something was used whose price depends on it: nearly never. */
export function priceOptions(body: Fields | undefined, { classes }: Usage): PriceOptions {
  if (body === undefined) return none
  try {
    if (classes.images !== undefined) return imageOptions(body)
    return classes.web_searches === undefined ? none : searchOptions(body)
  } catch {
    // A field that does not parse went to the provider as it is; it must not cost the record its price.
    return none
  }
}

function imageOptions(body: Fields): PriceOptions {
  const size = known(body.string('size'))
  const quality = known(body.string('quality'))
  const steps = numberAt({ steps: body.get('steps') }, 'steps')
  const image = imageOptionsOf({ size, quality, steps })
  return { image, text: imageOptionText(image) }
}

/** `auto` leaves the choice to the provider, which does not say what it chose. */
function known(text: string | undefined): string | undefined {
  return text === '' || text === 'auto' ? undefined : text
}

const searchSizes: ReadonlySet<string> = new Set(['low', 'medium', 'high'] satisfies SearchSize[])

/** Chat has one place for it; Responses states it on the tool. */
function searchOptions(body: Fields): PriceOptions {
  const options = body.get('web_search_options')
  const tools = arrayAt({ tools: body.get('tools') }, 'tools').filter(isSearch)
  for (const place of [options, ...tools]) {
    const size = stringAt(place, 'search_context_size') ?? ''
    if (searchSizes.has(size)) return { searchSize: size as SearchSize, text: size }
  }
  return none
}

function isSearch(tool: unknown): tool is JsonObject {
  return isObject(tool) && (stringAt(tool, 'type') ?? '').startsWith('web_search')
}
