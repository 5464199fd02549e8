import { useState } from 'preact/hooks';
import { Api } from '../api/api.ts';
import { Form, useDoing } from '../ui/form.tsx';
import { Heading, Problem } from '../ui/parts.tsx';

interface SignInProps {
  /** Why it is asked, where that needs saying. */
  notice: string;
  onKey: (key: string) => void;
}

/** The key goes into the header of requests and nowhere else: the field has no name, so no form could send it. */
export function SignIn({ notice, onKey }: SignInProps) {
  const [text, setText] = useState('');
  const key = text.trim();
  const { isBusy, error, run } = useDoing(async () => {
    await new Api(key, () => undefined).check();
    onKey(key);
  });
  return (
    <main class="sign-in">
      <Heading title="Console" />
      {notice && <p role="status">{notice}</p>}
      <Form onSubmit={run}>
        <label for="key">API key, or a token of your identity provider</label>
        <input
          id="key"
          type="password"
          autoComplete="off"
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
        <Problem error={error} />
        <button type="submit" disabled={isBusy || key === ''} aria-busy={isBusy}>
          Sign in
        </button>
      </Form>
      <p>
        <small>
          In development the key is where the block that <code>npm start</code> prints says. It stays in this
          tab and is gone when the tab is closed.
        </small>
      </p>
    </main>
  );
}
