import { Fragment } from 'preact';
import { Dialog } from '../components/dialog.tsx';
import { KeyCap, commandKeyName } from '../components/key-cap.tsx';
import { t } from '../strings.ts';
import { DECISION_KEYS, TAGS_KEY } from './review-keys.ts';
import './keys-dialog.css';

interface Row {
  does: string;
  /** Those that are pressed together, or do the same, stand side by side. */
  keys: readonly string[];
  /** A word between them. */
  joined?: string;
}

const { actions, undo, redo } = t.review;
const { keys: words } = t;
const { names, groups } = words;

const LABEL_KEYS = { keys: ['1', '9'], joined: words.to };
const HISTORY: readonly Row[] = [
  { does: undo, keys: ['Z'] },
  { does: redo, keys: [names.shift, 'Z'] },
];

const GROUPS: readonly { title: string; rows: readonly Row[] }[] = [
  {
    title: groups.review,
    rows: [
      { does: actions.keep, keys: [DECISION_KEYS.keep] },
      { does: actions.reject, keys: [DECISION_KEYS.reject] },
      { does: actions.undecided, keys: [DECISION_KEYS.undecided] },
      { does: words.unlabel, ...LABEL_KEYS },
      { does: words.tags, keys: [TAGS_KEY] },
      ...HISTORY,
      { does: words.step, keys: ['←', '→'] },
      { does: words.ends, keys: [names.home, names.end] },
      { does: words.leave, keys: [names.escape] },
    ],
  },
  {
    title: groups.gallery,
    rows: [
      { does: words.decide, keys: Object.values(DECISION_KEYS) },
      { does: words.label, ...LABEL_KEYS },
      ...HISTORY,
      { does: words.move, keys: [names.arrows] },
      { does: words.select, keys: [names.space] },
      { does: words.selectTo, keys: [names.shift, names.space] },
      { does: words.selectAlong, keys: [names.shift, names.arrows] },
      { does: words.selectLoaded, keys: [commandKeyName(), 'A'] },
      { does: words.clear, keys: [names.escape] },
    ],
  },
  {
    title: groups.everywhere,
    rows: [
      { does: t.palette.open, keys: [commandKeyName(), 'K'] },
      { does: words.help, keys: ['?'] },
    ],
  },
];

function KeyRow({ does, keys, joined }: Row) {
  return (
    <div>
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
  );
}

/** Every key, by where it works. */
export function KeysDialog({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title={t.keys.title} onClose={onClose} testId="keys-dialog">
      <div class="keys-groups">
        {GROUPS.map(({ title, rows }, index) => (
          <section key={title}>
            {/* The focus on the button that closes would put its tooltip over the first key. */}
            <h3 tabIndex={-1} data-autofocus={index === 0 || undefined}>
              {title}
            </h3>
            <dl class="keys">
              {rows.map((row) => (
                <KeyRow key={row.does} {...row} />
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
