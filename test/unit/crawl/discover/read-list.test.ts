import { describe, expect, it } from 'vitest';
import type { ListRow } from '../../../../src/crawl/discover/list/row.ts';
import type { ListOptions } from '../../../../src/crawl/discover/list/shape.ts';
import { createListReader } from '../../../../src/crawl/discover/read-list.ts';
import { utf8 } from '../../../../src/lib/bytes.ts';

function read(list: string | Uint8Array, options: ListOptions = {}): ListRow[] {
  const reader = createListReader(options);
  return reader.push(typeof list === 'string' ? utf8(list) : list).concat(reader.finish());
}

/** Each row as its address or its problem. */
function verdicts(list: string | Uint8Array, options?: ListOptions): (string | null)[] {
  return read(list, options).map(({ url, problem }) => url ?? problem);
}

const A = 'https://a.example/1.jpg';
const B = 'https://b.example/2.png';
const NO_CONTEXT = { alt: null, caption: null, licenseUrl: null };

describe('a text list', () => {
  it('is one address a line; blank lines and comments are none', () => {
    expect(read(`# cats\n\n${A}\r\n   ${B}  \r\t\r\n`)).toEqual([
      { line: 3, url: A, problem: null, context: NO_CONTEXT },
      { line: 4, url: B, problem: null, context: NO_CONTEXT },
    ]);
  });

  it('says what is wrong with a line, and goes on', () => {
    const lines = [
      ['cats', 'not_a_url'],
      ['//a.example/1.jpg', 'not_a_url'],
      ['http://', 'not_a_url'],
      ['ftp://a.example/1.jpg', 'scheme'],
      ['data:image/png;base64,AAAA', 'scheme'],
      ['https://user:secret@a.example/1.jpg', 'credentials'],
      ['https://user@a.example/1.jpg', 'credentials'],
      [`https://a.example/${'x'.repeat(10_000)}.jpg`, 'too_long'],
      [`https://a.example/${'é'.repeat(1_000)}.jpg`, 'too_long'],
      [`https://a.example/${'x'.repeat(70_000)}.jpg`, 'line_too_long'],
      [A, A],
    ];
    expect(verdicts(lines.map(([line]) => line).join('\n'), { format: 'txt' })).toEqual(
      lines.map(([, verdict]) => verdict),
    );
  });

  it('gives every spelling of an address as the one', () => {
    const spellings = [
      'https://bücher.example/a%20b.jpg',
      'HTTPS://BÜCHER.example:443/a b.jpg#top',
      'https://xn--bcher-kva.example/x/../a%20b.jpg',
      'https://b%C3%BCcher.example/./a%20b.jpg',
      'https:\\\\bücher。example\\a%20b.jpg',
    ];
    expect(new Set(verdicts(spellings.join('\n')))).toEqual(
      new Set(['https://xn--bcher-kva.example/a%20b.jpg']),
    );
  });

  it('leaves alone what names another file', () => {
    const others = ['https://a.example/A.jpg', 'https://a.example/a.jpg', 'https://a.example/%61.jpg?'];
    expect(new Set(verdicts(others.join('\n'))).size).toBe(3);
  });

  it('keeps commas and semicolons within addresses', () => {
    const url = 'https://a.example/w_100,h_50;q=1/a.jpg';
    expect(verdicts(`${url}\n${url}`)).toEqual([url, url]);
  });

  it('may be in UTF-16 with its mark, as spreadsheets write it', () => {
    const bytes = new Uint8Array(
      new Uint16Array([...`\ufeff${A}\r\n${B}`].map((sign) => sign.charCodeAt(0))).buffer,
    );
    expect(verdicts(bytes)).toEqual([A, B]);
  });

  it('says so when the bytes are not UTF-8', () => {
    expect(verdicts(new Uint8Array([...utf8('https://a.example/caf'), 0xe9, ...utf8('.jpg')]))).toEqual([
      'encoding',
    ]);
  });

  it('may begin with a byte order mark', () => {
    expect(verdicts(`\ufeff${A}`)).toEqual([A]);
  });
});

describe('a CSV list', () => {
  it('is read by its header, with the words about each image', () => {
    const list = [
      'id,Page_URL,Image URL,Alt text,Caption,License URL',
      `1,https://a.example/page,${A},"Two, ""fat"" cats","On a`,
      `roof",https://creativecommons.org/licenses/by/4.0/`,
      `2,https://b.example/page,${B},,,CC BY`,
    ].join('\r\n');
    expect(read(list)).toEqual([
      {
        line: 2,
        url: A,
        problem: null,
        context: {
          alt: 'Two, "fat" cats',
          caption: 'On a roof',
          licenseUrl: 'https://creativecommons.org/licenses/by/4.0/',
        },
      },
      { line: 4, url: B, problem: null, context: NO_CONTEXT },
    ]);
  });

  it.each([
    ['comma', `url,caption\n${A},x\n${B},y`],
    ['semicolon', `url;caption\n${A};x, y\n${B};"y;z"`],
    ['tab', `url\tcaption\n${A}\tx, y\n${B}\ty;z`],
    ['comma, no header', `x,${A}\ny,"${B}"`],
    ['semicolon, no header', `"x";${A};1\n"y";${B};2`],
  ])('may be parted by %s', (_name, list) => {
    expect(verdicts(list)).toEqual([A, B]);
  });

  it('is recognised by its name, also with one column', () => {
    expect(verdicts(`image\n${A}\n${B}`, { name: 'cats.CSV' })).toEqual([A, B]);
    expect(verdicts(`${A}\n${B}`, { name: 'cats.csv' })).toEqual([A, B]);
  });

  it('takes the column that is asked for, by name or number', () => {
    const list = `big,small\n${A},${B}\n`;
    expect(verdicts(list, { columns: { url: 'SMALL' } })).toEqual([B]);
    expect(verdicts(list, { columns: { url: 1 } })).toEqual([B]);
    expect(verdicts(list, { format: 'csv', columns: { url: 'huge' } })).toEqual(['no_column']);
  });

  it('says what is wrong with a row, and goes on', () => {
    const long = 'x'.repeat(70_000);
    const rows = `url,caption\n${A},x\n,empty\nshort\n${B},${long}\n${A},y\n${B},"never closed\n${A},z`;
    expect(verdicts(rows, { format: 'csv', columns: { url: 'url' } })).toEqual([
      A,
      'empty',
      'not_a_url',
      'line_too_long',
      A,
      'unclosed_quote',
    ]);
  });

  it('loses no more than 64 KiB to a stray quote', () => {
    const rows = Array.from({ length: 4_000 }, (_, n) => `https://a.example/${n}.jpg,photo ${n}`);
    const found = verdicts(`url,caption\n"${rows.join('\n')}`, { format: 'csv', hasHeader: true });
    expect(found[0]).toBe('line_too_long');
    expect(found.length).toBeGreaterThan(2_000);
    expect(found.at(-1)).toBe('https://a.example/3999.jpg');
    expect(found.filter((verdict) => verdict === 'line_too_long')).toHaveLength(1);
  });

  it('keeps quotes that stand within a bare field', () => {
    const [row] = read(`url,caption\n${A},12" print\n${B},"a"b`);
    expect(row?.context.caption).toBe('12" print');
    expect(read(`url,caption\n${B},"a"b`)[0]?.context.caption).toBe('ab');
  });
});

describe('a list of JSON lines', () => {
  it('is of texts or of objects', () => {
    expect(verdicts(`"${A}"\n\n"${B}"\n`)).toEqual([A, B]);
    expect(read(`{"n":1,"page_url":"https://a.example/","image":"${A}","TEXT":"A cat"}\n`)).toEqual([
      { line: 1, url: A, problem: null, context: { alt: null, caption: 'A cat', licenseUrl: null } },
    ]);
  });

  it('says what is wrong with a line, and goes on', () => {
    const lines = [
      `{"url":"${A}"}`,
      '{"url":',
      '[]',
      '7',
      '{"url":7}',
      '{}',
      `"${B}"`,
      '{"__proto__":{"url":"x"}}',
    ];
    expect(verdicts(lines.join('\n'), { format: 'jsonl', columns: { url: 'url' } })).toEqual([
      A,
      'not_json',
      'not_json',
      'not_json',
      'empty',
      'empty',
      B,
      'empty',
    ]);
  });

  it('takes the field that is asked for', () => {
    expect(verdicts(`{"a":"${A}","b":"${B}"}`, { columns: { url: 'b' } })).toEqual([B]);
  });

  it('nested deeper than a stack is a bad line', () => {
    const line = '['.repeat(60_000);
    expect(verdicts(`"${A}"\n${line}\n{"a":${line}`, { format: 'jsonl' })).toEqual([
      A,
      'not_json',
      'not_json',
    ]);
  });
});

describe('an empty list', () => {
  it.each(['', '\n\n', '# nothing\n', '\ufeff'])('has no rows: %j', (list) => {
    expect(read(list)).toEqual([]);
  });
});

describe('a long list', () => {
  it('hands out rows while it arrives', () => {
    const reader = createListReader();
    const counts = Array.from(
      { length: 30 },
      (_, n) =>
        reader.push(utf8(`https://a.example/${'x'.repeat(10_000 % 2_000)}${n}.jpg\n`.repeat(300))).length,
    );
    expect(counts[0]).toBe(0);
    expect(counts.at(-1)).toBe(300);
    expect(counts.reduce((sum, count) => sum + count) + reader.finish().length).toBe(9_000);
  });

  it('without line ends is one bad line, of which nothing is kept', () => {
    const reader = createListReader();
    const chunk = utf8('x'.repeat(65_536));
    for (let n = 0; n < 500; n++) expect(reader.push(chunk)).toEqual([]);
    expect(reader.finish().map(({ problem }) => problem)).toEqual(['line_too_long']);
  });
});
