/** One page of an apartment's facts, each told in a sentence; choosing one shows the calendar as of it. */
import { Button, Cell, Column, Row, Table, TableBody, TableHeader } from 'react-aria-components';
import { momentText, numberText } from '../../format.ts';
import { t } from '../../texts/index.ts';
import { GuestMark } from '../guest-mark.tsx';
import type { JournalFact } from './claim-lookup.ts';
import { factWords } from './fact-words.ts';
import { FACTS_PAGE, type JournalBook, pageOf } from './journal-book.ts';

export function FactsTable({
  book,
  edition,
  version,
  latest,
  onVersion,
}: {
  book: JournalBook;
  /** Another one is drawn anew. */
  edition: number;
  /** The one whose calendar is shown: its page is the one that stands here. */
  version: number;
  latest: number;
  onVersion: (version: number) => void;
}) {
  const { archived } = book;
  const { after, last } = pageOf(version, { archived, latest });
  const facts: JournalFact[] = [];
  for (let one = last; one > after; one--) {
    const fact = book.fact(one);
    if (fact !== undefined) facts.push(fact);
  }
  const says = t.history;
  return (
    <>
      <div className="facts" hidden={after >= last}>
        <Table
          aria-label={says.factsOf}
          selectionMode="single"
          selectionBehavior="replace"
          disallowEmptySelection
          selectedKeys={[version]}
          onSelectionChange={(keys) => {
            const [chosen] = keys === 'all' ? [] : [...keys];
            if (typeof chosen === 'number') onVersion(chosen);
          }}
        >
          <TableHeader>
            <Column>{says.version}</Column>
            <Column>{says.when}</Column>
            <Column isRowHeader>{says.what}</Column>
            <Column>{says.whose}</Column>
          </TableHeader>
          <TableBody
            items={facts}
            dependencies={[edition]}
            renderEmptyState={() => <p role="status">{t.common.loading}</p>}
          >
            {(fact) => (
              <Row id={fact.version} data-version={fact.version} data-kind={fact.kind}>
                <Cell>{numberText(fact.version)}</Cell>
                <Cell>
                  <time dateTime={fact.at}>{momentText(fact.at)}</time>
                </Cell>
                <Cell>{factWords(fact, (one) => book.fact(one))}</Cell>
                <Cell>
                  {fact.subjectId === undefined ? (
                    <span className="muted">{says.nobody}</span>
                  ) : (
                    <GuestMark guestId={fact.subjectId} />
                  )}
                </Cell>
              </Row>
            )}
          </TableBody>
        </Table>
      </div>
      {archived > 0 && after === archived && <p className="muted">{says.archived(numberText(archived))}</p>}
      {latest > FACTS_PAGE && (
        <p className="facts-pages">
          <Button className="quiet" isDisabled={last >= latest} onPress={() => onVersion(last + 1)}>
            {says.laterFacts}
          </Button>
          <span className="muted">
            {after < last && says.page(numberText(after + 1), numberText(last), numberText(latest))}
          </span>
          <Button className="quiet" isDisabled={after <= archived} onPress={() => onVersion(after)}>
            {says.earlierFacts}
          </Button>
        </p>
      )}
    </>
  );
}
