/** A command once it is through the door: typed, its dates turned into night numbers. Plain data, so that it can be sent to the apartment's owner wherever that is. */
import type { KeptBooking, KeptContact } from './kept-contact.ts';
import type { NightRange } from './nights.ts';
import type { Party } from './party.ts';
import type { Block, Hold } from './resources.ts';

interface Intent {
  readonly requestId: string;
  readonly apartmentId: string;
}
/** @typeParam Contact in clear at the door, as it is kept from there on */
export type ApartmentCommand<Contact = KeptContact> =
  | (Intent & { readonly kind: 'hold'; readonly stay: NightRange } & Party)
  /** `minutes`: an admin's, from now. */
  | (Intent & { readonly kind: 'extend'; readonly holdId: string; readonly minutes?: number })
  | (Intent & { readonly kind: 'release'; readonly holdId: string })
  | (Intent & {
      readonly kind: 'confirm';
      readonly holdId: string;
      readonly contact: Contact;
      readonly method: string;
    })
  | (Intent & { readonly kind: 'cancel'; readonly bookingId: string; readonly reason?: string })
  | (Intent & { readonly kind: 'block'; readonly range: NightRange; readonly reason?: string })
  | (Intent & { readonly kind: 'unblock'; readonly blockId: string })
  | (Intent & { readonly kind: 'pause' })
  | (Intent & { readonly kind: 'resume' })
  | (Intent & { readonly kind: 'retire' })
  /** What is that guest's becomes the subject's. Never from outside: who may is decided where the session is made. */
  | (Intent & { readonly kind: 'adopt'; readonly guestId: string });

/** @typeParam Shown a booking as its apartment tells it, or on the wire */
export interface ApartmentAnswers<Shown = KeptBooking> {
  hold: { hold: Hold };
  extend: { hold: Hold };
  release: { hold: Hold };
  confirm: { booking: Shown };
  cancel: { booking: Shown };
  block: { block: Block };
  unblock: { block: Block };
  pause: { status: 'paused' };
  resume: { status: 'listed' };
  retire: { status: 'retired' };
  adopt: Record<string, never>;
}
export type ApartmentAnswer<Shown = KeptBooking> = ApartmentAnswers<Shown>[keyof ApartmentAnswers];
