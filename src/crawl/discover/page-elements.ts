import { decodeHtml } from './entities.ts';
import type { Attribute, PageCollector } from './page-collector.ts';
import type { ReadFailure } from './read-stop.ts';

/** A call from HTMLRewriter costs about 20 µs: this is some 2 s of a page made to waste them. */
const MAX_EVENTS = 100_000;
/** Longer attributes are not looked at: neither an address nor a text. */
const MAX_ATTRIBUTE_LENGTH = 65_536;
const MAX_NOSCRIPT_LENGTH = 65_536;
const MAX_LINKED_DATA_LENGTH = 262_144;

/** Elements whose borders part words, as far as captions hold them. */
const LINES = ['br', 'p', 'div', 'li'].map((name) => `figcaption ${name}`).join(', ');
const CODE = 'figcaption script, figcaption style';

/** Set when the reading is to stop; nothing is looked at from then on. */
export interface PageStop {
  failure: ReadFailure | null;
}

/**
 * Reads a page to its end, or until there is more of it than is read, and tells the collector of the elements
 * that concern images. Throws what parserFaultOf knows.
 */
export async function watchPage(page: Response, collector: PageCollector, stop: PageStop): Promise<void> {
  const isWanted = createCounter(collector, stop);
  // Scripts are taken to run, so the markup within `noscript` arrives as text, and is read on its own.
  let noscript: string | null = null;

  const rewriter = watchElements({
    collector,
    isWanted,
    isFallback: false,
    isMuted: () => noscript !== null,
  });
  watchScripts(rewriter, collector, isWanted);
  rewriter.on('noscript', {
    element(element) {
      if (!isWanted()) return;
      noscript = '';
      element.onEndTag(async () => {
        const markup = noscript ?? '';
        noscript = null;
        if (markup.includes('<')) await readFallback(markup, collector, isWanted);
      });
    },
    text({ text }) {
      if (isWanted()) noscript = extend(noscript ?? '', text, MAX_NOSCRIPT_LENGTH);
    },
  });
  await drain(rewriter.transform(page));
  isWanted();
}

/** The words of HTMLRewriter about a page that it cannot read, or null when the error is another. */
export function parserFaultOf(error: unknown): string | null {
  const [, fault = null] = /^Parser error: (.*)/.exec(error instanceof Error ? error.message : '') ?? [];
  return fault;
}

async function readFallback(
  markup: string,
  collector: PageCollector,
  isWanted: () => boolean,
): Promise<void> {
  const rewriter = watchElements({ collector, isWanted, isFallback: true, isMuted: () => false });
  try {
    await drain(rewriter.transform(new Response(markup)));
  } catch (error) {
    // What one fallback lacks says nothing about the page around it.
    if (parserFaultOf(error) === null) throw error;
  }
}

/** Handlers run only while the rewritten page is read. */
async function drain(page: Response): Promise<void> {
  await page.body?.pipeTo(new WritableStream());
}

/** Counts one event; false when the page has more of them, or of images, than are read. */
function createCounter(collector: PageCollector, stop: PageStop): () => boolean {
  let events = 0;
  return () => {
    events += 1;
    if (events > MAX_EVENTS)
      stop.failure ??= { reason: 'too_large', detail: `more than ${MAX_EVENTS} elements` };
    if (collector.isFull()) stop.failure ??= { reason: 'too_large', detail: 'too many images' };
    return stop.failure === null;
  };
}

interface Watch {
  collector: PageCollector;
  isWanted(): boolean;
  isFallback: boolean;
  /** Whether text is markup that is not shown. */
  isMuted(): boolean;
}

function watchElements({ collector, isWanted, isFallback, isMuted }: Watch): HTMLRewriter {
  const rewriter = new HTMLRewriter();
  const on = (selector: string, tell: (attribute: Attribute, element: Element) => void) =>
    rewriter.on(selector, {
      element(element) {
        if (isWanted()) tell(attributeOf(element), element);
      },
    });
  let isCode = false;

  on('base[href]', collector.base);
  on('meta[content]', collector.meta);
  on('link[rel]', collector.relation);
  on('video[poster]', collector.poster);
  on('img, amp-img', (attribute) => collector.image(attribute, isFallback));
  on('picture source', collector.pictureSource);
  on('picture', (_attribute, element) => {
    collector.openPicture();
    element.onEndTag(collector.closePicture);
  });
  on('a[href]', (attribute, element) => {
    const link = collector.link(attribute);
    if (link) element.onEndTag(() => collector.closeLink(link));
  });
  on('figure', (_attribute, element) => {
    const figure = collector.figures.open();
    if (figure) element.onEndTag(() => collector.figures.close(figure));
  });
  on(LINES, () => collector.figures.addCaption(' '));
  on(CODE, (_attribute, element) => {
    isCode = true;
    element.onEndTag(() => {
      isCode = false;
    });
  });
  return rewriter.on('figcaption', {
    text({ text }) {
      if (isWanted() && !isCode && !isMuted()) collector.figures.addCaption(text);
    },
  });
}

function watchScripts(rewriter: HTMLRewriter, collector: PageCollector, isWanted: () => boolean): void {
  let json = '';
  rewriter.on('script[type="application/ld+json" i]', {
    element(element) {
      if (!isWanted()) return;
      json = '';
      element.onEndTag(() => collector.linkedData(json));
    },
    text({ text }) {
      if (isWanted()) json = extend(json, text, MAX_LINKED_DATA_LENGTH);
    },
  });
}

function extend(text: string, more: string, maxLength: number): string {
  return text + more.slice(0, maxLength - text.length);
}

function attributeOf(element: Element): Attribute {
  return (name) => {
    const value = element.getAttribute(name);
    return value === null || value.length > MAX_ATTRIBUTE_LENGTH ? null : decodeHtml(value);
  };
}
