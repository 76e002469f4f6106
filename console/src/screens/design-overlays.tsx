import { useState } from 'preact/hooks';
import { Button, IconButton } from '../components/button.tsx';
import { CommandPalette } from '../components/command-palette.tsx';
import { Dialog } from '../components/dialog.tsx';
import { Icon } from '../components/icon.tsx';
import { Menu } from '../components/menu.tsx';
import { Sheet } from '../components/sheet.tsx';
import { ToastNote } from '../components/toast.tsx';
import { listCommands } from '../layout/commands.ts';
import { dismissToast, showToast } from '../state/toasts.ts';
import { t } from '../strings.ts';
import { DesignSection } from './design-section.tsx';

const SAMPLE_TOAST = {
  id: 0,
  text: t.design.toast,
  kind: 'done' as const,
  visit: 0,
  action: null,
  about: [],
  undo: () => dismissToast(0),
};

/** What lies over the page. */
export function OverlaySamples() {
  const words = t.design;
  const [open, setOpen] = useState<'dialog' | 'sheet' | 'palette' | null>(null);
  const [checked, setChecked] = useState(0);
  const close = () => setOpen(null);
  return (
    <DesignSection title={words.sections.overlay}>
      <div class="row">
        <Button onClick={() => setOpen('dialog')}>{words.openDialog}</Button>
        <Button onClick={() => setOpen('sheet')}>{words.openSheet}</Button>
        <Button onClick={() => setOpen('palette')}>{words.openPalette}</Button>
        <Button onClick={() => showToast(words.toast, { undo: () => showToast(t.undo) })}>
          {words.showToast}
        </Button>
        <IconButton icon="info" label={words.tooltip} onClick={() => showToast(words.tooltip)} />
        <Menu
          label={words.openMenu}
          trigger={<Icon name="more" />}
          items={words.hosts.map((label, index) => ({
            label,
            isChecked: index === checked,
            onSelect: () => setChecked(index),
          }))}
        />
      </div>
      <ToastNote toast={SAMPLE_TOAST} />
      {open === 'dialog' && (
        <Dialog title={words.openDialog} onClose={close}>
          <p>{words.dialogBody}</p>
          <div class="dialog-actions">
            <Button onClick={close}>{t.cancel}</Button>
            <Button variant="primary" onClick={close}>
              {t.save}
            </Button>
          </div>
        </Dialog>
      )}
      {open === 'sheet' && (
        <Sheet title={words.openSheet} onClose={close}>
          <p>{words.dialogBody}</p>
        </Sheet>
      )}
      {open === 'palette' && <CommandPalette commands={listCommands(null, [])} onClose={close} />}
    </DesignSection>
  );
}
