/** One event of a stream, whatever its framing (server-sent events, AWS event stream, JSON array). */
export interface Frame {
  /** SSE `event:`, or the AWS `:event-type`. Empty when absent. */
  readonly event: string
  /** SSE data lines joined by \n; the payload as text otherwise. Empty for comments and blank events. */
  readonly data: string
  /** The exact bytes of this frame, separator included: what is passed on. */
  readonly raw: Buffer
  /** False for comments and other frames that carry no data. */
  readonly hasData: boolean
  /** A piece of an event above the framer's limit: passed on unread, the event may go on in the next frame. */
  readonly oversize?: true
}

/** Cuts a byte stream into frames, however it was chunked. The raw parts, joined, equal the input. */
export interface Framer {
  push(chunk: Buffer): Frame[]
  /** What is left at a regular end: the last frame without its separator. */
  end(): Frame[]
}
