import { useState } from 'preact/hooks';
import { Button, IconButton } from '../components/button.tsx';
import { Chip, FilterChip } from '../components/chip.tsx';
import { Combobox } from '../components/combobox.tsx';
import { TextArea, TextField } from '../components/field.tsx';
import { Select } from '../components/select.tsx';
import { Tabs } from '../components/tabs.tsx';
import { ITEM_LOOKS } from '../job/status-looks.ts';
import { STATUS_ORDER } from '../job/status-words.ts';
import { t } from '../strings.ts';
import { DesignSection } from './design-section.tsx';

const TOKENS = [
  'well',
  'page',
  'panel',
  'raised',
  'hairline',
  'border',
  'text',
  'muted',
  'accent',
  'accent-hover',
  'keep',
  'error',
  'info',
  'blocked',
  'person-1',
  'person-2',
  'person-3',
  'person-4',
  'person-5',
  'person-6',
];

/** The palette and the type. */
export function ColourSamples() {
  return (
    <>
      <DesignSection title={t.design.colours}>
        <ul class="swatches">
          {TOKENS.map((name) => (
            <li key={name}>
              <div class="swatch-block" style={{ background: `var(--${name})` }} />
              <span class="mono small">{name}</span>
            </li>
          ))}
        </ul>
      </DesignSection>
      <DesignSection title={t.design.type}>
        <p class="type-28">{t.design.sample}</p>
        <p class="type-20">{t.design.sample}</p>
        <p>{t.design.sample}</p>
        <p class="small muted">{t.design.sample}</p>
        <p class="mono">{t.newImport.placeholder}</p>
      </DesignSection>
    </>
  );
}

/** What one presses and fills in. */
export function ControlSamples() {
  const words = t.design;
  const [text, setText] = useState('');
  const [host, setHost] = useState('');
  const [role, setRole] = useState<'owner' | 'editor' | 'viewer'>('editor');
  const [isOn, setOn] = useState(true);
  const [tab, setTab] = useState<'images' | 'imports'>('images');
  return (
    <>
      <DesignSection title={words.sections.button}>
        <div class="row">
          <Button variant="primary">{words.primary}</Button>
          <Button>{words.secondary}</Button>
          <Button variant="quiet">{words.quiet}</Button>
          <Button variant="danger" icon="trash">
            {words.danger}
          </Button>
          <Button isBusy>{words.busy}</Button>
          <Button isDisabled>{words.disabled}</Button>
          <IconButton icon="plus" label={words.tooltip} onClick={() => setOn(!isOn)} />
        </div>
      </DesignSection>
      <DesignSection title={words.sections.field}>
        <TextField label={t.projects.name} hint={words.hint} value={text} onValue={setText} />
        <TextField label={t.signIn.email} error={words.fieldError} value={text} onValue={setText} />
        <TextArea label={t.newImport.urls} rows={2} value={text} onValue={setText} />
        <Select
          label={t.account.name}
          value={role}
          choices={(['owner', 'editor', 'viewer'] as const).map((value) => ({
            value,
            label: t.projects.role[value],
          }))}
          onValue={setRole}
        />
        <Combobox label={words.host} choices={words.hosts} value={host} onValue={setHost} />
      </DesignSection>
      <DesignSection title={words.sections.chip}>
        <div class="row">
          {STATUS_ORDER.map((status) => (
            <Chip key={status} {...ITEM_LOOKS[status]}>
              {t.status[status].text}
            </Chip>
          ))}
        </div>
        <div class="row">
          <FilterChip {...ITEM_LOOKS.stored} isOn={isOn} count="24" onToggle={() => setOn(!isOn)}>
            {t.status.stored.text}
          </FilterChip>
          <FilterChip {...ITEM_LOOKS.failed} isOn={!isOn} count="3" onToggle={() => setOn(!isOn)}>
            {t.status.failed.text}
          </FilterChip>
        </div>
      </DesignSection>
      <DesignSection title={words.sections.tabs}>
        <Tabs
          label={words.sections.tabs}
          selected={tab}
          onSelect={setTab}
          tabs={[
            { id: 'images', label: t.nav.images, panel: () => t.gallery.empty },
            { id: 'imports', label: t.nav.imports, panel: () => t.imports.empty },
          ]}
        />
      </DesignSection>
    </>
  );
}
