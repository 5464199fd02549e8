/** A text of which some parts stay, each in its line, and some are put in. */
export class Mask {
  readonly text: string;
  readonly #keeps: Uint8Array;
  readonly #inserts = new Map<number, string>();

  constructor(text: string) {
    this.text = text;
    this.#keeps = new Uint8Array(text.length);
  }

  keep(start: number, end: number): void {
    this.#keeps.fill(1, start, end);
  }

  drop(start: number, end: number): void {
    this.#keeps.fill(0, start, end);
  }

  insert(at: number, text: string): void {
    if (text !== '') this.#inserts.set(at, (this.#inserts.get(at) ?? '') + text);
  }

  /** What was dropped leaves one blank at most, so that it does not count how long it was. */
  toString(): string {
    const lines = [''];
    let hasGap = false;
    const put = (text: string): void => {
      const line = lines.at(-1)!;
      lines[lines.length - 1] = line + (hasGap && line !== '' ? ' ' : '') + text;
      hasGap = false;
    };
    for (let at = 0; at <= this.text.length; at++) {
      const inserted = this.#inserts.get(at);
      if (inserted !== undefined) lines[lines.length - 1] += inserted;
      const sign = this.text[at];
      if (sign === undefined) break;
      if (sign === '\n') lines.push('');
      // A template literal has `\n` for it too, whatever the file has.
      else if (sign === '\r' && this.text[at + 1] === '\n') continue;
      else if (this.#keeps[at] === 1) put(sign);
      else hasGap = true;
      if (sign === '\n') hasGap = false;
    }
    return lines.join('\n');
  }
}
