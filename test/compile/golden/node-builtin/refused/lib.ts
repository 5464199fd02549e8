export { homedir as home } from 'node:os';
