type Colour = 'bold' | 'dim' | 'red' | 'green' | 'yellow';

const CODES: Record<Colour, [number, number]> = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
};

/** What is needed to know of the stream that text goes to. */
export interface Screen {
  isTTY?: boolean;
  columns?: number;
}

export type Paint = (colour: Colour, text: string) => string;

/** Colours on a terminal that wants them (https://no-color.org), plain text for everything else. */
export function painter(screen: Screen, env: NodeJS.ProcessEnv = process.env): Paint {
  const isColoured = screen.isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
  return (colour, text) => {
    const [on, off] = CODES[colour];
    return isColoured ? `\x1b[${on}m${text}\x1b[${off}m` : text;
  };
}

/** Text of others must not move the cursor, recolour the terminal or break a row. */
export const oneLine = (text: string): string => text.replace(/\p{Cc}+/gu, ' ').trim();

/**
 * Rows under a header: aligned, and cut to the width, on a terminal; separated by tabs elsewhere, for `cut` and `awk`.
 */
export function table(header: string[], rows: string[][], screen: Screen): string {
  const clean = [header, ...rows].map((row) => row.map(oneLine));
  if (!screen.isTTY) return clean.map((row) => `${row.join('\t')}\n`).join('');
  const widths = header.map((_, column) => Math.max(...clean.map((row) => row[column]?.length ?? 0)));
  const lines = clean.map((row) =>
    cut(row.map((cell, column) => cell.padEnd(widths[column]!)).join('  '), screen.columns),
  );
  const [first, ...rest] = lines;
  return [painter(screen)('bold', first!), ...rest].map((line) => `${line}\n`).join('');
}

function cut(line: string, columns: number | undefined): string {
  const text = line.trimEnd();
  return columns && text.length > columns ? `${text.slice(0, columns - 1)}…` : text;
}
