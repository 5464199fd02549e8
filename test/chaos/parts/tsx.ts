import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

/** For `node --import`: runs TypeScript. */
export const TSX = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
