import { useId, useState } from 'preact/hooks';
import type { Invocation } from '../../core/invocation.ts';
import { visibleLine } from '../model/format.ts';
import { useSigned } from '../ui/context.ts';
import { Dialog } from '../ui/dialog.tsx';
import { useLoad } from '../ui/hooks.ts';
import { JsonInput, parseJson } from '../ui/json-input.tsx';

interface SignalDialogProps {
  invocation: Invocation;
  onDone: () => void;
  onClose: () => void;
}

export function SignalDialog({ invocation, onDone, onClose }: SignalDialogProps) {
  const { api, announce } = useSigned();
  const [name, setName] = useState('');
  const [payload, setPayload] = useState('');
  const list = useId();
  const { value } = useLoad(invocation.name, () => api.definition(invocation.kind, invocation.name));
  const known = (value?.kind === 'workflow' && value.signals) || [];
  const send = async (): Promise<void> => {
    await api.signal(invocation.id, name.trim(), parseJson(payload));
    announce(`The signal ${visibleLine(name)} is on record.`);
    onDone();
  };
  return (
    <Dialog title={`Send ${invocation.name} a signal`} act="Send" onAct={send} onClose={onClose}>
      <label>
        Name
        <input
          value={name}
          list={list}
          spellcheck={false}
          onInput={(event) => setName(event.currentTarget.value)}
        />
        <datalist id={list}>
          {known.map((one) => (
            <option key={one} value={one} />
          ))}
        </datalist>
      </label>
      <JsonInput label="Payload (JSON; nothing is null)" text={payload} onText={setPayload} />
    </Dialog>
  );
}
