import { expect, it } from 'vitest';
import { withHead } from '../../src/gateway/http/page-head.ts';
import type { Apartment } from '../../src/protocol/terms.ts';

const DOCUMENT = '<title>Nightlatch</title><meta name="description" content="Hold nights." /><body>';
const of = (apartment: Partial<Apartment>) =>
  withHead(DOCUMENT, {
    ...{ name: 'Casa', description: '', city: 'Porto', country: '' },
    ...apartment,
  } as Apartment);

it('says the place where there is no description', () => {
  expect(of({ country: 'Portugal' })).toContain('<meta name="description" content="Porto, Portugal" />');
  expect(of({})).toContain('<meta property="og:title" content="Casa, Porto" />');
});

it('lets nothing that somebody wrote be anything but text', () => {
  const evil = '</title><script>"$&\'`';
  const head = of({ name: evil, description: `${evil}\n" onload="x` });
  expect(head.match(/<script|<\/title>/g)).toEqual(['</title>']);
  expect(head).toContain('&lt;/title&gt;&lt;script&gt;"$&amp;\'` · Nightlatch</title>');
  expect(head).not.toContain('" onload="');
  expect(head.endsWith('<body>')).toBe(true);
});

it('says no more than a preview shows, and cuts no character in two', () => {
  const head = of({ description: '😀'.repeat(500) });
  expect(/name="description" content="([^"]*)"/.exec(head)?.[1]).toBe(`${'😀'.repeat(199)}…`);
});

it('shows a picture where there is one', () => {
  expect(of({})).not.toContain('og:image');
  const photos = ['https://images.example.com/1.jpg?a=1&b="', 'https://images.example.com/2.jpg'].map(
    (url) => ({
      ...{ id: 'p', alt: '' },
      url,
    }),
  );
  expect(of({ photos }).match(/<meta property="og:image"[^>]*>/g)).toEqual([
    '<meta property="og:image" content="https://images.example.com/1.jpg?a=1&amp;b=&quot;" />',
  ]);
});
