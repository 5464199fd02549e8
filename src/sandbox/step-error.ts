export { failedStep, stepError } from '../core/step-error.ts';
