import { describe, expect, it } from 'vitest';
import { Claims } from '../../bench/driver/claims.ts';

describe('the check of exactly one winner', () => {
  it('[I1] is content with claims that follow each other, told in any order', () => {
    const claims = new Claims();
    claims.began('b', 3);
    claims.began('a', 1);
    claims.ended('b', 4);
    claims.ended('a', 2);
    claims.began('c', 5);
    expect(claims.violations()).toEqual([]);
  });

  it('[I1] names two claims that were open at once', () => {
    const claims = new Claims();
    claims.began('a', 1);
    claims.began('b', 2);
    claims.ended('a', 3);
    claims.ended('b', 4);
    expect(claims.violations()).toEqual(['a claim began at version 2 while the one from 1 was open until 3']);
  });

  it('[I1] names a claim granted while another was never ended', () => {
    const claims = new Claims();
    claims.began('a', 1);
    claims.began('b', 2);
    expect(claims.violations()).toHaveLength(1);
  });

  it('[I4] names a version that is told twice, and one that is missing', () => {
    const twice = new Claims();
    twice.began('a', 1);
    twice.ended('a', 2);
    twice.began('b', 2);
    expect(twice.violations()).toHaveLength(1);
    const missing = new Claims();
    missing.began('a', Number.NaN);
    missing.ended('a', 2);
    expect(missing.violations()).toHaveLength(1);
  });
});
