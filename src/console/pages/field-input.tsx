import { useId } from 'preact/hooks';
import type { Field } from '../model/fields.ts';
import { visible } from '../model/format.ts';

interface FieldInputProps {
  field: Field;
  value: string;
  /** What is wrong with it. */
  error: string | undefined;
  onValue: (value: string) => void;
}

export function FieldInput(props: FieldInputProps) {
  const { field, error } = props;
  const id = useId();
  const notes = [field.description, field.fallback === undefined ? '' : `Default: ${field.fallback}`];
  const note = visible(notes.filter(Boolean).join('. '));
  return (
    <div class="field">
      <label for={id}>
        {visible(field.name)} {field.isRequired && <em class="required">required</em>}
      </label>
      <Control
        {...props}
        id={id}
        describedBy={error === undefined ? `${id}-note` : `${id}-error ${id}-note`}
      />
      {error !== undefined && (
        <small id={`${id}-error`} class="error">
          {visible(error)}
        </small>
      )}
      <small id={`${id}-note`}>{note}</small>
    </div>
  );
}

interface ControlProps extends FieldInputProps {
  id: string;
  describedBy: string;
}

function Control({ field, value, error, onValue, id, describedBy }: ControlProps) {
  const onInput = (event: { currentTarget: { value: string } }): void => onValue(event.currentTarget.value);
  const common = {
    ...{ id, value, 'aria-describedby': describedBy, 'aria-required': field.isRequired },
    ...(error !== undefined && { 'aria-invalid': true as const }),
  };
  if (field.kind === 'choice' || field.kind === 'boolean')
    return (
      <select {...common} onChange={(event) => onValue(event.currentTarget.value)}>
        <option value="">{field.isRequired ? 'choose' : 'not set'}</option>
        {(field.kind === 'boolean' ? ['true', 'false'] : field.choices).map((choice) => (
          <option key={choice} value={choice}>
            {visible(shown(choice))}
          </option>
        ))}
      </select>
    );
  if (field.isLong || (field.kind === 'json' && !field.takesText))
    return (
      <textarea
        {...common}
        {...(field.kind === 'json' && { class: 'json', placeholder: 'JSON', spellcheck: false })}
        rows={3}
        onInput={onInput}
      />
    );
  const line = {
    ...common,
    ...{ autoComplete: 'off', onInput },
    ...(field.takesText && { placeholder: 'text, or JSON' }),
  };
  if (field.isSensitive) return <input {...line} type="password" />;
  return <input {...line} {...(field.kind === 'number' && { inputMode: 'decimal' as const })} />;
}

/** A string without its quotes, as somebody reads it. */
function shown(choice: string): string {
  const value = JSON.parse(choice) as unknown;
  return typeof value === 'string' ? value : choice;
}
