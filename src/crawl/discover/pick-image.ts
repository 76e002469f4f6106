import { resolveUrl } from './image-url.ts';
import { parseSrcset } from './srcset.ts';

/** The address of one image, of the several that an element offers. */
export interface Choice {
  url: string;
  /** Pixels; 0 when not said. */
  width: number;
  density: number;
  isModern: boolean;
}

/** Where scripts keep the address until the image scrolls into view; `src` holds a placeholder meanwhile. */
const SRCSETS = ['data-srcset', 'data-lazy-srcset', 'srcset'];
const LAZY_SOURCES = [
  'data-src',
  'data-lazy-src',
  'data-original',
  'data-original-src',
  'data-lazy',
  'data-lazyload',
];

/** Formats that are offered beside a JPEG or PNG of the same image. */
const MODERN_TYPE = /^image\/(?:avif|webp|jxl|heic|heif)/i;
const MODERN_EXTENSION = /\.(?:avif|webp|jxl|heic|heif)$/i;

/**
 * Picks from the attributes of an `img` or a `source` the largest image: of its srcset, else what a lazy-load
 * attribute says, else `src`. Null when there is no usable address.
 */
export function pickImage(attribute: (name: string) => string | null, baseUrl: string): Choice | null {
  const type = attribute('type');
  const choose = (text: string, width: number, density: number): Choice | null => {
    const url = resolveUrl(text, baseUrl);
    if (url === null) return null;
    const isModern = type ? MODERN_TYPE.test(type.trim()) : MODERN_EXTENSION.test(new URL(url).pathname);
    return { url, width, density, isModern };
  };

  let best: Choice | null = null;
  for (const name of SRCSETS) {
    for (const { url, width, density } of parseSrcset(attribute(name) ?? '')) {
      if (isTemplate(url)) continue;
      best = better(best, choose(url, width ?? 0, density ?? 1));
    }
  }
  if (best) return best;
  for (const name of LAZY_SOURCES) {
    const text = attribute(name);
    const choice = text !== null && isAddress(text) ? choose(text, 0, 1) : null;
    if (choice) return choice;
  }
  return choose(attribute('src') ?? '', 0, 1);
}

/** The larger one, else the one that more programs read, else the first. */
export function better(one: Choice | null, other: Choice | null): Choice | null {
  if (!one || !other) return one ?? other;
  if (one.width !== other.width) return one.width > other.width ? one : other;
  if (one.density !== other.density) return one.density > other.density ? one : other;
  return one.isModern && !other.isModern ? other : one;
}

/** These attributes also hold flags (`data-lazy="true"`) and settings in JSON. */
function isAddress(text: string): boolean {
  return !isTemplate(text) && /\/|\.[a-z]\w{2,3}$/i.test(text);
}

/** `photo_{width}x.jpg` is filled in by a script. */
function isTemplate(text: string): boolean {
  return text.includes('{');
}
