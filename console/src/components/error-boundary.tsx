import { Component } from 'preact';
import type { ComponentChildren } from 'preact';
import { t } from '../strings.ts';
import { Button } from './button.tsx';
import { Icon } from './icon.tsx';
import './states.css';

interface BoundaryProps {
  /** A change, such as a new address, gives the screen another chance. */
  resetKey: string;
  children: ComponentChildren;
}

/** Keeps a broken screen from taking the whole console with it. */
export class ErrorBoundary extends Component<BoundaryProps, { failedKey: string | null }> {
  override state = { failedKey: null };

  override componentDidCatch(error: unknown): void {
    console.error(error);
    this.setState({ failedKey: this.props.resetKey });
  }

  override render() {
    if (this.state.failedKey !== this.props.resetKey) return this.props.children;
    return (
      <div class="error-state" role="alert">
        <h2 class="error-title">
          <Icon name="error" />
          {t.error.crashTitle}
        </h2>
        <dl class="error-facts">
          <dt>{t.error.why}</dt>
          <dd>{t.error.crashWhy}</dd>
          <dt>{t.error.what}</dt>
          <dd>{t.error.crashWhat}</dd>
          <dt>{t.error.requestId}</dt>
          <dd>{t.error.noRequest}</dd>
        </dl>
        <div>
          <Button onClick={() => location.reload()}>{t.error.reload}</Button>
        </div>
      </div>
    );
  }
}
