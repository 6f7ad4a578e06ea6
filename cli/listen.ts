import type { AddressInfo } from 'node:net'
import type { Config } from '../contract/config/schema.ts'
import { createReceiver, type SpoolReceiver } from '../ingest/receiver.ts'
import { SpoolWatch } from '../ingest/spool-watch.ts'
import { isLoopback } from '../ingest/target.ts'
import type { Log } from '../sidecar/observe/log.ts'
import { familyOf, type Gauge, mergeMetrics } from '../sidecar/observe/metrics.ts'
import { spoolGauges } from './shipper-gauges.ts'
import { createShipperOf, shipUntil, spoolOf } from './shipping.ts'
import { untilSignal } from './signals.ts'

interface Listening {
  readonly listen: string
  readonly token: string
}

/** Takes the batches of many sidecars into a spool of its own, and ships that. */
export async function listenAndShip(config: Config, log: Log, listening: Listening): Promise<number> {
  if (listening.token === '' && !isLoopback(listening.listen))
    throw new Error('set SIDELIGHT_INGEST_TOKEN: whoever sends records from elsewhere must show that it may')
  const opening = Promise.withResolvers<SpoolReceiver>()
  // What was taken from whom is read from the spool first: until then nothing may leave it.
  const shipper = await createShipperOf(config, log, async () => (await opening.promise).saveMarks())
  opening.promise.catch(() => {})
  const ending = new AbortController()
  const shipping = shipUntil(ending.signal, shipper)
  const signal = untilSignal(log)
  // One process has a spool: what it has taken from whom is known only to that one.
  const first = await Promise.race([shipper.opened().then(() => 'open'), shipping, signal])
  if (first === 'open') {
    opening.resolve(openReceiver(config, log, listening))
    const receiver = await opening.promise
    await Promise.race([signal, shipping])
    // First nobody brings more, then what is there is shipped.
    await receiver.close()
  } else opening.reject(new Error('nothing is received'))
  ending.abort()
  await shipping
  return 0
}

async function openReceiver(config: Config, log: Log, { listen, token }: Listening): Promise<SpoolReceiver> {
  const watch = new SpoolWatch(spoolOf(config))
  const receiver: SpoolReceiver = await createReceiver({
    ...{ directory: spoolOf(config), bytesMax: config.spool.bytes, flushMs: config.spool.flush, token },
    warn: log.warn,
    metrics: async () => {
      const gauges = [...receivedGauges(receiver), ...spoolGauges(await watch.look(), Date.now())]
      return mergeMetrics([gauges.map(familyOf)])
    },
  })
  process.stdout.write(`sidelight: taking records on ${await listenOn(receiver, listen)}\n`)
  return receiver
}

function receivedGauges(receiver: SpoolReceiver): Gauge[] {
  const { batches, records, repeated } = receiver.counts()
  const counter = (name: string, help: string, value: number): Gauge => ({
    name,
    help,
    type: 'counter',
    value,
  })
  return [
    counter('sidelight_received_batches_total', 'Batches taken from sidecars.', batches),
    counter('sidelight_received_records_total', 'Records in them.', records),
    counter(
      'sidelight_received_repeats_total',
      'Batches that were there already; not taken again.',
      repeated,
    ),
  ]
}

function listenOn({ server }: SpoolReceiver, listen: string): Promise<string> {
  const at = listen.lastIndexOf(':')
  const host = listen.slice(0, at).replace(/^\[|\]$/g, '')
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port: Number(listen.slice(at + 1)) }, () => {
      const { address, port } = server.address() as AddressInfo
      resolve(`http://${address.includes(':') ? `[${address}]` : address}:${port}`)
    })
  })
}
