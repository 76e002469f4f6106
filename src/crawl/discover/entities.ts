/** The HTML 4 names of U+00A0 to U+00FF, in order. */
const LATIN_1 = (
  'nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute ' +
  'micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig ' +
  'Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash ' +
  'Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc ' +
  'euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml ' +
  'yacute thorn yuml'
).split(' ');

const PREDEFINED = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Names that HTML also takes without the semicolon. */
const LEGACY = new Map<string, string>([
  ...LATIN_1.map((name, index): [string, string] => [name, String.fromCharCode(0xa0 + index)]),
  ...Object.entries({ amp: '&', lt: '<', gt: '>', quot: '"', AMP: '&', LT: '<', GT: '>', QUOT: '"' }),
  ...Object.entries({ COPY: '©', REG: '®' }),
]);

const NAMED = new Map<string, string>([
  ...LEGACY,
  ...Object.entries(PREDEFINED),
  ...Object.entries({ OElig: 'Œ', oelig: 'œ', Scaron: 'Š', scaron: 'š', Yuml: 'Ÿ', fnof: 'ƒ', circ: 'ˆ' }),
  ...Object.entries({ ensp: '\u2002', emsp: '\u2003', thinsp: '\u2009', zwnj: '\u200c', zwj: '\u200d' }),
  ...Object.entries({ ndash: '–', mdash: '—', lsquo: '‘', rsquo: '’', sbquo: '‚', ldquo: '“', rdquo: '”' }),
  ...Object.entries({ bdquo: '„', dagger: '†', Dagger: '‡', bull: '•', hellip: '…', permil: '‰' }),
  ...Object.entries({ prime: '′', Prime: '″', lsaquo: '‹', rsaquo: '›', euro: '€', trade: '™', tilde: '˜' }),
  ...Object.entries({ larr: '←', uarr: '↑', rarr: '→', darr: '↓', minus: '−', infin: '∞', hearts: '♥' }),
  ...Object.entries({ sol: '/', colon: ':', semi: ';', period: '.', comma: ',', num: '#', quest: '?' }),
  ...Object.entries({
    equals: '=',
    lowbar: '_',
    percnt: '%',
    commat: '@',
    plus: '+',
    excl: '!',
    dollar: '$',
  }),
  ...Object.entries({ lpar: '(', rpar: ')', lsqb: '[', rsqb: ']', Tab: '\t', NewLine: '\n', hyphen: '‐' }),
]);

/** What HTML reads &#128; to &#159; as: windows-1252, where it has a character. */
const WINDOWS_1252 = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';

/**
 * Decodes the character references of an HTML attribute or text: numbers, and the names that occur in addresses
 * and descriptions (HTML 4 and a few signs). As HTML says of attributes, a name without its semicolon is left
 * alone before `=`, a letter or a digit, so that `?a=1&copy=2` stays an address. Linear in the text.
 */
export function decodeHtml(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(
    /&(?:#(\d+)|#[xX]([0-9a-fA-F]+)|([A-Za-z][A-Za-z0-9]*))(;?)/g,
    (whole: string, decimal?: string, hex?: string, name?: string, end?: string, at = 0) => {
      if (name === undefined) return decodeHtmlNumber(readNumber(decimal, hex));
      if (end === ';') return NAMED.get(name) ?? whole;
      return text[at + whole.length] === '=' ? whole : (LEGACY.get(name) ?? whole);
    },
  );
}

/** Decodes what XML knows without a document type: numbers and the five predefined names. */
export function decodeXml(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(
    /&(?:#(\d+)|#x([0-9a-fA-F]+)|(amp|lt|gt|quot|apos));/g,
    (whole: string, decimal?: string, hex?: string, name?: string) =>
      name === undefined ? toCharacter(readNumber(decimal, hex)) : (NAMED.get(name) ?? whole),
  );
}

function readNumber(decimal?: string, hex?: string): number {
  return decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number.parseInt(decimal, 10);
}

function decodeHtmlNumber(code: number): string {
  return WINDOWS_1252[code - 0x80] ?? toCharacter(code);
}

function toCharacter(code: number): string {
  const isCharacter = code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
  return isCharacter ? String.fromCodePoint(code) : '\ufffd';
}
