import type { PresenceData } from '../../../src/rooms/protocol.ts';

/** The image that somebody says they look at; null for none, and for an id that no address can hold. */
export function imageOf({ imageId }: PresenceData): string | null {
  return imageId?.isWellFormed() ? imageId : null;
}
