import { CLOSE } from '../../../src/rooms/protocol.ts';
import type { ComeBack } from './delays.ts';

/** Why a client does not come back by itself. */
export type StopReason = 'signedOut' | 'forbidden' | 'gone' | 'replaced' | 'badFrame';

type AfterClose = { isStop: true; reason: StopReason } | { isStop: false; how: ComeBack };

const stop = (reason: StopReason): AfterClose => ({ isStop: true, reason });
const comeBack = (how: ComeBack): AfterClose => ({ isStop: false, how });

const BY_CODE: ReadonlyMap<number, AfterClose> = new Map([
  [CLOSE.token, comeBack('now')],
  [CLOSE.forbidden, stop('forbidden')],
  [CLOSE.gone, stop('gone')],
  [CLOSE.slow, comeBack('soon')],
  [CLOSE.replaced, stop('replaced')],
  [CLOSE.rate, comeBack('later')],
  [CLOSE.full, comeBack('later')],
  [CLOSE.drain, comeBack('drained')],
  [CLOSE.badFrame, stop('badFrame')],
  [CLOSE.heartbeat, comeBack('soon')],
]);

/** What a close code asks of the client; any other code is a cut. */
export function afterClose(code: number): AfterClose {
  return BY_CODE.get(code) ?? comeBack('soon');
}

/** What the status of a refused ticket asks: null is to try again, as after any failure. */
export function stopOfStatus(status: number): StopReason | null {
  if (status === 401) return 'signedOut';
  if (status === 403) return 'forbidden';
  return status === 404 ? 'gone' : null;
}
