import { useRef } from 'preact/hooks';

/** Shorter than the wait for the browser's own menu, which then does not open. */
const LONG_PRESS_MS = 400;
/** A finger that moves further scrolls. */
const SLACK_PX = 10;

/** Handlers that report a finger held on an element. The click that follows it is told by `wasLongPress`. */
export function useLongPress(onLongPress: (target: EventTarget | null) => void) {
  const press = useRef({ timer: 0, x: 0, y: 0, isTouch: false, isDone: false });
  const cancel = () => clearTimeout(press.current.timer);

  return {
    /** Whether the last press was by a finger. */
    isTouch: () => press.current.isTouch,
    /** Whether the click at hand ends a long press, which has done its part. */
    wasLongPress: () => press.current.isDone,
    handlers: {
      onPointerDown: (event: PointerEvent) => {
        cancel();
        const { target, clientX: x, clientY: y } = event;
        const isTouch = event.pointerType === 'touch';
        press.current = { timer: 0, x, y, isTouch, isDone: false };
        if (!isTouch) return;
        press.current.timer = window.setTimeout(() => {
          press.current.isDone = true;
          onLongPress(target);
        }, LONG_PRESS_MS);
      },
      onPointerMove: ({ clientX, clientY }: PointerEvent) => {
        const { x, y } = press.current;
        if (Math.hypot(clientX - x, clientY - y) > SLACK_PX) cancel();
      },
      onPointerUp: cancel,
      onPointerCancel: cancel,
      onContextMenu: (event: Event) => {
        if (press.current.isTouch) event.preventDefault();
      },
    },
  };
}
