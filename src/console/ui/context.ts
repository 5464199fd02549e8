import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Api } from '../api/api.ts';

export interface Signed {
  api: Api;
  /** Says what an act has led to, also to whoever does not see the page. */
  announce: (text: string) => void;
}

export const SignedIn = createContext<Signed | undefined>(undefined);

/** Only within what is shown to somebody who has signed in. */
export function useSigned(): Signed {
  const signed = useContext(SignedIn);
  if (!signed) throw new Error('This part of the page is shown to nobody who has not signed in.');
  return signed;
}
