/**
 * Refresh tokens: opaque, 256 bits, only their SHA-256 is stored. The first of a session is random; each later
 * one is the HMAC of the one it replaces, so that a refresh sent twice (a lost answer, two tabs) can be given
 * the same successor again without storing it in the clear and without a second branch in which a stolen token
 * would live on unseen.
 */
import { createHash, createHmac, randomBytes } from 'node:crypto';

const TOKEN = /^[A-Za-z0-9_-]{43}$/;

export function firstRefreshToken(): string {
  return randomBytes(32).toString('base64url');
}

export function successorOf(token: string, key: Uint8Array): string {
  return createHmac('sha256', key).update(token).digest('base64url');
}

export function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

export function isRefreshToken(text: string): boolean {
  return TOKEN.test(text);
}
