import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isAllowed } from '../../../src/crawl/robots/is-allowed.ts';
import { MAX_ROBOTS_BYTES, parseRobots } from '../../../src/crawl/robots/parse-robots.ts';

const numRuns = Number(process.env['PROPERTY_RUNS'] ?? 500);
const encoder = new TextEncoder();

function parse(text: string | string[]) {
  return parseRobots(encoder.encode(typeof text === 'string' ? text : text.join('\n')));
}

/** Whether everybody may ask for `path` when these are the rules for everybody. */
function allows(rules: string[], path: string): boolean {
  return isAllowed(parse(['User-agent: *', ...rules]), path);
}

describe('the group of a robots.txt that counts', () => {
  it('is the one that names us, in any case, and not that for everybody', () => {
    for (const name of ['DarkroomBot', 'darkroombot', 'DARKROOMBOT', 'DarkroomBot/0.1', ' \tDarkroomBot ']) {
      const rules = parse(['User-agent: *', 'Disallow: /', `user-AGENT:${name}`, 'Disallow: /private']);
      expect([name, rules.disallow]).toEqual([name, ['/private']]);
    }
  });

  it.each(['DarkroomBot2', 'Darkroom', 'DarkroomBotImages', 'MyDarkroomBot', 'Darkroom-Bot', ''])(
    'is not that of %j, of which we are only a part',
    (name) => {
      const rules = parse(['User-agent: *', 'Disallow: /a', '', `User-agent: ${name}`, 'Disallow: /b']);
      expect(rules.disallow).toEqual(['/a']);
    },
  );

  it('allows everything when it names us and says nothing', () => {
    expect(parse(['User-agent: *', 'Disallow: /', '', 'User-agent: DarkroomBot']).disallow).toEqual([]);
    expect(parse(['User-agent: DarkroomBot', 'Disallow:', '', 'User-agent: *', 'Disallow: /'])).toMatchObject(
      {
        allow: [],
        disallow: [],
      },
    );
  });

  it('is for every agent that is named before its first rule', () => {
    const head = [
      'User-agent: other',
      'Disallow: /other',
      'User-agent: DarkroomBot',
      '',
      '# and',
      'User-agent: third',
    ];
    expect(parse([...head, 'Disallow: /a', '', 'Disallow: /b']).disallow).toEqual(['/a', '/b']);
  });

  it('is made of all groups with our name together', () => {
    const text = ['User-agent: DarkroomBot', 'Disallow: /a', 'User-agent: x', 'Disallow: /b'];
    const rules = parse([...text, 'User-agent: y', 'User-agent: darkroombot', 'Allow: /a/1', 'Disallow: /c']);
    expect(rules).toMatchObject({ allow: ['/a/1'], disallow: ['/a', '/c'] });
  });

  it('is not ended by lines that are no rule', () => {
    const text = ['User-agent: a', 'Sitemap: https://a.example/map.xml', 'Noindex: /x', 'nonsense'];
    const rules = parse([
      ...text,
      'User-agent: DarkroomBot',
      'Clean-param: y',
      'Disallow: /a',
      'Host: z',
      'Disallow: /b',
    ]);
    expect(rules.disallow).toEqual(['/a', '/b']);
  });

  it('has no rules that came before any agent was named', () => {
    expect(parse(['Disallow: /a', 'User-agent: *', 'Disallow: /b']).disallow).toEqual(['/b']);
  });
});

describe('the lines of a robots.txt', () => {
  it.each(['\n', '\r', '\r\n', '\n\r\n\n'])('end with %j', (end) => {
    const rules = parse(['User-agent: *', 'Disallow: /a', 'Allow: /a/b', ''].join(end));
    expect(rules).toMatchObject({ allow: ['/a/b'], disallow: ['/a'] });
  });

  it('may begin with the mark of UTF-8, have blanks around everything and comments after', () => {
    const rules = parse(
      '\ufeffUser-agent : * # all\n\t Disallow\t:\t/a b\t# no\n#Disallow: /c\nDisallow: /d#e\n',
    );
    expect(rules.disallow).toEqual(['/a%20b', '/d']);
  });

  it('may be any bytes: what is not UTF-8 is compared octet by octet', () => {
    const bytes = Uint8Array.from('User-agent: *\nDisallow: /caf\u00e9\nDisallow: /d\u00e0\u0000x', (c) =>
      c.charCodeAt(0),
    );
    const rules = parseRobots(bytes);
    expect(rules.disallow).toEqual(['/d%E0%00x', '/caf%E9']);
    expect(isAllowed(rules, '/caf%e9')).toBe(false);
    expect(parse('User-agent: *\nDisallow: /à').disallow).toEqual(['/%C3%A0']);
  });

  it('count up to 500 KiB, without the one that is cut', () => {
    const line = `Disallow: /${'x'.repeat(52)}`;
    const head = 'User-agent: *\n';
    const lines = Array.from({ length: 9_000 }, (_, n) => `${line}${n}`);
    const whole = head + lines.join('\n');
    expect(whole.length).toBeGreaterThan(MAX_ROBOTS_BYTES);
    const complete = whole.slice(0, MAX_ROBOTS_BYTES).split('\n').length - 2;
    expect(parse(whole).disallow).toHaveLength(complete);
    expect(parse(head + '#'.repeat(MAX_ROBOTS_BYTES) + '\nDisallow: /').disallow).toEqual([]);
    expect(parse('#'.repeat(MAX_ROBOTS_BYTES + 1)).disallow).toEqual([]);
  });

  it('count whole when the limit falls on their end', () => {
    const rule = '\nDisallow: /last';
    const filler = '#'.repeat(MAX_ROBOTS_BYTES - 'User-agent: *\n'.length - rule.length);
    const text = `User-agent: *\n${filler}${rule}`;
    expect(text).toHaveLength(MAX_ROBOTS_BYTES);
    for (const end of ['', '\nDisallow: /more', '\r\nDisallow: /more']) {
      expect(parse(text + end).disallow).toEqual(['/last']);
    }
    expect(parse(`${text}er`).disallow).toEqual([]);
  });

  it('never break the parser, and are bounded in what they leave', () => {
    const hostile = fc.oneof(
      fc.uint8Array({ maxLength: 2_000 }),
      fc
        .array(
          fc.constantFrom('user-agent:*', 'allow:', 'disallow:/', '*', '$', '%', '%4', '#', '\r', '\n', 'é'),
        )
        .map((parts) => encoder.encode(parts.join(''))),
    );
    fc.assert(
      fc.property(hostile, fc.webPath(), (bytes, path) => {
        const rules = parseRobots(bytes);
        expect(typeof isAllowed(rules, path)).toBe('boolean');
        expect(JSON.parse(JSON.stringify(rules))).toEqual(rules);
      }),
      { numRuns },
    );
    const widest = new Uint8Array(MAX_ROBOTS_BYTES).fill(0xe9);
    widest.set(encoder.encode('User-agent: *\nDisallow: /'));
    expect(JSON.stringify(parseRobots(widest)).length).toBeLessThan(2_000_000);
  });
});

describe('records beside the rules', () => {
  it.each([
    ['5', 5_000],
    ['0.25', 250],
    ['.5', 500],
    ['0', 0],
    ['60', 60_000],
    ['61', 60_000],
    ['99999999999', 60_000],
    ['-1', null],
    ['1e3', null],
    ['soon', null],
    ['', null],
  ])('tell the delay: %s', (value, crawlDelayMs) => {
    expect(parse(['User-agent: *', `Crawl-delay: ${value}`, 'Disallow: /a']).crawlDelayMs).toBe(crawlDelayMs);
  });

  it('tell the delay of our own group, the longest when there are several', () => {
    const text = [
      'User-agent: *',
      'Crawl-delay: 30',
      'User-agent: DarkroomBot',
      'Crawl-delay: 2',
      'Crawl-delay: 1',
    ];
    expect(parse([...text.slice(0, 2), 'Disallow:', ...text.slice(2)]).crawlDelayMs).toBe(2_000);
  });

  it('tell the sitemaps, whatever the group, once each and a hundred at most', () => {
    const text = [
      'Sitemap: https://a.example/ü.xml',
      'User-agent: x',
      'sitemap:https://a.example/2.xml#part',
    ];
    const others = [
      'Sitemap: /relative.xml',
      'Sitemap: ftp://a.example/',
      'Sitemap: https://a.example/2.xml',
    ];
    expect(parse([...text, ...others]).sitemaps).toEqual([
      'https://a.example/%C3%BC.xml',
      'https://a.example/2.xml',
    ]);
    const many = Array.from({ length: 200 }, (_, n) => `Sitemap: https://a.example/${n}`);
    expect(parse(many).sitemaps).toHaveLength(100);
  });
});

describe('the rule that decides', () => {
  it('is the longest that matches, allow where two are equally long (RFC 9309 §5.1, §5.2)', () => {
    const rules = [
      'Disallow: *.gif$',
      'Disallow: /example/',
      'Allow: /publications/',
      'Allow: /example/page/',
    ];
    const more = ['Disallow: /example/page/disallowed.gif', 'Disallow: /same', 'Allow: /same'];
    const verdicts = Object.entries({
      '/': true,
      '/a.gif': false,
      '/a.gif?x': true,
      '/example/': false,
      '/example': true,
      '/example/page/': true,
      '/example/page/more.html': true,
      '/example/page/disallowed.gif': false,
      '/publications/x': true,
      '/same/x': true,
    });
    for (const [path, verdict] of verdicts) {
      expect([path, allows([...rules, ...more], path)]).toEqual([path, verdict]);
    }
  });

  it('is found whatever the order of the lines', () => {
    const rules = ['Disallow: /', 'Allow: /a', 'Disallow: /a/b', 'Allow: /a/b/c$'];
    fc.assert(
      fc.property(fc.shuffledSubarray(rules, { minLength: 4 }), (shuffled) => {
        expect(['/', '/a', '/a/b', '/a/b/c', '/a/b/cd'].map((path) => allows(shuffled, path))).toEqual([
          false,
          true,
          false,
          true,
          false,
        ]);
      }),
    );
  });

  it('never is about robots.txt itself', () => {
    expect(allows(['Disallow: /'], '/robots.txt')).toBe(true);
    expect(allows(['Disallow: /'], '/robots%2Etxt')).toBe(true);
    expect(allows(['Disallow: /'], '/robots.txt2')).toBe(false);
    expect(allows(['Disallow: /'], '/a/robots.txt')).toBe(false);
  });

  it('respects the case of the path', () => {
    expect(allows(['Disallow: /A'], '/a')).toBe(true);
  });
});

describe('a pattern', () => {
  it.each([
    ['/fish', ['/fish', '/fish.html', '/fish/salmon', '/fishheads?id=1'], ['/Fish', '/catfish', '/?id=fish']],
    ['/fish*', ['/fish', '/fish/salmon'], ['/desert/fish']],
    ['/fish/', ['/fish/', '/fish/?id=1'], ['/fish', '/fish.html']],
    ['/*.php', ['/index.php', '/a/b.php?x', '/x.php/'], ['/', '/windows.PHP']],
    ['/*.php$', ['/index.php', '/a.php.php'], ['/index.php?x', '/index.php5', '/.ph']],
    ['/fish*.php', ['/fish.php', '/fishheads/catfish.php?x'], ['/Fish.PHP']],
    ['/a*b*a$', ['/aba', '/a/b/aa', '/abba'], ['/ab', '/a', '/aab']],
    ['/ab*ba$', ['/abba', '/ab/ba'], ['/aba']],
    ['*', ['/', '/x?y'], []],
    ['/$', ['/'], ['/x', '/?']],
    ['/*$', ['/', '/x'], []],
    ['/a$b', ['/a$b', '/a%24b/c'], ['/a']],
    ['/a**b', ['/ab', '/axb'], ['/a']],
    ['/*?sort=', ['/list?sort=1', '/?sort='], ['/list?a=1&sort=1', '/sort=']],
    ['/*&sort=', ['/list?a=1&sort=2'], ['/list?sort=2']],
    ['/private*/x', ['/private/x', '/private?next=/x'], ['/private/y']],
  ])('%s covers what it says', (pattern, covered, others) => {
    for (const path of covered) expect([path, allows([`Disallow: ${pattern}`], path)]).toEqual([path, false]);
    for (const path of others) expect([path, allows([`Disallow: ${pattern}`], path)]).toEqual([path, true]);
  });

  it.each(['fish', 'http://a.example/', '?x', '\\'])(
    'that does not start like a path, as %s, is no rule',
    (pattern) => {
      expect(allows([`Disallow: ${pattern}`], '/fish?x')).toBe(true);
    },
  );

  /** Figure 4 of the RFC first, then figure 6, then what follows from its text. */
  it.each([
    ['/foo/bar?baz=quz', '/foo/bar?baz=quz', true],
    ['/foo/bar?baz=https://foo.bar', '/foo/bar?baz=https%3A%2F%2Ffoo.bar', true],
    ['/foo/bar?baz=https%3A%2F%2Ffoo.bar', '/foo/bar?baz=https://foo.bar', true],
    ['/foo/bar/ツ', '/foo/bar/%E3%83%84', true],
    ['/foo/bar/%E3%83%84', '/foo/bar/ツ', true],
    ['/foo/bar/%62%61%7A', '/foo/bar/baz', true],
    ['/foo/bar/baz', '/foo/bar/%62%61%7a', true],
    ['/path/file-with-a-%2A.html', '/path/file-with-a-*.html', true],
    ['/path/foo-%24', '/path/foo-$', true],
    ['/path/foo-%24', '/path/foo-', false],
    ['/a%2A', '/ab', false],
    ['/%7Ejoe/', '/~joe/index.html', true],
    ['/a%2fb', '/a%2Fb', true],
    ['/a%2Fb', '/a/b', false],
    ['/a/b', '/a%2Fb', false],
    ['/q?x=a%26y', '/q?x=a&y', false],
    ['/private[1]', '/private%5B1%5D', true],
    ['/wiki/Talk:', '/wiki/Talk%3AX', true],
    ['/100%', '/100%25', true],
    ['/a b', '/a%20b', true],
    ['/*/%2e', '/x/.', true],
    ['/*%2Fx', '/a?b=%2Fx', true],
    ['/*?u=/', '/a?u=%2F', true],
  ])('%s, asked for as %s: %s', (pattern, path, isCovered) => {
    expect(allows([`Disallow: ${pattern}`], path)).toBe(!isCovered);
  });

  it('covers exactly what a search by trial would find', () => {
    /** Tries every length for every star. */
    const covers = (pattern: string, path: string, known = new Map<string, boolean>()): boolean => {
      if (pattern === '') return true;
      if (pattern === '$') return path === '';
      const place = `${pattern.length}/${path.length}`;
      const before = known.get(place);
      if (before !== undefined) return before;
      const rest = pattern.slice(1);
      const verdict =
        pattern[0] === '*'
          ? covers(rest, path, known) || (path !== '' && covers(pattern, path.slice(1), known))
          : path[0] === pattern[0] && covers(rest, path.slice(1), known);
      known.set(place, verdict);
      return verdict;
    };
    const words = fc.constantFrom('', 'a', 'b', 'ab', 'aabaab', 'abaababaab', 'aaaaaaaab', 'aaaaaaaaaab');
    const text = fc.array(words, { maxLength: 4 }).map((parts) => parts.join(''));
    /** Pieces, what stands for the stars between them, and a letter that is left out. */
    const cases = fc.record({
      pieces: fc.array(text, { minLength: 1, maxLength: 4 }),
      between: fc.array(text, { minLength: 4, maxLength: 4 }),
      end: fc.constantFrom('', '$'),
      gap: fc.option(fc.nat(40)),
    });
    fc.assert(
      fc.property(cases, ({ pieces, between, end, gap }) => {
        const pattern = `/${pieces.join('*')}${end}`;
        const whole = `/${pieces.map((piece, n) => piece + (between[n] ?? '')).join('')}`;
        const path = gap === null ? whole : `/${whole.slice(1, gap)}${whole.slice(Math.max(gap, 0) + 1)}`;
        expect([pattern, path, allows([`Disallow: ${pattern}`], path)]).toEqual([
          pattern,
          path,
          !covers(pattern.replaceAll(/\*+/g, '*'), path),
        ]);
      }),
      { numRuns: numRuns * 10 },
    );
  });

  it('of many stars against a long path takes no longer than reading both', () => {
    const path = `/${'a'.repeat(450_000)}`;
    expect(allows([`Disallow: /${'*a'.repeat(5_000)}*b`], path)).toBe(true);
    expect(allows([`Disallow: /*${'a'.repeat(200_000)}b`], path)).toBe(true);
    expect(allows([`Disallow: /*b${'a'.repeat(200_000)}`], path)).toBe(true);
    expect(allows([`Disallow: /*${'a'.repeat(100_000)}b${'a'.repeat(100_000)}`], path)).toBe(true);
    expect(allows([`Disallow: /${'*ab'.repeat(10_000)}$`], `/${'ab'.repeat(50_000)}`)).toBe(false);
    expect(allows([`Disallow: /${'*'.repeat(400_000)}b`], path)).toBe(true);
  });
});
