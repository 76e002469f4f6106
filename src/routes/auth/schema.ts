import * as z from 'zod';
import { text, timestamp } from '../schema.ts';
import { once } from '../../lib/once.ts';

export const MIN_PASSWORD = 10;

export const email = once(() =>
  z
    .email()
    .max(254)
    .meta({ description: 'Kept as typed, compared without case', example: 'ada@example.org' }),
);
/** Long pass phrases are fine; the limit keeps hashing cheap. */
export const newPassword = once(() => z.string().min(MIN_PASSWORD).max(256));
/** What was typed at a sign-in is judged by the hash alone. */
export const typedPassword = once(() => z.string().min(1).max(256));

export const user = once(() =>
  z
    .object({ id: z.string(), email: z.string(), name: z.string(), createdAt: timestamp() })
    .meta({ id: 'User' }),
);

export const signedIn = once(() => z.object({ user: user() }));
export const signUpBody = once(() =>
  z.strictObject({ email: email(), password: newPassword(), name: text(1, 100) }),
);
export const signInBody = once(() => z.strictObject({ email: text(1, 254), password: typedPassword() }));
export const linkBody = once(() => z.strictObject({ token: z.string().min(1).max(200) }));

const attempt = once(() => z.object({ email: signInBody().shape.email }));

/** The e-mail of a sign-in, as the route will see it; null when the body holds none that it accepts. */
export function attemptedEmail(body: unknown): string | null {
  const parsed = attempt().safeParse(body);
  return parsed.success ? parsed.data.email : null;
}
