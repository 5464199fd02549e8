import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { Form, useDoing } from './form.tsx';
import { Problem } from './parts.tsx';

interface DialogProps {
  title: string;
  /** What the button says that does it. */
  act: string;
  /** Rejects with what the API has refused; then the dialog stays. */
  onAct: () => Promise<void>;
  onClose: () => void;
  children?: ComponentChildren;
}

/** Asks before something is done, and says what the API has against it. */
export function Dialog({ title, act, onAct, onClose, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useEffect(() => dialog.current?.showModal(), []);
  // Which gives the focus back to where it was, and then tells that it has closed.
  const close = (): void => dialog.current?.close();
  const { isBusy, error, run } = useDoing(async () => {
    await onAct();
    close();
  });
  return (
    <dialog ref={dialog} aria-labelledby={titleId} onClose={onClose}>
      <article>
        <Form onSubmit={run}>
          <h2 id={titleId}>{title}</h2>
          {children}
          <Problem error={error} />
          <footer>
            <button type="button" class="secondary" onClick={close}>
              Leave it
            </button>
            <button type="submit" aria-busy={isBusy} disabled={isBusy}>
              {act}
            </button>
          </footer>
        </Form>
      </article>
    </dialog>
  );
}
