export { overridden } from '../core/step-policy.ts';
