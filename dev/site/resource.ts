import type { Turnstile } from './turnstile.ts';

/** Bytes on disk as they are served. */
export interface ServedFile {
  path: string;
  type: string;
  bytes: number;
}

/** What any resource may do besides answering. */
interface Manner {
  /** Sent with every answer of the resource. */
  headers?: Record<string, string>;
  /** Waits so long before it answers. */
  delayMs?: number;
  /** Answers 503 whenever it does not let the request in. */
  turnstile?: Turnstile;
}

/** What the server answers at one path. */
export type Resource = Manner &
  (
    | ({ kind: 'file'; etag: string } & ServedFile)
    | { kind: 'status'; status: number }
    /** To a path of this origin, or of the origin with this number, or to a whole URL. */
    | { kind: 'redirect'; status: 301 | 302 | 303 | 307 | 308; location: string; origin?: number }
    /** Declares and sends so many bytes: a good beginning, then padding. */
    | ({ kind: 'oversized' } & ServedFile)
    /** Declares the whole file, sends half of it, and then resets the connection or closes it in order. */
    | ({ kind: 'cut'; ending: 'reset' | 'close' } & ServedFile)
    | TextDocument
  );

/** A response written when it is asked for, as it names the origins that the client came by. */
export interface TextDocument {
  kind: 'text';
  type: string;
  /** The Content-Security-Policy of a page. */
  policy?: (origins: readonly string[]) => string;
  write: (origins: readonly string[]) => string | Buffer;
}
