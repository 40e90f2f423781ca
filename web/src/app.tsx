/** The frame around every page: who you are, whether the server hears you, where you can go, in which language. */
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import { I18nProvider, RouterProvider } from 'react-aria-components';
import { Broken } from './frame/broken.tsx';
import { Footer } from './frame/footer.tsx';
import { Header } from './frame/header.tsx';
import { Page } from './frame/pages.tsx';
import { routeOf } from './route.ts';
import { navigate, useAddress } from './router.tsx';
import { useConnection } from './shared/live/client.ts';
import { loadTexts, t } from './texts/index.ts';
import { language, locale } from './texts/language.ts';

export function App() {
  const [spoken, setSpoken] = useState({ language: language(), isChosenHere: false });
  useEffect(() => {
    document.documentElement.lang = spoken.language;
  }, [spoken]);
  return (
    <I18nProvider locale={locale()}>
      <RouterProvider navigate={navigate}>
        {/* Another language is another page: whatever has kept a text is made anew. */}
        <Frame
          key={spoken.language}
          isLanguageChosen={spoken.isChosenHere}
          onLanguage={async (next) => {
            await loadTexts(next);
            setSpoken({ language: next, isChosenHere: true });
          }}
        />
      </RouterProvider>
    </I18nProvider>
  );
}

function Frame(choice: Parameters<typeof Footer>[0]) {
  const { path } = useAddress();
  const route = routeOf(path);
  const main = useRef<HTMLElement>(null);
  const first = useRef(true);

  // Before the page's own effects: it may have a better one.
  useLayoutEffect(() => {
    document.title = `${t.shell.titles[route.page]} · Nightlatch`;
  }, [route.page]);
  // A page change is announced by moving the focus to it; the first page is where the reader is anyway.
  // biome-ignore lint/correctness/useExhaustiveDependencies: another path is another page.
  useEffect(() => {
    if (first.current) first.current = false;
    else main.current?.focus({ preventScroll: true });
  }, [path]);

  return (
    <>
      <a className="skip" href="#main">
        {t.shell.skip}
      </a>
      <Header page={route.page} />
      <ConnectionNotice />
      <main id="main" ref={main} tabIndex={-1} data-page={route.page}>
        <Broken key={path}>
          <Page route={route} />
        </Broken>
      </main>
      <Footer {...choice} />
    </>
  );
}

function ConnectionNotice() {
  if (useConnection() !== 'offline') return null;
  return (
    <p className="notice" role="alert">
      {t.shell.offline}
    </p>
  );
}
