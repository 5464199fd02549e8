import { useId } from 'preact/hooks';

interface JsonInputProps {
  label: string;
  text: string;
  onText: (text: string) => void;
  rows?: number;
  error?: string | undefined;
}

export function JsonInput({ label, text, onText, rows = 4, error }: JsonInputProps) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <textarea
        id={id}
        class="json"
        rows={rows}
        spellcheck={false}
        value={text}
        onInput={(event) => onText(event.currentTarget.value)}
        {...(error !== undefined && { 'aria-invalid': true, 'aria-describedby': `${id}-error` })}
      />
      {error !== undefined && (
        <small id={`${id}-error`} class="error">
          {error}
        </small>
      )}
    </div>
  );
}

/** The value of what was typed, nothing being null; throws what is wrong with it. */
export function parseJson(text: string): unknown {
  if (text.trim() === '') return null;
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new Error(`This is no JSON: ${(error as Error).message}`);
  }
}
