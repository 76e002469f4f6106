interface Observer {
  /** Before each chunk is asked for. */
  onWait?(): void;
  /** Before each chunk goes on. */
  onChunk(): void;
  /** Once, when the stream was read to its end, broke off or was cancelled. */
  onEnd(): void;
}

/** The same bytes, and what happens to them. Nothing is asked of `stream` until the consumer reads. */
export function observedStream(
  stream: ReadableStream<Uint8Array>,
  observer: Observer,
): ReadableStream<Uint8Array> {
  const reader = stream.getReader();
  let hasEnded = false;
  const end = () => {
    if (!hasEnded) observer.onEnd();
    hasEnded = true;
  };
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          observer.onWait?.();
          const { done, value } = await reader.read();
          if (done) {
            end();
            controller.close();
            return;
          }
          observer.onChunk();
          controller.enqueue(value);
        } catch (error) {
          end();
          throw error;
        }
      },
      async cancel(reason) {
        end();
        await reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
}
