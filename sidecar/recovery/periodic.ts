/** More of a text is not looked at: what repeats for so long is taken for a repetition. */
const charsMax = 4096

/** The text is a shorter one, at least twice: saying it again may just be going on with it. */
export function isPeriodic(text: string): boolean {
  const length = Math.min(text.length, charsMax)
  // The longest beginning that is also an end, for every beginning (Knuth, Morris, Pratt).
  const borders = new Int32Array(length + 1)
  let border = 0
  for (let at = 1; at < length; at += 1) {
    while (border > 0 && text[at] !== text[border]) border = borders[border] ?? 0
    if (text[at] === text[border]) border += 1
    borders[at + 1] = border
  }
  return border * 2 >= length
}
