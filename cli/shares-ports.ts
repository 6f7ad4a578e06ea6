import { createServer } from 'node:net'

/** Whether several processes may listen on one port: not on macOS and Windows, nor on Linux before 3.9. */
export function sharesPorts(): Promise<boolean> {
  const server = createServer()
  return new Promise((resolve) => {
    server.once('error', () => resolve(false))
    server.listen({ host: '127.0.0.1', port: 0, reusePort: true }, () => server.close(() => resolve(true)))
  })
}
