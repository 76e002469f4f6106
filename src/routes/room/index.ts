import { createRoute } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { AppEnv } from '../../context.ts';
import { issueRoomTicket } from '../../domain/room/issue-ticket.ts';
import { openRoomSocket } from '../../domain/room/open-socket.ts';
import { AppError, invalidField } from '../../errors/app-error.ts';
import { CLOSE, SUBPROTOCOL } from '../../rooms/protocol.ts';
import { refuseSocket } from '../../rooms/refuse-socket.ts';
import type { TicketFault } from '../../rooms/ticket.ts';
import type { App } from '../app.ts';
import { projectParams } from '../project/schema.ts';
import { json, problems } from '../schema.ts';
import { roomTicket } from './schema.ts';

const tags = ['Rooms'];

export function roomTicketRoute(app: App): void {
  app.openapi(
    createRoute({
      method: 'post',
      path: '/v1/projects/{projectId}/room/ticket',
      tags,
      summary: 'A ticket to the live room of a project',
      description: 'An API key needs the scope write for it.',
      request: { params: projectParams() },
      responses: { 200: json(roomTicket()), ...problems() },
    }),
    async (c) => c.json(await issueRoomTicket(c.get('ctx'), c.req.valid('param').projectId), 200),
  );
}

/** Comes before anybody is authenticated: the ticket says who it is. */
export function roomSocketRoute(app: App): void {
  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/projects/{projectId}/room',
      tags,
      summary: 'The live room of a project, over WebSocket',
      description: `Offer the subprotocols \`${SUBPROTOCOL}\` and the ticket. docs/rooms-protocol.md says what is spoken.`,
      security: [],
      request: { params: projectParams() },
      responses: { 101: { description: 'The room speaks' }, ...problems() },
    }),
    async (c) => {
      const opened = await openRoomSocket(c.get('ctx'), c.req.valid('param').projectId, readTicket(c));
      if ('fault' in opened) return refuse(c, opened.fault);
      const headers = { 'sec-websocket-protocol': SUBPROTOCOL };
      return new Response(null, { status: 101, webSocket: opened.socket, headers });
    },
  );
}

/** The ticket of a handshake. Errors: `upgrade_required`, `cross_origin`, `invalid_request`. */
function readTicket(c: Context<AppEnv>): string {
  if (c.req.header('upgrade')?.toLowerCase() !== 'websocket') {
    throw new AppError('upgrade_required', 'Open it as a WebSocket.', { headers: { upgrade: 'websocket' } });
  }
  const origin = c.req.header('origin');
  if (origin !== undefined && origin !== new URL(c.req.url).origin)
    throw new AppError('cross_origin', 'Open it from the console, or from a program.');
  const offered = (c.req.header('sec-websocket-protocol') ?? '').split(',').map((name) => name.trim());
  const [protocol, ticket] = offered;
  if (protocol !== SUBPROTOCOL || !ticket || offered.length > 2)
    throw invalidField('header.sec-websocket-protocol', `must be ${SUBPROTOCOL} and a ticket`);
  return ticket;
}

/** A script in a browser sees nothing of an HTTP error, only the close code of a socket. */
function refuse(c: Context<AppEnv>, fault: TicketFault): Response {
  const isForeign = fault === 'foreign';
  c.get('log')['ticket'] = fault;
  if (c.req.header('origin') !== undefined)
    return isForeign
      ? refuseSocket(CLOSE.forbidden, 'the ticket is for another room')
      : refuseSocket(CLOSE.token, 'the ticket is not valid or has expired');
  if (isForeign) throw new AppError('forbidden', 'The ticket is for another room.');
  throw new AppError('invalid_ticket', 'Ask for another one.');
}
