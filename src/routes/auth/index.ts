import { createRoute } from '@hono/zod-openapi';
import { signOut } from '../../domain/account/revoke-sessions.ts';
import { signIn } from '../../domain/account/sign-in.ts';
import { signInWithLink } from '../../domain/account/sign-in-with-link.ts';
import { signUp } from '../../domain/account/sign-up.ts';
import { clearSessionCookie, setSessionCookie } from '../../middleware/session-cookie.ts';
import type { App } from '../app.ts';
import { done, markReplay } from '../reply.ts';
import { body, json, noContent, problems } from '../schema.ts';
import { linkBody, signedIn, signInBody, signUpBody } from './schema.ts';

const tags = ['Accounts'];

export function authRoutes(app: App): void {
  app.openapi(
    createRoute({
      method: 'post',
      path: '/v1/auth/sign-up',
      tags,
      summary: 'Make an account and sign in',
      request: body(signUpBody()),
      responses: { 201: json(signedIn(), 'The account; the session is in the cookie'), ...problems() },
    }),
    async (c) => {
      const userAgent = c.req.header('user-agent') ?? null;
      const { written, session } = await signUp(c.get('ctx'), { ...c.req.valid('json'), userAgent });
      setSessionCookie(c, session.token, session.expiresAt);
      markReplay(c, written);
      return c.json(written.body, 201);
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/v1/auth/sign-in',
      tags,
      summary: 'Sign in with e-mail and password',
      request: body(signInBody()),
      responses: { 200: json(signedIn(), 'The account; the session is in the cookie'), ...problems() },
    }),
    async (c) => {
      const userAgent = c.req.header('user-agent') ?? null;
      const { user, session } = await signIn(c.get('ctx'), { ...c.req.valid('json'), userAgent });
      setSessionCookie(c, session.token, session.expiresAt);
      return c.json({ user }, 200);
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/v1/auth/sign-in-link',
      tags,
      summary: 'Sign in with a one-time link',
      request: body(linkBody()),
      responses: { 200: json(signedIn(), 'The account; the session is in the cookie'), ...problems() },
    }),
    async (c) => {
      const userAgent = c.req.header('user-agent') ?? null;
      const { user, session } = await signInWithLink(c.get('ctx'), { ...c.req.valid('json'), userAgent });
      setSessionCookie(c, session.token, session.expiresAt);
      return c.json({ user }, 200);
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/v1/auth/sign-out',
      tags,
      summary: 'End this session',
      responses: { ...noContent, ...problems() },
    }),
    async (c) => {
      await signOut(c.get('ctx'));
      clearSessionCookie(c);
      return done(c);
    },
  );
}
