/**
 * The figures of a house of apartments, by day and over a window. As the industry counts them (STR, 'Hotel industry
 * terms to know'): occupancy = nights sold / nights available, ADR = revenue of nights / nights sold, RevPAR = revenue
 * of nights / nights available.
 */
import { z } from 'zod';
import { Instant } from './instant.ts';
import { IsoDate } from './nights.ts';
import { AmountMinor, Currency } from './resources.ts';

const Count = z.int().nonnegative();
/** Null where nothing is divided by. */
const Ratio = z.number().nullable();

/** Amounts of different currencies are never added (P2): each counts the nights of the apartments priced in it. */
export const MoneyFigures = z.object({
  currency: Currency,
  nightsAvailable: Count,
  nightsBooked: Count,
  /** Rent less the length-of-stay discount, without cleaning and tax, spread evenly over the nights of each stay. */
  revenueMinor: AmountMinor,
  adrMinor: AmountMinor.nullable(),
  revParMinor: AmountMinor.nullable(),
});
export type MoneyFigures = z.infer<typeof MoneyFigures>;

const figuresShape = {
  /** Nights of the apartments that are listed now and were there by then, but for blocked ones; and all that are booked. */
  nightsAvailable: Count,
  /** Under confirmed bookings that stand now. */
  nightsBooked: Count,
  /** Of the apartments that are listed now. */
  nightsBlocked: Count,
  occupancy: Ratio,
  /** By currency code. */
  money: z.array(MoneyFigures),
  holdsPlaced: Count,
  /** Of the holds placed: how many others of the same guest they took the place of. */
  holdsReplaced: Count,
  holdsReleased: Count,
  holdsExpired: Count,
  /** Holds that became bookings. */
  bookingsMade: Count,
  bookingsCancelled: Count,
  /** bookingsMade / (holdsPlaced - holdsReplaced), each counted when it happened. */
  conversion: Ratio,
  /** bookingsCancelled / bookingsMade, each counted when it happened. */
  cancellationRate: Ratio,
};

/** `date`: the night that begins then at the apartment, and what happened on that day (UTC). */
export const DayFigures = z.object({ date: IsoDate, ...figuresShape });
export type DayFigures = z.infer<typeof DayFigures>;
export const Totals = z.object(figuresShape);
export type Totals = z.infer<typeof Totals>;

export const Figures = z.object({
  /** When they were counted: some seconds ago at most. */
  at: Instant,
  from: IsoDate,
  to: IsoDate,
  days: z.array(DayFigures),
  totals: Totals,
});
export type Figures = z.infer<typeof Figures>;
