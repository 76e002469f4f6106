import { ORIGIN, type Exhibit, type Section } from './exhibit.ts';
import { stored, type Supply } from './supply.ts';

/** Images that robots.txt (see `robots.ts`) or an X-Robots-Tag keeps out, and their neighbours that may be taken. */
export function layOutRefusals(supply: Supply): Section {
  const blocked = (origin: number, path: string, reason: string, tag?: string): Exhibit => {
    const headers = tag === undefined ? {} : { 'X-Robots-Tag': tag };
    const resource = { ...supply.serve(supply.take(origin)), headers };
    return { origin, path, expected: 'blocked', reason, resource };
  };
  const open = (origin: number, path: string, tag?: string): Exhibit => {
    const print = supply.take(origin);
    const headers = tag === undefined ? {} : { 'X-Robots-Tag': tag };
    return stored({ origin, path }, print, { ...supply.serve(print), headers });
  };
  const { rules, notices } = ORIGIN;
  return {
    exhibits: [
      blocked(rules, '/private/portrait.jpg', 'robots'),
      blocked(rules, '/private/family/garden.jpg', 'robots'),
      blocked(rules, '/retouched/harbour-draft.jpg', 'robots'),
      open(rules, '/private/press/portrait.jpg'),
      open(rules, '/archive/harbour.jpg'),
      blocked(notices, '/reserved/all.jpg', 'noai', 'noai'),
      blocked(notices, '/reserved/images.jpg', 'noai', 'noimageai'),
      blocked(notices, '/reserved/several.jpg', 'noai', 'noarchive, NoAI'),
      blocked(notices, '/reserved/this-crawler.jpg', 'noai', 'DarkroomBot: noai'),
      open(notices, '/reserved/other-crawler.jpg', 'otherbot: noai'),
    ],
    unlisted: [],
  };
}
