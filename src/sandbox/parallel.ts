export { parallel } from '../core/parallel.ts';
