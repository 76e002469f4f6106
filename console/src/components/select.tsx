import { Field } from './field.tsx';
import type { FieldTexts } from './field.tsx';
import { Icon } from './icon.tsx';
import './select.css';

interface Choice<Value extends string> {
  value: Value;
  label: string;
}

interface SelectProps<Value extends string> extends FieldTexts {
  value: Value;
  choices: readonly Choice<Value>[];
  onValue: (value: Value) => void;
}

/** One of a few known values; the platform's own list, so that phones show theirs. */
export function Select<Value extends string>(props: SelectProps<Value>) {
  const { value, choices, onValue } = props;
  return (
    <Field
      {...props}
      control={(ids) => (
        <span class="select">
          <select
            {...ids}
            class="control"
            value={value}
            onChange={(event) => {
              const chosen = choices.find((choice) => choice.value === event.currentTarget.value);
              if (chosen) onValue(chosen.value);
            }}
          >
            {choices.map((choice) => (
              <option key={choice.value} value={choice.value}>
                {choice.label}
              </option>
            ))}
          </select>
          <Icon name="chevronDown" size={16} />
        </span>
      )}
    />
  );
}
