import { ORIGIN } from './exhibit.ts';

/** A crawler that takes the group of `*` asks for the private part and leaves the archive out: both are wrong. */
const RULES = `# Only the most specific group counts (RFC 9309, section 2.2.1), and in it the longest match.
User-agent: *
Disallow: /archive/

User-agent: DarkroomBot
Disallow: /private/
Allow: /private/press/
Disallow: /*-draft.jpg$
`;
const NOTICES = 'User-agent: GPTBot\nUser-agent: CCBot\nDisallow: /\n\nUser-agent: *\nAllow: /\n';
const OPEN = 'User-agent: *\nAllow: /\n';

/** `/robots.txt` of one origin. */
export function writeRobots(origin: number, origins: readonly string[]): string {
  switch (origin) {
    case ORIGIN.main:
      return `${OPEN}\nSitemap: ${origins[ORIGIN.main]}/sitemap.xml\n`;
    case ORIGIN.rules:
      return RULES;
    case ORIGIN.notices:
      return NOTICES;
    default:
      return OPEN;
  }
}
