import type { Door } from './door.ts'

/** Where a backup lies for the engine: a name in its folder of backups, or a place as ClickHouse writes it. */
export type Place = { readonly name: string } | { readonly expression: string }

/** `Disk('backups', 'monday')` or `S3('https://…')`, for servers; the embedded engine knows its own folder alone. */
export function isPlace(text: string): boolean {
  return /^(Disk|S3|File|AzureBlobStorage)\(.*\)$/s.test(text) && !text.includes(';')
}

function written(place: Place): string {
  return 'name' in place ? `File('${place.name.replace(/[\\']/g, '\\$&')}')` : place.expression
}

const whole = (database: string) => `DATABASE \`${database}\``

export async function backUp(door: Door, database: string, to: Place): Promise<void> {
  await door.run(`BACKUP ${whole(database)} TO ${written(to)}`)
}

/** The ledger as it was. What lies there now is in the way, and is removed only when that is asked for. */
export async function restore(
  door: Door,
  from: { database: string; place: Place; replace: boolean },
): Promise<void> {
  const { database, place, replace } = from
  const known = await door.rows(`SELECT 1 FROM system.databases WHERE name = '${database}'`)
  if (known.length > 0 && !(replace || (await isBlank(door, database)))) {
    throw new Error(
      `the database ${database} holds records: they would be mixed with those of the backup. --replace removes them first`,
    )
  }
  await dropAll(door, database)
  await door.run(`RESTORE ${whole(database)} FROM ${written(place)}`)
}

async function isBlank(door: Door, database: string): Promise<boolean> {
  const filled = await door.rows(
    `SELECT 1 FROM system.tables
     WHERE database = '${database}' AND total_rows > 0 AND name NOT IN ('prices', 'schema_migrations') LIMIT 1`,
  )
  return filled.length === 0
}

/** Views and dictionaries before the tables they read and feed. The database stays: connections are in it. */
async function dropAll(door: Door, database: string): Promise<void> {
  const all = await door.rows<{ name: string; engine: string }>(
    `SELECT name, engine FROM system.tables WHERE database = '${database}'
     ORDER BY engine NOT IN ('Dictionary', 'View', 'MaterializedView'), engine != 'Distributed', name`,
  )
  for (const { name, engine } of all) {
    const kind = engine === 'Dictionary' ? 'DICTIONARY' : engine.endsWith('View') ? 'VIEW' : 'TABLE'
    await door.run(`DROP ${kind} IF EXISTS \`${database}\`.\`${name}\` SYNC`)
  }
}

export async function logRestore(door: Door, database: string, actor: string): Promise<void> {
  await door.run(
    `INSERT INTO \`${database}\`.audit_log (ts, actor, action) SELECT now64(3), {actor:String}, 'restore'`,
    { actor },
  )
}
