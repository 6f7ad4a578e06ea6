/** Formats that may be asked for: none of them reads a schema or template from a file. */
interface Format {
  readonly type: string
  /** Its pieces can follow each other as they come; others are held until complete, under a limit. */
  readonly canStream: boolean
}

const text = 'text/plain; charset=UTF-8'
const tsv = 'text/tab-separated-values; charset=UTF-8'
const csv = 'text/csv; charset=UTF-8; header=absent'
const csvHead = 'text/csv; charset=UTF-8; header=present'
const json = 'application/json; charset=UTF-8'
const lines = 'application/x-ndjson; charset=UTF-8'
const bytes = 'application/octet-stream'

const whole = (type: string): Format => ({ type, canStream: false })
const streamed = (type: string): Format => ({ type, canStream: true })

const formats: Readonly<Record<string, Format>> = {
  Native: streamed(bytes),
  RowBinary: streamed(bytes),
  RowBinaryWithNames: whole(bytes),
  RowBinaryWithNamesAndTypes: whole(bytes),
  JSONEachRow: streamed(lines),
  JSONLines: streamed(lines),
  JSONL: streamed(lines),
  NDJSON: streamed(lines),
  JSONStringsEachRow: streamed(lines),
  JSONCompactEachRow: streamed(lines),
  JSONCompactStringsEachRow: streamed(lines),
  JSONCompactEachRowWithNames: whole(lines),
  JSONCompactEachRowWithNamesAndTypes: whole(lines),
  JSONCompactStringsEachRowWithNames: whole(lines),
  JSONCompactStringsEachRowWithNamesAndTypes: whole(lines),
  JSONEachRowWithProgress: whole(lines),
  JSONObjectEachRow: whole(json),
  JSON: whole(json),
  JSONStrings: whole(json),
  JSONCompact: whole(json),
  JSONCompactStrings: whole(json),
  JSONColumns: whole(json),
  JSONCompactColumns: whole(json),
  JSONColumnsWithMetadata: whole(json),
  TabSeparated: streamed(tsv),
  TSV: streamed(tsv),
  TabSeparatedRaw: streamed(tsv),
  TSVRaw: streamed(tsv),
  TabSeparatedWithNames: whole(tsv),
  TSVWithNames: whole(tsv),
  TabSeparatedRawWithNames: whole(tsv),
  TSVRawWithNames: whole(tsv),
  TabSeparatedWithNamesAndTypes: whole(tsv),
  TSVWithNamesAndTypes: whole(tsv),
  TabSeparatedRawWithNamesAndTypes: whole(tsv),
  TSVRawWithNamesAndTypes: whole(tsv),
  TSKV: streamed(tsv),
  CSV: streamed(csv),
  CSVWithNames: whole(csvHead),
  CSVWithNamesAndTypes: whole(csvHead),
  CustomSeparated: whole(text),
  CustomSeparatedWithNames: whole(text),
  CustomSeparatedWithNamesAndTypes: whole(text),
  Values: whole(text),
  SQLInsert: whole(text),
  Vertical: whole(text),
  Pretty: whole(text),
  PrettyCompact: whole(text),
  PrettyCompactMonoBlock: whole(text),
  PrettySpace: whole(text),
  PrettyNoEscapes: whole(text),
  PrettyJSONEachRow: whole(lines),
  PrettyNDJSON: whole(lines),
  Markdown: whole('text/markdown; charset=UTF-8'),
  XML: whole('application/xml; charset=UTF-8'),
  LineAsString: whole(text),
  RawBLOB: whole(bytes),
  MsgPack: whole(bytes),
  BSONEachRow: whole(bytes),
  Parquet: whole(bytes),
  Arrow: whole(bytes),
  ArrowStream: whole(bytes),
  ORC: whole(bytes),
  Avro: whole(bytes),
  Npy: whole(bytes),
  Null: whole(text),
}

/** Of a result without any other wish, as over ClickHouse's own HTTP interface. */
export const defaultFormat = 'TabSeparated'

/** ClickHouse takes the names as they are written. */
export function formatOf(name: string): Format | undefined {
  return Object.hasOwn(formats, name) ? formats[name] : undefined
}

/** Rows may also be sent in these; a template or schema would be read from a file. */
export function canInsert(name: string): boolean {
  return formatOf(name) !== undefined || name === 'JSONAsString' || name === 'JSONAsObject'
}
