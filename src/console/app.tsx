import { useEffect, useMemo, useState } from 'preact/hooks';
import { Api } from './api/api.ts';
import { dropKey, keepKey, keptKey } from './api/key.ts';
import { SignIn } from './pages/sign-in.tsx';
import { Shell } from './shell.tsx';
import { SignedIn } from './ui/context.ts';

/** Long enough to be read; then it would only lie over something else. */
const SAID_MS = 10_000;

/** The page: nothing but the question for a key until there is one. */
export function App() {
  const [key, setKey] = useState(keptKey);
  const [notice, setNotice] = useState('');
  const [said, announce] = useState('');
  useEffect(() => {
    const timer = setTimeout(() => announce(''), SAID_MS);
    return () => clearTimeout(timer);
  }, [said]);
  const signOut = (why: string): void => {
    dropKey();
    setKey(null);
    announce('');
    setNotice(why);
  };
  const signIn = (good: string): void => {
    keepKey(good);
    setNotice('');
    setKey(good);
  };
  const signed = useMemo(() => (key === null ? undefined : { api: new Api(key, signOut), announce }), [key]);
  if (!signed) return <SignIn notice={notice} onKey={signIn} />;
  return (
    <SignedIn.Provider value={signed}>
      <Shell onSignOut={() => signOut('You have signed out.')} />
      <p role="status" class="said">
        {said}
      </p>
    </SignedIn.Provider>
  );
}
