import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Button } from '../components/button.tsx';
import { Icon } from '../components/icon.tsx';
import { currentProject } from '../state/project.ts';
import { t } from '../strings.ts';
import { liveRoom } from './live-room.ts';
import { colourOf, followedMember } from './people.ts';
import { stopFollowing, useFollow } from './use-follow.ts';
import './live-notice.css';

/** Whole seconds until a time, counting down; never less than one. */
function useSecondsUntil(timeMs: number | null): number {
  const [nowMs, setNow] = useState(Date.now());
  useEffect(() => {
    if (timeMs === null) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, [timeMs]);
  return timeMs === null ? 0 : Math.max(1, Math.ceil((timeMs - nowMs) / 1_000));
}

/** Not a part of what is announced: it changes every second. */
function NextTry() {
  const { nextTryAt, status, stopReason } = liveRoom;
  const seconds = useSecondsUntil(nextTryAt.value);
  const isStopped = status.value === 'stopped';
  if (isStopped && (stopReason.value === 'forbidden' || stopReason.value === 'gone')) return null;
  return (
    <>
      {!isStopped && (
        <span class="muted notice-next">
          {nextTryAt.value === null ? t.live.trying : t.live.nextTry(seconds)}
        </span>
      )}
      <Button onClick={liveRoom.tryNow} isDisabled={status.value === 'connecting'} testId="live-try-now">
        {t.live.tryNow}
      </Button>
    </>
  );
}

interface Notice {
  text: string;
  tools: ComponentChildren;
  colour: number | null;
}

function noticeNow(): Notice | null {
  const { isAway, stopReason } = liveRoom;
  if (isAway.value) {
    const reason = stopReason.value;
    // Those screens say it themselves.
    if (currentProject.value?.problem || reason === 'signedOut') return null;
    return { text: reason ? t.live.stopped[reason] : t.live.away, tools: <NextTry />, colour: null };
  }
  const member = followedMember.value;
  if (!member) return null;
  return {
    text: t.live.following(member.name),
    colour: colourOf(member.user),
    tools: (
      <Button onClick={stopFollowing} testId="follow-stop">
        {t.live.stopFollowing}
      </Button>
    ),
  };
}

/** That the connection is away, or whom one follows. It has a place of its own: nothing moves for it. */
export function LiveNotice() {
  useFollow();
  const notice = noticeNow();
  return (
    <div class={notice ? 'notice notice-shown' : 'notice'} data-testid="live-notice">
      {notice && notice.colour === null && <Icon name="warning" />}
      {notice && notice.colour !== null && (
        <span class="person-dot" style={{ '--person': `var(--person-${notice.colour})` }} />
      )}
      {/* Always there, so that what enters it is announced. */}
      <span role="status" class="notice-text">
        {notice?.text}
      </span>
      {notice?.tools}
    </div>
  );
}
