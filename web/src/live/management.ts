/** What admins and hosts ask of the server, by the client. */
import type { Outcome } from '../../../src/protocol/errors.ts';
import type { Calendar, Hold } from '../../../src/protocol/resources.ts';
import { client } from './client.ts';

export interface MoneyFigures {
  readonly currency: string;
  readonly nightsAvailable: number;
  readonly nightsBooked: number;
  readonly revenueMinor: number;
  readonly adrMinor: number | null;
  readonly revParMinor: number | null;
}
export interface FiguresTotals {
  readonly nightsAvailable: number;
  readonly nightsBooked: number;
  readonly nightsBlocked: number;
  readonly occupancy: number | null;
  readonly money: readonly MoneyFigures[];
  readonly holdsPlaced: number;
  readonly holdsReplaced: number;
  readonly holdsReleased: number;
  readonly holdsExpired: number;
  readonly bookingsMade: number;
  readonly bookingsCancelled: number;
  readonly conversion: number | null;
  readonly cancellationRate: number | null;
}
export interface DayFigures extends FiguresTotals {
  readonly date: string;
}
export interface Figures {
  readonly at: string;
  readonly from: string;
  readonly to: string;
  readonly days: readonly DayFigures[];
  readonly totals: FiguresTotals;
}
export interface ClaimView {
  kind: 'hold' | 'booking' | 'block';
  id: string;
  from: string;
  to: string;
  status: 'held' | 'confirming' | 'confirmed' | 'closed';
  since: string;
  until?: string;
  extendable?: boolean;
  guestId?: string;
  guestName?: string;
  guests?: number;
  totalMinor?: number;
  currency?: string;
  reason?: string;
}
export interface ClaimsAnswer {
  version: number;
  claims: ClaimView[];
}
export interface JournalFact {
  readonly version: number;
  readonly kind: string;
  readonly at: string;
  readonly subjectId?: string;
  readonly fact: Record<string, unknown>;
}
export interface JournalAnswer {
  readonly latestVersion: number;
  readonly calendar: Calendar;
  readonly facts: readonly JournalFact[];
}
interface Options {
  signal?: AbortSignal;
}
interface Management {
  claims(
    apartmentId: string,
    window: { from: string; to: string },
    options?: Options,
  ): Promise<Outcome<ClaimsAnswer>>;
  releaseHold(
    intent: { apartmentId: string; holdId: string; requestId?: string },
    options?: Options,
  ): Promise<Outcome<{ hold: Hold }>>;
  extendHold(
    intent: { apartmentId: string; holdId: string; minutes?: number; requestId?: string },
    options?: Options,
  ): Promise<Outcome<{ hold: Hold }>>;
  figures(window: { from: string; to: string; city?: string }, options?: Options): Promise<Outcome<Figures>>;
  journal(
    apartmentId: string,
    question?: { at?: string; version?: number; after?: number; limit?: number },
    options?: Options,
  ): Promise<Outcome<JournalAnswer>>;
}
export const management = (client as unknown as { management: Management }).management;
