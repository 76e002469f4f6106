import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import { t } from '../strings.ts';
import { Icon } from './icon.tsx';
import './field.css';

export interface FieldTexts {
  label: string;
  hint?: string;
  error?: string | null;
  isOptional?: boolean;
}

interface ControlIds {
  id: string;
  'aria-describedby': string | undefined;
  'aria-invalid': boolean | undefined;
}

/** Label, control and hint, tied together for assistive technology. An error takes the place of the hint. */
export function Field(props: FieldTexts & { control: (ids: ControlIds) => ComponentChildren }) {
  const { label, hint, error, isOptional = false, control } = props;
  const id = useId();
  const describedBy = error ? `${id}-error` : hint ? `${id}-hint` : undefined;
  return (
    <div class="field">
      <label class="field-label" for={id}>
        {label} {isOptional && <span class="field-optional">{t.projects.optional}</span>}
      </label>
      {control({
        id,
        'aria-describedby': describedBy,
        'aria-invalid': error ? true : undefined,
      })}
      {hint && !error && (
        <p class="field-hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      <p class="field-error" id={`${id}-error`} role="alert" hidden={!error}>
        {error && (
          <>
            <Icon name="error" size={16} />
            {error}
          </>
        )}
      </p>
    </div>
  );
}

interface TextFieldProps extends FieldTexts {
  value: string;
  onValue: (value: string) => void;
  type?: 'text' | 'email' | 'password';
  autoComplete?: 'email' | 'name' | 'current-password' | 'new-password' | 'off';
  maxLength?: number;
  placeholder?: string;
  inputMode?: 'numeric' | 'decimal' | 'email' | 'text' | 'url';
  testId?: string;
}

/** A line of text. */
export function TextField(props: TextFieldProps) {
  const { value, onValue, type = 'text', testId } = props;
  return (
    <Field
      {...props}
      control={(ids) => {
        const line = {
          ...ids,
          class: 'control',
          value,
          autocomplete: props.autoComplete,
          maxLength: props.maxLength,
          placeholder: props.placeholder,
          inputMode: props.inputMode,
          'data-testid': testId,
          onInput: (event: { currentTarget: HTMLInputElement }) => onValue(event.currentTarget.value),
        };
        // Written out, because the allowed roles of an input depend on its literal type.
        if (type === 'email') return <input {...line} type="email" />;
        if (type === 'password') return <input {...line} type="password" />;
        return <input {...line} type="text" />;
      }}
    />
  );
}

interface TextAreaProps extends FieldTexts {
  value: string;
  onValue: (value: string) => void;
  rows?: number;
  placeholder?: string;
  onPaste?: (event: ClipboardEvent) => void;
  testId?: string;
}

/** Many lines of text in the monospaced face. */
export function TextArea(props: TextAreaProps) {
  const { value, onValue, rows = 4, placeholder, onPaste, testId } = props;
  return (
    <Field
      {...props}
      control={(ids) => (
        <textarea
          {...ids}
          class="control"
          rows={rows}
          value={value}
          placeholder={placeholder}
          spellcheck={false}
          autocapitalize="off"
          data-testid={testId}
          onPaste={onPaste}
          onInput={(event) => onValue(event.currentTarget.value)}
        />
      )}
    />
  );
}
