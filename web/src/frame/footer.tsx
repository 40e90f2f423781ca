import { useEffect, useRef, useState } from 'react';
import { APPEARANCES, type Appearance, appear, appearance } from '../appearance.ts';
import { usePart } from '../shared/live/use-part.ts';
import { NotLoaded } from '../shared/not-loaded.tsx';
import { TEXTS, t } from '../texts/index.ts';
import { LANGUAGES, type Language, language } from '../texts/language.ts';

export function Footer({
  isLanguageChosen,
  onLanguage,
}: {
  /** The page was mounted anew by a choice made here: whoever made it goes on from where they were. */
  isLanguageChosen: boolean;
  /** Rejects where the language cannot be loaded. */
  onLanguage: (language: Language) => Promise<void>;
}) {
  const languages = useRef<HTMLSelectElement>(null);
  const [missed, setMissed] = useState<Language>();
  const { isMissing } = usePart(TEXTS[missed ?? language()], missed !== undefined);
  useEffect(() => {
    if (isLanguageChosen) languages.current?.focus({ preventScroll: true });
  }, [isLanguageChosen]);
  return (
    <footer className="footer">
      <p>
        Nightlatch · {t.shell.promise} · <a href="/docs">{t.shell.api}</a>
      </p>
      <div className="footer-choices">
        <label className="field inline">
          <span>{t.shell.language}</span>
          <select
            ref={languages}
            value={language()}
            onChange={({ target }) => {
              const next = target.value as Language;
              onLanguage(next).catch(() => setMissed(next));
            }}
          >
            {Object.entries(LANGUAGES).map(([code, { name }]) => (
              <option key={code} value={code} lang={code}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <label className="field inline">
          <span>{t.shell.appearance}</span>
          <select defaultValue={appearance()} onChange={({ target }) => appear(target.value as Appearance)}>
            {APPEARANCES.map((one) => (
              <option key={one} value={one}>
                {t.shell.appearances[one]}
              </option>
            ))}
          </select>
        </label>
        {isMissing && <NotLoaded />}
      </div>
    </footer>
  );
}
