import { decodeText } from './metadata-text.ts';

/** What an XMP packet says about rights; null where it says nothing. */
export interface XmpTexts {
  copyright: string | null;
  artist: string | null;
  credit: string | null;
  usageTerms: string | null;
  webStatement: string | null;
  license: string | null;
}

const MAX_PACKET_BYTES = 262_144;
const MAX_LIST_ITEMS = 16;
const MAX_VALUE_CHARACTERS = 4_096;
const LIST_ITEM = 'rdf:li';
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/**
 * Finds the rights in an XMP packet by looking for the property names that all writers use (XMP part 2, 8.3 and
 * 8.4; ccREL for cc:license). It is no XML parser: nothing is expanded or nested, each search moves forwards,
 * and only the first 256 KiB are read.
 */
export function readXmpTexts(packet: Uint8Array): XmpTexts {
  const text = decodeText(packet, MAX_PACKET_BYTES);
  return {
    copyright: readProperty(text, 'dc:rights'),
    artist: readProperty(text, 'dc:creator'),
    credit: readProperty(text, 'photoshop:Credit'),
    usageTerms: readProperty(text, 'xmpRights:UsageTerms'),
    webStatement: readProperty(text, 'xmpRights:WebStatement'),
    license: readProperty(text, 'cc:license'),
  };
}

/** A property is an element with a text, a list or a reference, or an attribute of the description. */
function readProperty(text: string, name: string): string | null {
  const element = findElement(text, name, 0);
  if (element === null) return readAttribute(text, name);
  const { attributes, content } = element;
  return readList(content) ?? readAttribute(attributes, 'rdf:resource') ?? readPlain(content);
}

interface Element {
  attributes: string;
  content: string;
  end: number;
}

function findElement(text: string, name: string, from: number): Element | null {
  for (let at = text.indexOf(`<${name}`, from); at >= 0; at = text.indexOf(`<${name}`, at + 1)) {
    const nameEnd = at + 1 + name.length;
    if (!/[\s/>]/.test(text.charAt(nameEnd))) continue;
    const tagEnd = text.indexOf('>', nameEnd);
    if (tagEnd < 0) return null;
    const attributes = text.slice(nameEnd, tagEnd);
    if (attributes.endsWith('/')) return { attributes, content: '', end: tagEnd + 1 };
    const close = text.indexOf(`</${name}`, tagEnd);
    return close < 0 ? null : { attributes, content: text.slice(tagEnd + 1, close), end: close };
  }
  return null;
}

/** The entry in the default language if there is one, else all of them; null when it is no list. */
function readList(content: string): string | null {
  const values: string[] = [];
  let item = findElement(content, LIST_ITEM, 0);
  for (; item !== null && values.length < MAX_LIST_ITEMS; item = findElement(content, LIST_ITEM, item.end)) {
    const value = readPlain(item.content);
    const language = readAttribute(item.attributes, 'xml:lang');
    if (value === null) continue;
    if (language === 'x-default') return value;
    // Other languages say the same again.
    if (language === null || values.length === 0) values.push(value);
  }
  return values.length === 0 ? null : values.join('; ');
}

function readAttribute(text: string, name: string): string | null {
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) {
    const quoteAt = at + name.length + 1;
    const quote = text.charAt(quoteAt);
    const isAttribute =
      /\s/.test(text.charAt(at - 1)) && text.charAt(quoteAt - 1) === '=' && /["']/.test(quote);
    if (!isAttribute) continue;
    const end = text.indexOf(quote, quoteAt + 1);
    return end < 0 ? null : readPlain(text.slice(quoteAt + 1, end));
  }
  return null;
}

/** The characters that a text without elements stands for; null when it is blank or has elements. */
function readPlain(content: string): string | null {
  const text = content.slice(0, MAX_VALUE_CHARACTERS).trim();
  if (text === '' || text.includes('<')) return null;
  return text.replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|(amp|lt|gt|quot|apos));/gi, decodeReference);
}

function decodeReference(whole: string, decimal?: string, hex?: string, name?: string): string {
  if (name !== undefined) return ENTITIES[name.toLowerCase()] ?? whole;
  const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal);
  return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
}
