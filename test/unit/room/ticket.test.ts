import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ROLES } from '../../../src/rooms/protocol.ts';
import { createTicketSigner, TICKET_TTL_MS } from '../../../src/rooms/ticket.ts';
import { createUrlSigner } from '../../../src/media/signed-url.ts';

const SECRET = 's'.repeat(43);
const signer = createTicketSigner(SECRET);
const guest = { user: 'usr_1', name: 'Ada', role: 'editor' as const, session: 'ses_1', issuedAt: 1_000 };

describe('a ticket', () => {
  it('R-TICKET-1: says whom it was issued to, in the characters of a subprotocol', () => {
    const name = fc.string({ unit: 'grapheme', maxLength: 100 });
    fc.assert(
      fc.property(name, fc.constantFrom(...ROLES), fc.nat(), (name, role, issuedAt) => {
        const ticket = signer.issue('prj_1', { user: 'usr_1', name, role, session: 'ses_1', issuedAt });
        expect(ticket).toMatch(/^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/);
        expect(signer.verify(ticket, 'prj_1', issuedAt)).toEqual({
          guest: { user: 'usr_1', name, role, session: 'ses_1', issuedAt },
        });
      }),
    );
  });

  it('R-TICKET-1: is good for five minutes and one project', () => {
    const ticket = signer.issue('prj_1', guest);
    expect(signer.verify(ticket, 'prj_1', 1_000 + TICKET_TTL_MS - 1)).toEqual({ guest });
    expect(signer.verify(ticket, 'prj_1', 1_000 + TICKET_TTL_MS)).toEqual({ fault: 'stale' });
    expect(signer.verify(ticket, 'prj_2', 1_000)).toEqual({ fault: 'foreign' });
  });

  it('R-TICKET-3: that somebody has changed or made up is none', () => {
    const ticket = signer.issue('prj_1', guest);
    fc.assert(
      fc.property(fc.nat(ticket.length - 1), fc.constantFrom(...'aZ0-_.'), (at, character) => {
        const changed = ticket.slice(0, at) + character + ticket.slice(at + 1);
        fc.pre(Buffer.compare(signatureOf(changed), signatureOf(ticket)) !== 0 || at < ticket.indexOf('.'));
        fc.pre(changed !== ticket);
        expect(signer.verify(changed, 'prj_1', 1_000)).toEqual({ fault: 'malformed' });
      }),
    );
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(signer.verify(text, 'prj_1', 1_000)).toEqual({ fault: 'malformed' });
      }),
    );
    expect(createTicketSigner(`${SECRET}x`).verify(ticket, 'prj_1', 1_000)).toEqual({ fault: 'malformed' });
  });

  it('R-TICKET-3: is not signed with the key of anything else', () => {
    const claim = { sha256: '0'.repeat(64), projectId: 'prj_1', imageId: 'img_1', isBinned: false };
    const { original, thumbnail } = createUrlSigner(SECRET).sign(claim, 1_000);
    // Two halves of one signature.
    const halves = [original, thumbnail].map((address) => {
      const { searchParams } = new URL(address, 'http://darkroom.test');
      return Buffer.from(searchParams.get('signature') ?? '', 'base64url');
    });
    const [encoded] = signer.issue('prj_1', guest).split('.');
    const ticket = `${encoded}.${Buffer.concat(halves).toString('base64url')}`;
    expect(signer.verify(ticket, 'prj_1', 1_000)).toEqual({ fault: 'malformed' });
  });
});

/** The last character of base64url may differ and mean the same bytes. */
function signatureOf(ticket: string): Buffer {
  return Buffer.from(ticket.split('.')[1] ?? '', 'base64url');
}
