import type { EntryBatches, ListEntry } from './list-entry.ts';

/** One call takes 10,000 addresses; half of that keeps the progress bar moving. */
export const SLICE_ENTRIES = 5_000;
/** The service refuses bodies over 1 MiB. */
const SLICE_BYTES = 900_000;
/** Quotes and comma of an address in a JSON list. */
const JSON_BYTES = 3;

const encoder = new TextEncoder();

/** Bytes of an entry in a JSON list. Normalised addresses are ASCII, so a character is a byte. */
function sizeOf(entry: ListEntry): number {
  if (typeof entry === 'string') return entry.length + JSON_BYTES;
  return encoder.encode(JSON.stringify(entry)).length + 1;
}

/** Cuts a list into calls: each as full as the number and the size of its entries allow, the order kept. */
export async function* sliceEntries(
  batches: EntryBatches,
  maxEntries = SLICE_ENTRIES,
  maxBytes = SLICE_BYTES,
): AsyncGenerator<ListEntry[]> {
  let slice: ListEntry[] = [];
  let bytes = 0;
  for await (const batch of batches) {
    for (const entry of batch) {
      const size = sizeOf(entry);
      if (slice.length > 0 && (slice.length === maxEntries || bytes + size > maxBytes)) {
        yield slice;
        slice = [];
        bytes = 0;
      }
      slice.push(entry);
      bytes += size;
    }
  }
  if (slice.length > 0) yield slice;
}
