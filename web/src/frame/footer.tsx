import { APPEARANCES, type Appearance, appear, appearance } from '../appearance.ts';
import { t } from '../texts/index.ts';
import { LANGUAGES, type Language, language } from '../texts/language.ts';

export function Footer({ onLanguage }: { onLanguage: (language: Language) => void }) {
  return (
    <footer className="footer">
      <p>
        Nightlatch · {t.shell.promise} · <a href="/docs">{t.shell.api}</a>
      </p>
      <div className="footer-choices">
        <label className="field inline">
          <span>{t.shell.language}</span>
          <select defaultValue={language()} onChange={({ target }) => onLanguage(target.value as Language)}>
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
      </div>
    </footer>
  );
}
