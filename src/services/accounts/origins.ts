/**
 * Which guests are of one network, without saying which network: four characters of an HMAC go into a guest's id. They
 * are the same for some 250 IPv4 addresses each, so that an id in the journal points at nobody's.
 *
 * The key is the oldest of the ring. When that is taken out, a network begins anew: its guests of before and of after are
 * counted apart, so that it may have as much again, once; and a booking of before vouches for none of the new ones.
 */
import { createHmac } from 'node:crypto';

const CHARACTERS = 4;

/** @param network as it counts as one client; the same as long as the key is */
export function originTag(network: string, key: Uint8Array): string {
  return createHmac('sha256', key).update(network).digest('base64url').slice(0, CHARACTERS);
}
