/** What a bundle runs before anything of Temporal's. */
import { lightenPromises } from './light-promises.ts';

lightenPromises();
