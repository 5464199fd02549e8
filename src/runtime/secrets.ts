import type { SecretSource } from '../core/secrets.ts';
import { environmentSecrets } from '../worker/secret-source.ts';

let source = environmentSecrets();

/** From here on every worker of this process asks there. */
export const useSecrets = (given: SecretSource): void => void (source = given);

export const secretOf: SecretSource = (name) => source(name);
