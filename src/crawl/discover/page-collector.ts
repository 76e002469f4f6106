import type { Candidate } from './candidate.ts';
import { createCandidateList, type Mention } from './candidate-list.ts';
import { createFigureStack, type Figure, type FigureStack } from './figure.ts';
import { hasImageExtension, resolveUrl } from './image-url.ts';
import { isOpenLicense } from './license-link.ts';
import { readLinkedImages } from './linked-data.ts';
import { better, type Choice, pickImage } from './pick-image.ts';

/** Decoded; null when absent. */
export type Attribute = (name: string) => string | null;

/** What the page asks of robots, in the protocol's words. */
export interface PageRobots {
  noai: boolean;
  noimageai: boolean;
  noindex: boolean;
}

/** Whoever the page addresses with these names means us. */
const ROBOT_NAMES = new Set(['robots', 'darkroombot']);

const META_IMAGES = new Set([
  'og:image',
  'og:image:url',
  'og:image:secure_url',
  'og:image:alt',
  'twitter:image',
  'twitter:image:src',
]);

/** Gathers what the elements of one page say, in the order of the page. */
export interface PageCollector {
  figures: FigureStack;
  base(attribute: Attribute): void;
  meta(attribute: Attribute): void;
  /** `link rel=image_src` and `link rel=license`. */
  relation(attribute: Attribute): void;
  /** An `a`: the link, when it leads to an image. The first image within is its thumbnail, until closeLink. */
  link(attribute: Attribute): ImageLink | null;
  closeLink(link: ImageLink): void;
  openPicture(): void;
  pictureSource(attribute: Attribute): void;
  closePicture(): void;
  /** `isFallback`: within `noscript`, where it stands for the image before. */
  image(attribute: Attribute, isFallback: boolean): void;
  poster(attribute: Attribute): void;
  linkedData(json: string): void;
  /** Whether there were more images than are taken. */
  isFull(): boolean;
  finish(): { candidates: Candidate[]; robots: PageRobots };
}

interface ImageLink {
  url: string;
  hasThumbnail: boolean;
}

export function createPageCollector(pageUrl: string, maxCandidates: number): PageCollector {
  const list = createCandidateList(pageUrl, maxCandidates);
  const figures = createFigureStack();
  const robots: PageRobots = { noai: false, noimageai: false, noindex: false };
  let baseUrl: string | null = null;
  let pageLicense: string | null = null;
  let openGraph: Mention | null = null;
  let openLink: ImageLink | null = null;
  /** The best of the sources of the open `picture`; undefined outside of one. */
  let picture: Choice | null | undefined;

  const resolve = (text: string | null): string | null =>
    text ? resolveUrl(text, baseUrl ?? pageUrl) : null;

  function add(mention: Mention): void {
    const candidate = list.add(mention);
    if (candidate) figures.current()?.members.add(candidate);
  }

  /** Open Graph says one image in several lines: its address, the same over https, its description. */
  function flushOpenGraph(): void {
    if (openGraph) list.add(openGraph);
    openGraph = null;
  }

  function addMeta(name: string, content: string): void {
    if (name === 'og:image:alt') {
      if (openGraph) openGraph.alt = content;
      return;
    }
    const url = resolve(content);
    if (url === null) return;
    if (name === 'og:image:secure_url' && openGraph) openGraph.url = url;
    else if (name.startsWith('og:')) {
      flushOpenGraph();
      openGraph = { url };
    } else list.add({ url });
  }

  function addLicense(url: string, isDeclared: boolean): void {
    const figure: Figure | null = figures.current();
    if (figure && (isDeclared || isOpenLicense(url))) figure.licenseUrl ??= url;
    else if (isDeclared) pageLicense ??= url;
  }

  return {
    figures,
    base(attribute) {
      const href = attribute('href');
      if (href === null || baseUrl !== null) return;
      baseUrl = resolveUrl(href, pageUrl) ?? pageUrl;
    },
    meta(attribute) {
      const content = attribute('content') ?? '';
      const name = (attribute('property') ?? attribute('name') ?? '').trim().toLowerCase();
      if (META_IMAGES.has(name)) addMeta(name, content);
      if (!ROBOT_NAMES.has((attribute('name') ?? '').trim().toLowerCase())) return;
      const rules = new Set(content.toLowerCase().split(/[\s,]+/));
      robots.noai ||= rules.has('noai');
      robots.noimageai ||= rules.has('noimageai');
      robots.noindex ||= rules.has('noindex') || rules.has('none');
    },
    relation(attribute) {
      const relations = tokens(attribute('rel'));
      const url = relations.size > 0 ? resolve(attribute('href')) : null;
      if (url === null) return;
      if (relations.has('image_src')) list.add({ url });
      if (relations.has('license')) addLicense(url, true);
    },
    link(attribute) {
      openLink = null;
      const url = resolve(attribute('href'));
      if (url === null) return null;
      addLicense(url, tokens(attribute('rel')).has('license'));
      if (!hasImageExtension(url)) return null;
      add({ url });
      openLink = { url, hasThumbnail: false };
      return openLink;
    },
    closeLink(link) {
      if (openLink === link) openLink = null;
    },
    openPicture() {
      picture = null;
    },
    pictureSource(attribute) {
      if (picture !== undefined) picture = better(picture, pickImage(attribute, baseUrl ?? pageUrl));
    },
    closePicture() {
      if (picture) add({ url: picture.url });
      picture = undefined;
    },
    image(attribute, isFallback) {
      if (isTrackingPixel(attribute)) return;
      const choice = better(picture ?? null, pickImage(attribute, baseUrl ?? pageUrl));
      picture = undefined;
      if (openLink && (isFallback || !openLink.hasThumbnail)) {
        add({ url: openLink.url, alt: attribute('alt') });
        openLink.hasThumbnail = true;
      } else if (choice) add({ url: choice.url, alt: attribute('alt') });
    },
    poster(attribute) {
      const url = resolve(attribute('poster'));
      if (url !== null) add({ url });
    },
    linkedData(json) {
      for (const image of readLinkedImages(json)) {
        const url = resolve(image.url);
        if (url !== null) list.add({ url, caption: image.caption, licenseUrl: resolve(image.license) });
      }
    },
    isFull: list.isFull,
    finish() {
      if (picture) add({ url: picture.url });
      figures.closeAll();
      flushOpenGraph();
      const candidates = list.all();
      for (const candidate of candidates) candidate.licenseUrl ??= pageLicense;
      return { candidates, robots };
    },
  };
}

function tokens(text: string | null): Set<string> {
  return new Set((text ?? '').toLowerCase().split(/\s+/).filter(Boolean));
}

/** An image of at most one pixel counts visitors. */
function isTrackingPixel(attribute: Attribute): boolean {
  return [attribute('width'), attribute('height')].every((side) => /^\s*[01](?:px)?\s*$/.test(side ?? ''));
}
