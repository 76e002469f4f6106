import { describe, expect, it } from 'vitest';
import { decodeHtml, decodeXml } from '../../../../src/crawl/discover/entities.ts';

describe('character references of HTML', () => {
  it.each([
    ['a?x=1&amp;y=2', 'a?x=1&y=2'],
    ['&lt;b&gt; &quot;c&quot; &apos;d&apos;', '<b> "c" \'d\''],
    ['caf&eacute; &Auml;&yuml;&nbsp;&iexcl;', 'café Äÿ\u00a0¡'],
    ['&ndash;&hellip;&rsquo;&euro;', '–…’€'],
    ['&sol;img&period;jpg&quest;w&equals;1', '/img.jpg?w=1'],
    ['&#65;&#x42;&#X43;', 'ABC'],
    ['&#65&#x42 ', 'AB '],
    ['&#0000000000000065;', 'A'],
    ['&#128;&#x99;&#x81;', '€™\u0081'],
    ['&#x1F600;', '😀'],
    ['&amp;amp;', '&amp;'],
  ])('are decoded: %s', (source, text) => {
    expect(decodeHtml(source)).toBe(text);
  });

  it.each(['?a=1&copy=2', '?a&copy2=1', '?a=1&nosuch;', '&', '&;', '&#;', '&#x;', 'a & b', '1&ndash 2'])(
    'are left alone where they are none: %s',
    (source) => {
      expect(decodeHtml(source)).toBe(source);
    },
  );

  it('lack the semicolon only when HTML has always allowed it', () => {
    expect([decodeHtml('AT&amp T'), decodeHtml('&copy 2020'), decodeHtml('1&ndash 2')]).toEqual([
      'AT& T',
      '© 2020',
      '1&ndash 2',
    ]);
  });

  it.each(['&#0;', '&#xD800;', '&#x110000;', `&#${'9'.repeat(400)};`])(
    'that name no character show as one: %s',
    (source) => {
      expect(decodeHtml(source)).toBe('\ufffd');
    },
  );
});

describe('character references of XML', () => {
  it('are the five predefined ones and numbers, nothing else', () => {
    expect(decodeXml('&lt;&gt;&amp;&quot;&apos;&#65;&#x41;')).toBe('<>&"\'AA');
    expect(decodeXml('&nbsp;&lol9;&amp &#x80;')).toBe('&nbsp;&lol9;&amp \u0080');
    expect(decodeXml('&#0;&#xDFFF;')).toBe('\ufffd\ufffd');
  });
});
