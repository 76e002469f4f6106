import { adminRoutes } from './admin/index.ts';
import { drainRoutes } from './admin/drain.ts';
import { planRoute } from './admin/plan.ts';
import { apiKeyRoutes } from './api-key/index.ts';
import type { App } from './app.ts';
import { authRoutes } from './auth/index.ts';
import { tokenRoutes } from './auth/token.ts';
import { binRoutes } from './bin/index.ts';
import { consoleConfigRoute } from './console/index.ts';
import { exportRoutes } from './export/index.ts';
import { describeLiveness, readinessRoute } from './health/readiness.ts';
import { imageRoutes } from './image/index.ts';
import { invitationRoutes } from './invitation/index.ts';
import { jobRoutes } from './job/index.ts';
import { jwksRoute } from './jwks.ts';
import { mediaRoutes } from './media/index.ts';
import { memberRoutes } from './member/index.ts';
import { openapiRoute } from './openapi.ts';
import { profileRoutes } from './profile/index.ts';
import { projectRoutes } from './project/index.ts';
import { publicRoutes } from './public/index.ts';
import { reviewRoutes } from './review/index.ts';
import { roomSocketRoute, roomTicketRoute } from './room/index.ts';
import { sessionRoutes } from './session/index.ts';

type Register = (app: App) => void;

/** What a request has passed when a route sees it: nothing that looks at whoever asks; all but the gate; the gate. */
export type Stage = 'forVisitors' | 'beforeGate' | 'behindGate';

/** A part of the API. */
export interface Area extends Partial<Record<Stage, readonly Register[]>> {
  name: string;
  /** Matches the paths of its routes, and of no other area. */
  paths: RegExp;
}

/**
 * The API in parts. An isolate makes the routes and schemas of a part when the first request for it comes: to make all of
 * them takes longer than a Worker should take to start.
 */
export const AREAS: readonly Area[] = [
  { name: 'public', paths: /^\/p\//, forVisitors: [publicRoutes] },
  { name: 'media', paths: /^\/media\//, beforeGate: [mediaRoutes] },
  {
    name: 'instance',
    paths: /^\/(health\/ready|v1\/config|openapi\.json|\.well-known\/jwks\.json)$/,
    beforeGate: [describeLiveness, readinessRoute, consoleConfigRoute, openapiRoute, jwksRoute],
  },
  {
    name: 'account',
    paths: /^\/v1\/(auth|profile|sessions|api-keys)(\/|$)/,
    behindGate: [authRoutes, tokenRoutes, profileRoutes, sessionRoutes, apiKeyRoutes],
  },
  {
    name: 'project',
    paths: /^\/v1\/(projects(\/[^/]+(\/(members|invitations)(\/.*)?)?)?|invitations\/.*)$/,
    behindGate: [projectRoutes, memberRoutes, invitationRoutes],
  },
  { name: 'job', paths: /^\/v1\/(projects\/[^/]+\/)?jobs(\/|$)/, behindGate: [jobRoutes] },
  {
    name: 'image',
    paths: /^\/v1\/(projects\/[^/]+\/(images|facets|export|bin|restore)|images|reviews|bin)(\/|$)/,
    behindGate: [imageRoutes, reviewRoutes, binRoutes, exportRoutes],
  },
  {
    name: 'room',
    paths: /^\/v1\/projects\/[^/]+\/room(\/|$)/,
    beforeGate: [roomSocketRoute],
    behindGate: [roomTicketRoute],
  },
  { name: 'admin', paths: /^\/v1\/admin\//, behindGate: [adminRoutes, drainRoutes, planRoute] },
];
