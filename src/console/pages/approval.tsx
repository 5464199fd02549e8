import { useState } from 'preact/hooks';
import type { ApprovalRequest } from '../../core/approval-request.ts';
import { visible, visibleLine } from '../model/format.ts';
import { useSigned } from '../ui/context.ts';
import { Dialog } from '../ui/dialog.tsx';
import { JsonInput, parseJson } from '../ui/json-input.tsx';
import { Facts, Json, Time } from '../ui/parts.tsx';

interface ApprovalProps {
  id: string;
  request: ApprovalRequest;
  onDecided: () => void;
}

/** One question to a person. What is decided names the digest of what is shown here, so it holds for nothing else. */
export function Approval({ id, request, onDecided }: ApprovalProps) {
  const [asks, setAsks] = useState<boolean>();
  const { name, subject, approvers, requestedAt, expiresAt } = request;
  return (
    <article class="approval">
      <h3>{visibleLine(name)}</h3>
      <Json value={subject} label={`What is to be approved: ${name}`} />
      <Facts
        facts={[
          { name: 'Asked', value: <Time at={requestedAt} /> },
          expiresAt !== null && { name: 'Until', value: <Time at={expiresAt} /> },
          {
            name: 'May decide',
            value: approvers ? visible(approvers.join(', ')) : 'everybody who may operate',
          },
        ]}
      />
      <div class="acts">
        <button type="button" onClick={() => setAsks(true)}>
          Approve…
        </button>
        <button type="button" class="secondary" onClick={() => setAsks(false)}>
          Reject…
        </button>
      </div>
      {asks !== undefined && (
        <Decide {...{ id, request, onDecided }} approved={asks} onClose={() => setAsks(undefined)} />
      )}
    </article>
  );
}

interface DecideProps extends ApprovalProps {
  approved: boolean;
  onClose: () => void;
}

function Decide({ id, request, approved, onDecided, onClose }: DecideProps) {
  const { api, announce } = useSigned();
  const [reason, setReason] = useState('');
  const [data, setData] = useState('');
  const { name, digest } = request;
  const decide = async (): Promise<void> => {
    const more = data.trim() === '' ? {} : { data: parseJson(data) };
    await api.decide(id, name, { digest, approved, ...(reason !== '' && { reason }), ...more });
    announce(`${approved ? 'Approved' : 'Rejected'}: ${visibleLine(name)}.`);
    onDecided();
  };
  return (
    <Dialog
      title={`${approved ? 'Approve' : 'Reject'} ${visibleLine(name)}?`}
      act={approved ? 'Approve' : 'Reject'}
      onAct={decide}
      onClose={onClose}
    >
      <label>
        Reason (optional, shown in the audit)
        <input value={reason} onInput={(event) => setReason(event.currentTarget.value)} />
      </label>
      <details>
        <summary>Data for the workflow</summary>
        <JsonInput label="Data (JSON)" text={data} onText={setData} />
      </details>
    </Dialog>
  );
}
