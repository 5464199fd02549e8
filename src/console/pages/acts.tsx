import { useState } from 'preact/hooks';
import type { Invocation } from '../../core/invocation.ts';
import { hashOf } from '../model/route.ts';
import { useSigned } from '../ui/context.ts';
import { Dialog } from '../ui/dialog.tsx';
import { SignalDialog } from './signal-dialog.tsx';

interface ActsProps {
  invocation: Invocation;
  onDone: () => void;
}

type Act = 'cancel' | 'signal' | 'compensate';

/** What can be done with it as it is; each is asked about first. */
export function Acts({ invocation, onDone }: ActsProps) {
  const [act, setAct] = useState<Act>();
  const { id, kind, name, status } = invocation;
  const isRunning = status === 'running';
  const leftSomething = status === 'terminated' || invocation.error?.code === 'COMPENSATION_FAILED';
  const close = (): void => setAct(undefined);
  const button = (which: Act, text: string) => (
    <button type="button" class="secondary" onClick={() => setAct(which)}>
      {text}
    </button>
  );
  return (
    <div class="acts">
      {isRunning && button('cancel', 'Cancel…')}
      {isRunning && kind === 'workflow' && button('signal', 'Signal…')}
      {leftSomething && button('compensate', 'Take back…')}
      <a href={hashOf({ page: 'definition', kind, name, from: id })}>Invoke again</a>
      {act === 'cancel' && <CancelDialog {...{ invocation, onDone }} onClose={close} />}
      {act === 'signal' && <SignalDialog {...{ invocation, onDone }} onClose={close} />}
      {act === 'compensate' && <CompensateDialog {...{ invocation, onDone }} onClose={close} />}
    </div>
  );
}

interface ActDialogProps extends ActsProps {
  onClose: () => void;
}

function CancelDialog({ invocation: { id, name }, onDone, onClose }: ActDialogProps) {
  const { api, announce } = useSigned();
  const cancel = async (): Promise<void> => {
    await api.cancel(id);
    announce(`Cancellation of ${name} is asked for.`);
    onDone();
  };
  return (
    <Dialog title={`Cancel ${name}?`} act="Cancel the invocation" onAct={cancel} onClose={onClose}>
      <p>
        The attempt that runs is told and its end is waited for. What was done is taken back where it can be.
      </p>
    </Dialog>
  );
}

function CompensateDialog({ invocation: { id, name }, onClose }: ActDialogProps) {
  const { api, announce } = useSigned();
  const compensate = async (): Promise<void> => {
    const { id: by } = await api.compensate(id);
    announce(`What ${name} has left is taken back by this invocation.`);
    location.hash = hashOf({ page: 'invocation', id: by });
  };
  return (
    <Dialog title={`Take back what ${name} has left?`} act="Take back" onAct={compensate} onClose={onClose}>
      <p>An invocation of its own does it; this one stays as it is.</p>
    </Dialog>
  );
}
