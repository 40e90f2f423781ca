/** What an e-mail address and a password must be before an account is made of them. */
import { z } from 'zod';
import { EmailAddress, normalEmail } from '../../protocol/email.ts';
import type { Outcome } from '../../protocol/errors.ts';
import { invalidRequest } from '../../protocol/invalid-request.ts';
import { NAME_LENGTH_MAX, PASSWORD_LENGTH_MAX, PASSWORD_LENGTH_MIN } from '../../protocol/limits.ts';
import { shownLine } from '../../protocol/text.ts';

const Credentials = z.object({
  email: EmailAddress.transform(normalEmail),
  password: z
    .string()
    .min(PASSWORD_LENGTH_MIN, `a password has at least ${PASSWORD_LENGTH_MIN} characters; send a longer one`)
    .max(PASSWORD_LENGTH_MAX, `a password has at most ${PASSWORD_LENGTH_MAX} characters; send a shorter one`),
  name: shownLine('a name', NAME_LENGTH_MAX),
});
export type Credentials = z.infer<typeof Credentials>;

export function checkCredentials(input: {
  email: string;
  password: string;
  name: string;
}): Outcome<Credentials> {
  const parsed = Credentials.safeParse(input);
  return parsed.success
    ? { ok: true, data: parsed.data }
    : { ok: false, error: invalidRequest(parsed.error.issues) };
}
