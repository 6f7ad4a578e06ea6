/** A file that can't be compared. The message names where and what, and never quotes what stands there. */
export class ExportProblem extends Error {
  constructor(place: string, message: string) {
    super(place === '' ? message : `${place}: ${message}`)
    this.name = 'ExportProblem'
  }
}
