import http from 'node:http';
import type { AddressInfo } from 'node:net';

export interface RecordingServer {
  url: string;
  /** Of each request, in the order they came. */
  heard: http.IncomingHttpHeaders[];
  /** Connections that their caller broke off before the answer. */
  brokenOff: number;
  /** How the next requests are answered. */
  answer: http.RequestListener;
  close(): Promise<void>;
}

/** A server on this machine that keeps what it hears. */
export async function startRecordingServer(answer: http.RequestListener): Promise<RecordingServer> {
  const server = http.createServer((request, response) => {
    recording.heard.push(request.headers);
    response.once('close', () => {
      if (!response.writableFinished) recording.brokenOff += 1;
    });
    // The body first, so that a connection that is broken off is seen at once.
    request.resume().once('end', () => recording.answer(request, response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const recording: RecordingServer = {
    url: `http://127.0.0.1:${port}`,
    heard: [],
    brokenOff: 0,
    answer,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return recording;
}
