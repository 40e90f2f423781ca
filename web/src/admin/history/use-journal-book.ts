import { useEffect, useState, useSyncExternalStore } from 'react';
import { JournalBook } from './journal-book.ts';

const nothing = () => () => {};

/** The apartment's journal, read on as long as a component shows it. Undefined until it is opened. */
export function useJournalBook(apartmentId: string): JournalBook | undefined {
  const [book, setBook] = useState<JournalBook>();
  useEffect(() => {
    const opened = new JournalBook(apartmentId);
    opened.open();
    setBook(opened);
    return () => {
      opened.close();
      setBook(undefined);
    };
  }, [apartmentId]);
  useSyncExternalStore(
    book === undefined ? nothing : (listener) => book.subscribe(listener),
    () => book?.edition,
  );
  return book;
}
