import { readFileSync } from 'node:fs';

/** The key that `npm start` made for development. */
export const apiKey =
  process.env['DO_API_KEY'] ?? readFileSync(`${process.env['DO_DATA_DIR'] ?? '.do'}/dev.key`, 'utf8').trim();
