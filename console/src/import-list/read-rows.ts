import type { ListRow } from '../../../src/crawl/discover/list/row.ts';
import type { ListShape } from '../../../src/crawl/discover/list/shape.ts';
import { createListReader } from '../../../src/crawl/discover/read-list.ts';
import { ProblemError } from '../api/problem.ts';
import { t } from '../strings.ts';

/** Work on one piece must not be felt, whatever the browser hands over at once. */
const PIECE_BYTES = 65_536;
const HEAD_BYTES = 65_536;
/** After so much work the page gets its turn; a frame of 60 a second is 16 ms. */
const TURN_MS = 8;

/** Some rows of a list, and how much of the file they end at. */
interface RowPiece {
  rows: ListRow[];
  readBytes: number;
}

/** Lets input and paint go first. A timer would be slowed down to one a second in a hidden tab. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.addEventListener('message', () => {
      port1.close();
      resolve();
    });
    port1.start();
    port2.postMessage(null);
  });
}

/** The problem of a file that cannot be read any more, such as one that was changed since it was chosen. */
function unreadableFile(cause: unknown): ProblemError {
  const { unreadableTitle: title, unreadableWhy: detail } = t.listFile;
  const code = 'file_unreadable';
  return new ProblemError(
    { code, status: 0, title, detail, requestId: null, retryable: false, errors: [], state: null },
    { cause },
  );
}

/** The beginning of a file, enough to tell how it is to be read. Throws ProblemError `file_unreadable`. */
export async function readHead(file: Blob): Promise<Uint8Array> {
  try {
    return new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer());
  } catch (cause) {
    throw unreadableFile(cause);
  }
}

/**
 * Reads a list file of any size piece by piece, in constant memory and without holding up the page. Throws
 * ProblemError `file_unreadable`, and what `signal` was aborted with.
 */
export async function* readRows(file: Blob, shape: ListShape, signal: AbortSignal): AsyncGenerator<RowPiece> {
  const bytes = file.stream().getReader();
  const list = createListReader(shape);
  let readBytes = 0;
  let turnBegan = performance.now();
  try {
    for (;;) {
      const { done, value } = await bytes.read().catch((cause: unknown) => {
        throw unreadableFile(cause);
      });
      if (done) break;
      for (let at = 0; at < value.length; at += PIECE_BYTES) {
        signal.throwIfAborted();
        const piece = value.subarray(at, at + PIECE_BYTES);
        readBytes += piece.length;
        yield { rows: list.push(piece), readBytes };
        if (performance.now() - turnBegan < TURN_MS) continue;
        await nextTurn();
        turnBegan = performance.now();
      }
    }
    yield { rows: list.finish(), readBytes };
  } finally {
    // A file that broke off cannot be cancelled, and need not be.
    await bytes.cancel().catch(() => undefined);
  }
}
