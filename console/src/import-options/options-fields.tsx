import { IMAGE_FORMATS } from '../../../src/media/image/types.ts';
import type { ImageFormat } from '../../../src/media/image/types.ts';
import { FilterChip } from '../components/chip.tsx';
import { TextField } from '../components/field.tsx';
import { Icon } from '../components/icon.tsx';
import { t } from '../strings.ts';
import { describeOptions } from './describe-options.ts';
import { parseOptions } from './parse-options.ts';
import type { OptionsForm } from './parse-options.ts';
import './options-fields.css';

interface OptionsFieldsProps {
  form: OptionsForm;
  onForm: (form: OptionsForm) => void;
}

/** What images must be like to be imported. Closed, it says in a line what was asked for. */
export function OptionsFields({ form, onForm }: OptionsFieldsProps) {
  const { options, errors } = parseOptions(form);
  const summary = describeOptions(options);
  const field = (name: 'minWidth' | 'minHeight' | 'maxAspect' | 'maxMegabytes' | 'maxImages') => (
    <TextField
      label={t.options[name]}
      inputMode={name === 'maxAspect' || name === 'maxMegabytes' ? 'decimal' : 'numeric'}
      autoComplete="off"
      value={form[name]}
      onValue={(value) => onForm({ ...form, [name]: value })}
      error={errors[name] ?? null}
      testId={`option-${name}`}
    />
  );
  const toggle = (format: ImageFormat) => {
    const rest = form.formats.filter((chosen) => chosen !== format);
    onForm({ ...form, formats: rest.length < form.formats.length ? rest : [...rest, format] });
  };
  return (
    <details class="options" data-testid="import-options">
      <summary>
        <Icon name="chevronDown" size={16} />
        <span class="options-title">{t.options.title}</span>
        {Object.keys(errors).length > 0 ? (
          <span class="options-wrong">{t.options.wrong}</span>
        ) : (
          <span class="muted">{summary === '' ? t.options.none : summary}</span>
        )}
      </summary>
      <div class="options-body">
        <p class="field-hint">{t.options.emptyHint}</p>
        <div class="options-grid">
          {field('minWidth')}
          {field('minHeight')}
          {field('maxAspect')}
          {field('maxMegabytes')}
          {field('maxImages')}
        </div>
        <div
          class="field"
          role="group"
          aria-labelledby="options-formats"
          aria-describedby="options-formats-hint"
        >
          <span class="field-label" id="options-formats">
            {t.options.formats}
          </span>
          <div class="row">
            {IMAGE_FORMATS.map((format) => (
              <FilterChip
                key={format}
                isOn={form.formats.includes(format)}
                onToggle={() => toggle(format)}
                testId={`option-format-${format}`}
              >
                {t.options.formatNames[format]}
              </FilterChip>
            ))}
          </div>
          <p class="field-hint" id="options-formats-hint">
            {t.options.formatsHint}
          </p>
        </div>
      </div>
    </details>
  );
}
