import type { Review } from '../api/types.ts';
import { IconButton } from '../components/button.tsx';
import { Icon } from '../components/icon.tsx';
import type { IconName } from '../components/icon.tsx';
import { KeyCap } from '../components/key-cap.tsx';
import { chooseMoveOn, movesOn } from '../state/move-on.ts';
import { t } from '../strings.ts';
import { DECISION_KEYS } from './review-keys.ts';
import { canRedo, canUndo, isNetworkAway, pendingDecisions } from './review-store.ts';
import './decision-bar.css';

const REVIEWS: readonly Review[] = ['keep', 'reject', 'undecided'];

export const REVIEW_ICONS: Readonly<Record<Review, IconName>> = {
  keep: 'check',
  reject: 'cross',
  undecided: 'circle',
};

interface DecisionBarProps {
  review: Review;
  onDecide: (review: Review) => void;
  onUndo: () => void;
  onRedo: () => void;
  onHelp: () => void;
}

/** Says quietly that decisions could not be sent yet. */
function WaitingNote() {
  return (
    <p class="decision-note" role="status">
      {isNetworkAway.value && pendingDecisions.value > 0 && (
        <>
          <Icon name="clock" size={16} />
          {t.review.waiting(pendingDecisions.value)}
        </>
      )}
    </p>
  );
}

function DecisionButton({
  review,
  isChosen,
  onPress,
}: {
  review: Review;
  isChosen: boolean;
  onPress: () => void;
}) {
  const key = DECISION_KEYS[review];
  return (
    <button
      type="button"
      class={`button decision decision-${review}`}
      aria-pressed={isChosen}
      aria-keyshortcuts={key}
      data-testid={`decide-${review}`}
      onClick={onPress}
    >
      <Icon name={REVIEW_ICONS[review]} size={16} />
      {t.review.actions[review]}
      <span class="decision-key" aria-hidden="true">
        <KeyCap name={key} />
      </span>
    </button>
  );
}

/** Whether a decision leads to the next image. */
export function MoveOnSwitch() {
  return (
    <label class="move-on">
      <input
        type="checkbox"
        checked={movesOn.value}
        onChange={(event) => chooseMoveOn(event.currentTarget.checked)}
      />
      {t.review.moveOn}
    </label>
  );
}

/** The decision about one image: three buttons with their keys, and what goes with them. */
export function DecisionBar({ review, onDecide, onUndo, onRedo, onHelp }: DecisionBarProps) {
  return (
    <div class="decision-bar">
      <WaitingNote />
      <div class="decisions" role="group" aria-label={t.review.title}>
        {REVIEWS.map((choice) => (
          <DecisionButton
            key={choice}
            review={choice}
            isChosen={choice === review}
            onPress={() => onDecide(choice)}
          />
        ))}
        <span class="decision-undo">
          <IconButton
            icon="undo"
            label={t.review.undo}
            side="above"
            isDisabled={!canUndo.value}
            onClick={onUndo}
            testId="review-undo"
          />
        </span>
        <span class="decision-redo">
          <IconButton
            icon="redo"
            label={t.review.redo}
            side="above"
            isDisabled={!canRedo.value}
            onClick={onRedo}
            testId="review-redo"
          />
        </span>
      </div>
      <div class="decision-options">
        <MoveOnSwitch />
        <span class="decision-help">
          <IconButton
            icon="keyboard"
            label={t.review.keysOpen}
            side="above"
            onClick={onHelp}
            testId="review-keys"
          />
        </span>
      </div>
    </div>
  );
}
