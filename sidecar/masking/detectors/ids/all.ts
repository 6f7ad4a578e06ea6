import { americanIds } from './americas.ts'
import { britishIds } from './britain.ts'
import { easternIds } from './east.ts'
import { eastAsianIds } from './east-asia.ts'
import { germanIds } from './german.ts'
import { globalIds } from './global.ts'
import { nordicIds } from './nordic.ts'
import type { IdRule } from './rule.ts'
import { southernIds } from './south.ts'
import { southAsianIds } from './south-asia.ts'
import { southWesternIds } from './south-west.ts'

/** Every rule; a new one is a line in the file of its region and its words. */
export const idRules: readonly IdRule[] = [
  ...globalIds,
  ...americanIds,
  ...britishIds,
  ...germanIds,
  ...southWesternIds,
  ...nordicIds,
  ...easternIds,
  ...eastAsianIds,
  ...southAsianIds,
  ...southernIds,
]
