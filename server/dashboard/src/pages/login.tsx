// Signing in. Nothing else is on this page; after it one is where the address says.
import { useEffect, useRef, useState } from 'preact/hooks';
import { login, type Failure } from '../api/client.ts';
import type { Language } from '../format.ts';
import { speechOf, useSpeech } from '../language.tsx';
import type { Words } from '../words/de.ts';
import { Choices } from '../parts/choices.tsx';
import { Logo } from '../parts/icon.tsx';

export type Why = 'start' | 'ended' | 'signed-out';
interface LoginProps { why: Why; signedIn(): void; setLanguage(language: Language): void }

export function Login({ why, signedIn, setLanguage }: LoginProps) {
  const { language, words } = useSpeech();
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [failure, setFailure] = useState<Failure | null>(null);
  const [busy, setBusy] = useState(false);
  const first = useRef<HTMLInputElement>(null);
  useEffect(() => {
    document.title = `${words.login.title} · Etappe`;
  }, [words]);
  useEffect(() => first.current?.focus(), []);

  const submit = (event: Event) => {
    event.preventDefault();
    setBusy(true);
    void login(name, password).then((answer) => {
      setBusy(false);
      if (answer.ok) {
        signedIn();
        return;
      }
      setFailure(answer.failure);
      setPassword('');
    });
  };
  const hint = why === 'ended' ? words.login.ended : why === 'signed-out' ? words.login.signedOut : '';
  return (
    <main class="login" id="content">
      <form class="card" onSubmit={submit} aria-labelledby="login-title">
        <p class="brand"><Logo /><span>Etappe</span></p>
        <h1 id="login-title">{words.login.title}</h1>
        {hint && <p class="soft" role="status">{hint}</p>}
        <label>
          {words.login.name}
          <input
            ref={first} type="text" name="login" autoComplete="username" autoCapitalize="none" spellcheck={false} required
            value={name} onInput={(event) => setName(event.currentTarget.value)}
          />
        </label>
        <label>
          {words.login.password}
          <input
            type="password" name="password" autoComplete="current-password" required
            value={password} onInput={(event) => setPassword(event.currentTarget.value)}
          />
        </label>
        <p class="error" role="alert">{failure && message(failure, words)}</p>
        <button class="btn primary" type="submit" disabled={busy}>{words.login.submit}</button>
      </form>
      <Choices
        class="seg" label={words.top.language} chosen={language} choose={setLanguage}
        options={(['de', 'en'] as const).map((id) => ({ id, name: speechOf(id).words.language }))}
      />
    </main>
  );
}

function message(failure: Failure, words: Words): string {
  if (failure.status === 429) return words.login.many(failure.retryAfterSeconds);
  return failure.status === 400 || failure.status === 401 ? words.login.wrong : words.login.failed;
}
