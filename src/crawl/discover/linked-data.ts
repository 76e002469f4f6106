/** An ImageObject of schema.org as it stands there: addresses are not resolved. */
export interface LinkedImage {
  url: string;
  caption: string | null;
  license: string | null;
}

/** Objects and arrays looked at; a longer document is read up to there. */
const MAX_NODES = 10_000;
/** Smaller sizes of an image, and the badge of whoever publishes it. */
const IGNORED = new Set(['thumbnail', 'logo']);

/** Reads the images of a JSON-LD document. None when it is not JSON. */
export function readLinkedImages(json: string): LinkedImage[] {
  const images: LinkedImage[] = [];
  const nodes: unknown[] = [parse(json)];
  for (let at = 0; at < nodes.length && at < MAX_NODES; at++) {
    const node = nodes[at];
    if (Array.isArray(node)) {
      for (const value of node) if (isObject(value)) nodes.push(value);
    } else if (isObject(node)) {
      const image = readImage(node);
      if (image) images.push(image);
      for (const [key, value] of Object.entries(node)) {
        if (isObject(value) && !IGNORED.has(key)) nodes.push(value);
      }
    }
  }
  return images;
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function readImage(node: Record<string, unknown>): LinkedImage | null {
  if (!textsOf(node['@type']).includes('ImageObject')) return null;
  const url = textsOf(node['contentUrl'])[0] ?? textsOf(node['url'])[0];
  if (url === undefined) return null;
  return {
    url,
    caption:
      textsOf(node['caption'])[0] ?? textsOf(node['description'])[0] ?? textsOf(node['name'])[0] ?? null,
    license: addressOf(node['license']),
  };
}

function textsOf(value: unknown): string[] {
  return (Array.isArray(value) ? value : [value]).filter((entry) => typeof entry === 'string');
}

/** An address stands as a text or as the `@id` or `url` of an object. */
function addressOf(value: unknown): string | null {
  const first: unknown = Array.isArray(value) ? value[0] : value;
  if (isObject(first)) return textsOf(first['@id'])[0] ?? textsOf(first['url'])[0] ?? null;
  return textsOf(first)[0] ?? null;
}
