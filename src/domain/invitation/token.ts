import { createHmac } from 'node:crypto';

/**
 * The token of an invitation, 256 bits. Made from its id with a secret, so that a repeated request can be answered
 * with the token it was answered with first, though nothing but its SHA-256 is stored.
 */
export function invitationToken(secret: string, invitationId: string): string {
  return createHmac('sha256', `invitation:${secret}`).update(invitationId).digest('base64url');
}
