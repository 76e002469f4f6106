/** Why a document was not read to its end. */
export interface ReadFailure {
  /** `interrupted`: the bytes stopped coming, which says nothing about the document. */
  reason: 'too_large' | 'unreadable' | 'interrupted';
  detail: string;
}

/** Ends the reading of a document; never leaves the readers. */
export class ReadStop extends Error {
  override name = 'ReadStop';
  readonly failure: ReadFailure;
  constructor(reason: ReadFailure['reason'], detail: string) {
    super(detail);
    this.failure = { reason, detail };
  }
}
