/** How many colours tokens.css has for people. */
const PERSON_COLOURS = 6;

/**
 * A colour for each id, from 1: the same on every screen of a team, and each its own while there are enough. Ids
 * grow with time, so who joins last moves nobody else.
 */
export function assignColours(userIds: Iterable<string>): ReadonlyMap<string, number> {
  const sorted = [...new Set(userIds)].sort();
  return new Map(sorted.map((id, index) => [id, (index % PERSON_COLOURS) + 1]));
}
