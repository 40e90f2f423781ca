/**
 * Stands for `zod` in what browsers load. The protocol says each thing as a schema and a type; the pages need the
 * types alone, since the server checks what comes and the client believes the server, and the library is a tenth of
 * all they may weigh. Building a schema does nothing here, asking one anything is an error.
 */
const ASKED = ['parse', 'safeParse', 'parseAsync', 'safeParseAsync', 'options', 'shape'];

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

export const z = schema;
