const daysOf = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

export function isDay(month: number, day: number): boolean {
  return day >= 1 && day <= (daysOf[month - 1] ?? 0)
}

const two = (text: string, from: number) => Number(text.slice(from, from + 2))

/** A plausible yymmdd at `from`; the century is unknown, so 29 February always is. */
export const isYmd = (text: string, from = 0): boolean => isDay(two(text, from + 2), two(text, from + 4))

export const isDmy = (text: string, from = 0): boolean => isDay(two(text, from + 2), two(text, from))

/** yyyymmdd between 1850 and 2100. */
export function isLongYmd(text: string, from: number): boolean {
  const year = Number(text.slice(from, from + 4))
  return year >= 1850 && year <= 2100 && isYmd(text, from + 2)
}

/** Digits that say sex or century were added to a month or a day: which of the sums it may be. */
export function isShifted(month: number, day: number, shifts: readonly [number, number][]): boolean {
  return shifts.some(([ofMonth, ofDay]) => isDay(month - ofMonth, day - ofDay))
}

/** Nobody is born yet in such a year. */
export const isFuture = (year: number): boolean => year > new Date().getFullYear()
