import { useState } from 'preact/hooks';
import { isDoError } from '../../core/errors.ts';
import type { Invocation } from '../../core/invocation.ts';
import type { Definition } from '../api/api.ts';
import type { Field, Values } from '../model/fields.ts';
import { fieldsOf, toInput, toValues } from '../model/fields.ts';
import { issuesIn } from '../model/problem.ts';
import { hashOf } from '../model/route.ts';
import { useSigned } from '../ui/context.ts';
import { Form, useDoing } from '../ui/form.tsx';
import { JsonInput, parseJson } from '../ui/json-input.tsx';
import { Problem } from '../ui/parts.tsx';
import { FieldInput } from './field-input.tsx';

interface Draft {
  isJson: boolean;
  values: Values;
  text: string;
  key: string;
}

interface Refused {
  error?: unknown;
  /** By the field it is shown at. */
  issues: Record<string, string>;
  json?: string;
}

const REDACTED = '[redacted]';

function draftOf(fields: Field[] | undefined, input: unknown): Draft {
  const values = fields && toValues(fields, input ?? {});
  const text = input === undefined ? (fields ? '{}' : '') : JSON.stringify(input, null, 2);
  return { isJson: values === undefined, values: values ?? {}, text, key: '' };
}

/** Throws what cannot be sent; what is not valid is for the API to say. */
function inputOf(fields: Field[] | undefined, { isJson, values, text }: Draft): unknown {
  if (isJson || !fields) return parseJson(text);
  return toInput(fields, values).input;
}

interface InvokeFormProps {
  definition: Definition;
  /** Whose input the form begins with. */
  before: Invocation | undefined;
}

export function InvokeForm({ definition, before }: InvokeFormProps) {
  const fields = fieldsOf(definition.inputSchema);
  const [draft, setDraft] = useState(() => draftOf(fields, before?.input));
  const { refused, isBusy, invoke } = useInvoke(definition, fields, draft);
  return (
    <Form class="invoke" onSubmit={invoke}>
      {holdsRedacted(before) && <Masked />}
      <Entry {...{ fields, draft, refused, setDraft }} />
      <label>
        Idempotency-Key (optional: the same key with the same input is the same invocation)
        <input
          value={draft.key}
          maxLength={255}
          spellcheck={false}
          onInput={(event) => setDraft({ ...draft, key: event.currentTarget.value })}
        />
      </label>
      <Problem error={refused.error} />
      <button type="submit" disabled={isBusy} aria-busy={isBusy}>
        Invoke {definition.name}
      </button>
    </Form>
  );
}

/** Goes to the invocation once it is accepted. */
function useInvoke({ kind, name }: Definition, fields: Field[] | undefined, draft: Draft) {
  const { api, announce } = useSigned();
  const [refused, setRefused] = useState<Refused>({ issues: {} });
  const { isBusy, run } = useDoing(async () => {
    const found = unsendable(fields, draft);
    setRefused(found ?? { issues: {} });
    if (found) return;
    try {
      const input = inputOf(fields, draft);
      const { id, replayed } = await api.start({ kind, name, input, idempotencyKey: draft.key || undefined });
      announce(replayed ? `${name} had completed under this key.` : `${name} was accepted.`);
      location.hash = hashOf({ page: 'invocation', id });
    } catch (error) {
      setRefused(refusalOf(error, draft.isJson ? [] : (fields ?? [])));
    }
  });
  return { refused, isBusy, invoke: run };
}

const holdsRedacted = (before: Invocation | undefined): boolean =>
  before !== undefined && JSON.stringify(before.input ?? null).includes(JSON.stringify(REDACTED));

const Masked = () => (
  <p role="note" class="problem">
    The input holds fields that are not shown to anybody ({REDACTED}). Enter them again: they are sent as they
    stand here.
  </p>
);

interface EntryProps {
  fields: Field[] | undefined;
  draft: Draft;
  refused: Refused;
  setDraft: (draft: Draft) => void;
}

function Entry({ fields, draft, refused, setDraft }: EntryProps) {
  const toggle = (isJson: boolean): void => {
    const text = isJson && fields ? JSON.stringify(toInput(fields, draft.values).input, null, 2) : draft.text;
    setDraft({ ...draft, isJson, text, values: isJson ? draft.values : valuesIn(fields, draft) });
  };
  return (
    <>
      {fields && (
        <label>
          <input
            type="checkbox"
            role="switch"
            checked={draft.isJson}
            onChange={(event) => toggle(event.currentTarget.checked)}
          />
          Enter it as JSON
        </label>
      )}
      {draft.isJson || !fields ? (
        <JsonInput
          label="Input (JSON)"
          text={draft.text}
          rows={8}
          error={refused.json}
          onText={(text) => setDraft({ ...draft, text })}
        />
      ) : (
        fields.map((field) => (
          <FieldInput
            key={field.name}
            field={field}
            value={draft.values[field.name] ?? ''}
            error={refused.issues[field.name]}
            onValue={(value) => setDraft({ ...draft, values: { ...draft.values, [field.name]: value } })}
          />
        ))
      )}
    </>
  );
}

/** What the fields can hold of the text; else what they held before. */
function valuesIn(fields: Field[] | undefined, { text, values }: Draft): Values {
  try {
    return (fields && toValues(fields, parseJson(text))) ?? values;
  } catch {
    return values;
  }
}

function unsendable(fields: Field[] | undefined, draft: Draft): Refused | undefined {
  if (draft.isJson || !fields) {
    try {
      parseJson(draft.text);
      return undefined;
    } catch (error) {
      return { issues: {}, json: (error as Error).message };
    }
  }
  const { problems } = toInput(fields, draft.values);
  return Object.keys(problems).length > 0 ? { issues: problems } : undefined;
}

function refusalOf(error: unknown, fields: readonly Field[]): Refused {
  if (!isDoError(error) || error.code !== 'INPUT_INVALID') return { error, issues: {} };
  const issues = issuesIn(error.message);
  const known = Object.entries(issues).filter(([field]) => fields.some(({ name }) => name === field));
  return { error, issues: Object.fromEntries(known) };
}
