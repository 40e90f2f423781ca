/** A command once it is through the door: typed, its dates turned into night numbers. Plain data, so that it can be sent to the apartment's owner wherever that is. */
import type { NightRange } from './nights.ts';
import type { Block, Booking, GuestContact, Hold } from './resources.ts';

interface Intent {
  readonly requestId: string;
  readonly apartmentId: string;
}
export type ApartmentCommand =
  | (Intent & { readonly kind: 'hold'; readonly stay: NightRange; readonly guests: number })
  /** `minutes`: an admin's, from now. */
  | (Intent & { readonly kind: 'extend'; readonly holdId: string; readonly minutes?: number })
  | (Intent & { readonly kind: 'release'; readonly holdId: string })
  | (Intent & {
      readonly kind: 'confirm';
      readonly holdId: string;
      readonly contact: GuestContact;
      readonly method: string;
    })
  | (Intent & { readonly kind: 'cancel'; readonly bookingId: string; readonly reason?: string })
  | (Intent & { readonly kind: 'block'; readonly range: NightRange; readonly reason?: string })
  | (Intent & { readonly kind: 'unblock'; readonly blockId: string })
  | (Intent & { readonly kind: 'pause' })
  | (Intent & { readonly kind: 'resume' })
  | (Intent & { readonly kind: 'retire' });

export interface ApartmentAnswers {
  hold: { hold: Hold };
  extend: { hold: Hold };
  release: { hold: Hold };
  confirm: { booking: Booking };
  cancel: { booking: Booking };
  block: { block: Block };
  unblock: { block: Block };
  pause: { status: 'paused' };
  resume: { status: 'listed' };
  retire: { status: 'retired' };
}
export type ApartmentAnswer = ApartmentAnswers[keyof ApartmentAnswers];
