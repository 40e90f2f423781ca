/** Apartments as their hosts and admins write them, and see them. */
import { z } from 'zod';
import { Id } from './ids.ts';
import { Instant } from './instant.ts';
import { PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX } from './limits.ts';
import { termsProblems } from './listing-rules.ts';
import { Booking } from './resources.ts';
import { Apartment, CityTax, ListingStatus, Season, Terms } from './terms.ts';
import { shownLine, shownParagraphs, storable } from './text.ts';

const line = (max: number) => shownLine('a text of one line', max);

const WrittenTerms = z.strictObject({
  ...Terms.shape,
  cityTax: z.strictObject(CityTax.shape).optional(),
  seasons: z.array(z.strictObject({ ...Season.shape, name: line(80) })).max(100),
});
const written = {
  name: line(200).min(1, 'send the name of the apartment'),
  description: shownParagraphs('a description', 5_000),
  city: line(100).min(1, 'send the city, by which guests search'),
  country: line(100),
  latitude: Apartment.shape.latitude,
  longitude: Apartment.shape.longitude,
  amenities: z.array(line(60).min(1)).max(100),
};
const Status = z.enum(['listed', 'paused']);

export const NewApartment = z
  .strictObject({
    ...written,
    description: written.description.default(''),
    country: written.country.default(''),
    amenities: written.amenities.default([]),
    status: Status.default('listed'),
    terms: WrittenTerms,
    /** An admin may write an apartment for a host; a host's is always their own. */
    hostId: Id.optional(),
  })
  .superRefine(({ terms }, context) => {
    for (const { path, message } of termsProblems(terms)) {
      context.addIssue({ code: 'custom', path: ['terms', ...path.split('.')], message });
    }
  });
export type NewApartment = z.infer<typeof NewApartment>;

/** What is left out stays; lists are replaced whole; null takes away what an apartment need not have. */
export const ApartmentChange = z.strictObject({
  ...z.object(written).partial().shape,
  status: Status.optional(),
  terms: z
    .strictObject({
      ...WrittenTerms.partial().shape,
      weekendMinor: Terms.shape.weekendMinor.nullable(),
      includedGuests: Terms.shape.includedGuests.nullable(),
      extraGuestMinor: Terms.shape.extraGuestMinor.nullable(),
      cityTax: WrittenTerms.shape.cityTax.nullable(),
      weekendDays: Terms.shape.weekendDays.nullable(),
      gapMinNights: Terms.shape.gapMinNights.nullable(),
      seasonMinimum: Terms.shape.seasonMinimum.nullable(),
      holdTtlSeconds: Terms.shape.holdTtlSeconds.nullable(),
    })
    .optional(),
});
export type ApartmentChange = z.infer<typeof ApartmentChange>;

export const ManagedApartment = Apartment.extend({
  /** Changes with every change of the listing; sent back as `If-Match`, it keeps a change from undoing another's. */
  revision: z.string(),
  hostId: Id.optional(),
  createdAt: Instant,
  updatedAt: Instant,
});
export type ManagedApartment = z.infer<typeof ManagedApartment>;

export const ManagedApartmentsQuery = z.object({
  status: ListingStatus.optional(),
  /** Somewhere in the name or the city, whatever its case. */
  text: storable('a text', 100).optional(),
  limit: z.coerce.number().int().min(1).max(PAGE_SIZE_MAX).default(PAGE_SIZE_DEFAULT),
  cursor: Id.optional(),
});
export const ManagedApartments = z.object({
  apartments: z.array(ManagedApartment),
  /** Of those that fit, on all pages. */
  count: z.number().int().min(0),
  nextCursor: z.string().optional(),
});
export type ManagedApartmentsQuery = z.infer<typeof ManagedApartmentsQuery>;
export type ManagedApartments = z.infer<typeof ManagedApartments>;

export const ApartmentBookings = z.object({ bookings: z.array(Booking), nextCursor: z.string().optional() });
export type ApartmentBookings = z.infer<typeof ApartmentBookings>;
