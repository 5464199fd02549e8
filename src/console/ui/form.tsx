import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';

export interface Doing {
  isBusy: boolean;
  /** What the last try was refused with. */
  error: unknown;
  run: () => Promise<void>;
}

/** Something that may be refused, and is not begun again before it has ended. */
export function useDoing(act: () => Promise<void>): Doing {
  const [state, setState] = useState<{ isBusy: boolean; error?: unknown }>({ isBusy: false });
  const run = async (): Promise<void> => {
    if (state.isBusy) return;
    setState({ isBusy: true });
    try {
      await act();
      setState({ isBusy: false });
    } catch (error) {
      setState({ isBusy: false, error });
    }
  };
  return { isBusy: state.isBusy, error: state.error, run };
}

interface FormProps {
  class?: string;
  onSubmit: () => Promise<void>;
  children: ComponentChildren;
}

/** What is entered is never sent by the browser itself, and never checked by it: the API's own words are shown. */
export const Form = ({ class: name, onSubmit, children }: FormProps) => (
  <form
    {...(name !== undefined && { class: name })}
    noValidate
    onSubmit={(event) => {
      event.preventDefault();
      void onSubmit();
    }}
  >
    {children}
  </form>
);
