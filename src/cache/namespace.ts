import { EVERYTHING, type Tag } from './tags.ts';

/** One kind of cached value. All times in milliseconds. */
export interface Namespace<T> {
  name: string;
  /** Checks what a tier holds; throws for what is not of the type, which is then counted and read anew. */
  parse(value: unknown): T;
  /** Used as it is for so long, give or take a tenth: entries that were made together end apart. */
  freshMs: number;
  /** After that used for so long while it is read anew in the background. */
  revalidateMs: number;
  /** After both used for so long when it cannot be read, also when it is known to be older than a write. 0: never. */
  errorMs: number;
  /** How long it is remembered that there is no such thing. 0: not at all. */
  negativeMs: number;
}

/** One cached value. Its key and its tags are functions of the request's parameters alone. */
export interface CacheRef<T> {
  namespace: Namespace<T>;
  key: string;
  tags: readonly Tag[];
}

export function refTo<T>(namespace: Namespace<T>, id: string, tags: readonly Tag[]): CacheRef<T> {
  return { namespace, key: `${namespace.name}:${id}`, tags: [EVERYTHING, ...tags] };
}
