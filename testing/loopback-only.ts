/**
 * Preloaded into a process (`--import`): whoever leaves this machine, or only asks for the address of a name, ends it.
 */
import dgram from 'node:dgram'
import dns from 'node:dns'
import net from 'node:net'

function stop(what: string): never {
  process.stderr.write(`left the machine: ${what}\n`)
  process.exit(99)
}

const isLoopback = (host: string) => host === '::1' || host.startsWith('127.') || host === 'localhost'

const { connect } = net.Socket.prototype
net.Socket.prototype.connect = function (this: net.Socket, ...args: unknown[]) {
  const [first] = (Array.isArray(args[0]) ? args[0] : args) as [{ host?: string; path?: string }]
  const host = typeof first === 'object' ? (first.host ?? 'localhost') : String(args[1] ?? 'localhost')
  if (!(typeof first === 'object' && first.path) && net.isIP(host) !== 0 && !isLoopback(host)) stop(host)
  // A name may be looked up by whoever connects; what comes of it counts.
  this.once('lookup', (_error, address) => {
    if (address && !isLoopback(address)) stop(address)
  })
  return Reflect.apply(connect, this, args)
} as typeof connect

for (const name of ['lookup', 'resolve', 'resolve4', 'resolve6'] as const) {
  const own = dns[name] as (...args: unknown[]) => unknown
  const guarded = (...args: unknown[]) =>
    isLoopback(String(args[0])) ? Reflect.apply(own, dns, args) : stop(`address of ${args[0]}`)
  Object.assign(dns, { [name]: guarded })
}
dgram.Socket.prototype.send = () => stop('a datagram')
