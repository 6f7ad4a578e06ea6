import { migrate } from '../../ingest/migrate.ts'
import { type Engine, startEngine } from '../engine.ts'
import { tempDir } from '../temp-dir.ts'

export interface PanelWarehouse extends AsyncDisposable {
  readonly engine: Engine
}

/** The engine with the schema and nothing in it. */
export async function panelWarehouse(): Promise<PanelWarehouse> {
  const folder = await tempDir('sidelight-panels-')
  const engine = await startEngine(folder.path)
  await migrate(engine, { target: 'embedded', database: 'sidelight' })
  return {
    engine,
    async [Symbol.asyncDispose]() {
      await engine.close()
      await folder[Symbol.asyncDispose]()
    },
  }
}
