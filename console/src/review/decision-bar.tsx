import type { Review } from '../api/types.ts';
import { Icon } from '../components/icon.tsx';
import type { IconName } from '../components/icon.tsx';
import { KeyCap } from '../components/key-cap.tsx';
import { Tooltip } from '../components/tooltip.tsx';
import { chooseMoveOn, movesOn } from '../state/move-on.ts';
import { t } from '../strings.ts';
import { DECISION_KEYS } from './review-keys.ts';
import { REVIEW_ICONS, REVIEWS } from './review-looks.ts';
import { canRedo, canUndo, isNetworkAway, pendingDecisions } from './review-store.ts';
import './decision-bar.css';

interface DecisionBarProps {
  review: Review;
  /** Where the image stands in the list, in words; null while that is not known. */
  place: string | null;
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
          <span>{t.review.waiting(pendingDecisions.value)}</span>
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

interface ToolProps {
  icon: IconName;
  label: string;
  keys: readonly string[];
  /** The same, as short as they are printed on a keyboard; none leaves the keys to the tooltip. */
  caps?: readonly string[];
  isDisabled?: boolean;
  onPress: () => void;
  testId: string;
}

/** An icon with the keys that do the same. */
function Tool({ icon, label, keys, caps = keys, isDisabled = false, onPress, testId }: ToolProps) {
  return (
    <Tooltip text={t.review.withKeys(label, keys.join(' '))} side="above">
      <button
        type="button"
        class="button button-quiet decision-tool"
        aria-disabled={isDisabled || undefined}
        aria-keyshortcuts={keys.join('+')}
        data-testid={testId}
        onClick={() => {
          if (!isDisabled) onPress();
        }}
      >
        <Icon name={icon} />
        <span class="visually-hidden">{label}</span>
        <span class="decision-key" aria-hidden="true">
          {caps.map((name) => (
            <KeyCap key={name} name={name} />
          ))}
        </span>
      </button>
    </Tooltip>
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
export function DecisionBar({ review, place, onDecide, onUndo, onRedo, onHelp }: DecisionBarProps) {
  return (
    <div class="decision-bar">
      <div class="decision-place">
        <p class="place-count" data-testid="review-place">
          {place}
        </p>
        <WaitingNote />
      </div>
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
          <Tool
            icon="undo"
            label={t.review.undo}
            keys={['Z']}
            isDisabled={!canUndo.value}
            onPress={onUndo}
            testId="review-undo"
          />
        </span>
        <span class="decision-redo">
          <Tool
            icon="redo"
            label={t.review.redo}
            keys={[t.keys.names.shift, 'Z']}
            caps={['⇧', 'Z']}
            isDisabled={!canRedo.value}
            onPress={onRedo}
            testId="review-redo"
          />
        </span>
      </div>
      <div class="decision-options">
        <MoveOnSwitch />
        <span class="decision-help">
          <Tool
            icon="keyboard"
            label={t.keys.open}
            keys={['?']}
            caps={[]}
            onPress={onHelp}
            testId="review-keys"
          />
        </span>
      </div>
    </div>
  );
}
