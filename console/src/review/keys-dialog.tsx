import { Fragment } from 'preact';
import { Dialog } from '../components/dialog.tsx';
import { KeyCap } from '../components/key-cap.tsx';
import { t } from '../strings.ts';
import { DECISION_KEYS } from './review-keys.ts';
import './keys-dialog.css';

const { actions, keys, keyNames, undo, redo, to } = t.review;

/** Keys that do the same thing stand side by side; `joined` words stand between them. */
const ROWS: readonly { does: string; keys: readonly string[]; joined?: string }[] = [
  { does: actions.keep, keys: [DECISION_KEYS.keep] },
  { does: actions.reject, keys: [DECISION_KEYS.reject] },
  { does: actions.undecided, keys: [DECISION_KEYS.undecided] },
  { does: keys.label, keys: ['1', '9'], joined: to },
  { does: keys.tags, keys: ['T'] },
  { does: undo, keys: ['Z'] },
  { does: redo, keys: [keyNames.shift, 'Z'] },
  { does: keys.step, keys: ['←', '→'] },
  { does: keys.ends, keys: [keyNames.home, keyNames.end] },
  { does: keys.help, keys: ['?'] },
];

/** Every key of the review. */
export function KeysDialog({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title={t.review.keysTitle} onClose={onClose} testId="keys-dialog">
      {/* The focus on the button that closes would put its tooltip over the first key. */}
      <dl class="keys" tabIndex={-1} data-autofocus>
        {ROWS.map(({ does, keys, joined }) => (
          <div key={does}>
            <dt>{does}</dt>
            <dd>
              {keys.map((name, index) => (
                <Fragment key={name}>
                  {joined && index > 0 && <span class="muted small">{joined}</span>}
                  <KeyCap name={name} />
                </Fragment>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
