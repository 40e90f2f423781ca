/**
 * The XState system of a process: every running apartment is a child of one root. That makes an actor a third of the
 * size that it has alone, and lets one inspector see all of them.
 */
import {
  type Actor,
  type ActorLogic,
  type AnyActorRef,
  createActor,
  type InspectionEvent,
  type Snapshot,
  type Subscription,
} from 'xstate';
import { type ApartmentActor, apartmentLogic, snapshotOf } from './apartment-actor.ts';
import type { Calendar } from './calendar/calendar.ts';

type RootEvent = { readonly type: 'stop'; readonly child: AnyActorRef };
type RootSnapshot = Snapshot<undefined>;

/** Only a parent may stop a child. That a child has failed is its shell's to find (apartment.ts), not the root's. */
const rootLogic: ActorLogic<RootSnapshot, RootEvent> = {
  getInitialSnapshot: () => ({ status: 'active', output: undefined, error: undefined }),
  getPersistedSnapshot: (snapshot) => snapshot,
  transition(snapshot, event, scope) {
    if (event.type === 'stop' && 'child' in event) scope.stopChild(event.child);
    return snapshot;
  },
};

export class ActorSystem {
  readonly #root: Actor<typeof rootLogic> = createActor(rootLogic, { id: 'apartments' }).start();

  /** @param calendar as it was persisted, with the facts since; the actor's alone from now on */
  start(apartmentId: string, calendar: Calendar): ApartmentActor {
    const snapshot = snapshotOf(calendar);
    return createActor(apartmentLogic, { parent: this.#root, id: apartmentId, snapshot }).start();
  }

  stop(child: ApartmentActor): void {
    this.#root.send({ type: 'stop', child });
  }

  /**
   * Shows every event that reaches an apartment, and the snapshot after it, from now until it is unsubscribed. What the
   * observer throws, the sender of the event would catch: it must not.
   */
  inspect(observer: (event: InspectionEvent) => void): Subscription {
    return this.#root.system.inspect(observer);
  }
}
