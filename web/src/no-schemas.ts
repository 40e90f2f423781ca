/**
 * Stands for `zod` in what browsers load. The protocol says each thing as a schema and a type; the pages need the
 * types, and of enumerations their values. The server checks what comes and the client believes the server, and the
 * library is a tenth of all they may weigh. Building a schema does nothing here; asking one anything that only the
 * library knows is an error.
 */
const ASKED = ['parse', 'safeParse', 'parseAsync', 'safeParseAsync', 'options'];

const schema: unknown = new Proxy(() => schema, {
  get(_, name) {
    if (typeof name === 'string' && ASKED.includes(name)) {
      throw new Error(
        `the pages have no schemas to ask for ${name}: leave it to the server, or write it out`,
      );
    }
    return schema;
  },
});

/** Forms list the values, and addresses are read by them. */
function enumeration(options: readonly string[]): unknown {
  const has = (value: unknown) => options.includes(value as string);
  const answers: Record<string | symbol, unknown> = {
    options,
    safeParse: (value: unknown) => (has(value) ? { success: true, data: value } : { success: false }),
    parse(value: unknown) {
      if (has(value)) return value;
      throw new RangeError(`${value} is none of ${options.join(', ')}`);
    },
  };
  return new Proxy({}, { get: (_, name) => answers[name] ?? schema });
}

export const z = new Proxy({}, { get: (_, name) => (name === 'enum' ? enumeration : schema) });
