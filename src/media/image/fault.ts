/** Why the bytes of an image are refused: damaged, or whole but of a kind that is not accepted. */
export type FaultReason = 'corrupt' | 'format';

/** Thrown by the structure readers and decoders of this folder, and by nothing else in them. */
export class ImageFault extends Error {
  readonly reason: FaultReason;

  constructor(reason: FaultReason, detail: string) {
    super(detail);
    this.name = 'ImageFault';
    this.reason = reason;
  }
}

/** The fault of a file that is broken at the given place. */
export function corrupt(detail: string): ImageFault {
  return new ImageFault('corrupt', detail);
}
