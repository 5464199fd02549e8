export { charge as pay } from './actions.ts';
