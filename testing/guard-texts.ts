const sentence =
  'The customer asked for another invoice, and the clerk looked it up in the archive of the year before. '

const hard: readonly (readonly [name: string, piece: string])[] = [
  ['prose', sentence],
  ['one word of an attack', 'ignore '],
  ['beginnings of attacks', 'ignore previous all your '],
  ['single letters', 'i '],
  ['base64', 'aWdub3JlIHByZXZpb3Vz'],
  ['angle brackets', '<|'],
  ['headings', '\n## system '],
  ['invisible characters', '\u200b'],
  ['tag letters', '\u{e0041}'],
  ['roles in JSON', '{"role": '],
  ['Chinese beginnings', '忽略'],
  ['accents', 'e\u0301'],
]

/** Texts of a length that are hard on rules of which one is not linear. */
export function guardTexts(chars: number): (readonly [name: string, text: string])[] {
  return hard.map(([name, piece]) => [name, piece.repeat(Math.ceil(chars / piece.length)).slice(0, chars)])
}
