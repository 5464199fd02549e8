import { z } from 'zod';
import { LONGEST_NAME, NAME } from '../../core/name.ts';

/**
 * Any value JSON can hold. Not `z.unknown()` alone, which would be documented as a field that may be missing; nor the list
 * of JSON's types, which a generated client could not narrow to the output of one action.
 */
export const jsonValue = (description?: string) => {
  const value = z
    .unknown()
    .refine((given): boolean => given !== undefined, 'Missing; null is JSON for nothing');
  return description === undefined ? value : value.meta({ description });
};

/** RFC 3339 UTC. */
export const time = () => z.iso.datetime();

export const nameOf = (description: string) =>
  z.string().regex(NAME).max(LONGEST_NAME).meta({ description, example: 'email.send' });

export const invocationId = () =>
  z.string().meta({ description: 'Opaque and URL-safe: as an answer had it.' });
