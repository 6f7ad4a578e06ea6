import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Flights } from './coalesce.ts'

test('those that join read from the beginning, whenever they come', async () => {
  const flights = new Flights<string>()
  const flight = flights.lead('k')
  assert.ok(flight)
  assert.equal(flights.lead('k'), undefined)
  flight.push('a')
  const joined = flights.join('k')
  assert.equal(joined, flight)
  await joined?.more(0)
  const later = joined?.more(1)
  flight.push('b')
  await later
  flight.finish('landed')
  assert.deepEqual(joined?.items, ['a', 'b'])
  assert.equal(flights.join('k'), undefined)
  assert.equal(flights.size, 0)
})

test('a flight that fails wakes all who wait, and makes room for another', async () => {
  const flights = new Flights<string>(1)
  const flight = flights.lead('k')
  assert.equal(flights.lead('other'), undefined)
  const waits = [flight?.more(0), flight?.more(0)]
  flight?.finish('failed')
  await Promise.all(waits)
  assert.equal(flight?.end, 'failed')
  assert.ok(flights.lead('k'))
})

test('who leaves waits no more', async () => {
  const flight = new Flights<string>().lead('k')
  const leaving = new AbortController()
  const waits = flight?.more(0, leaving.signal)
  leaving.abort()
  await waits
})
