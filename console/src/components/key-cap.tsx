import './key-cap.css';

/** A key as it is printed on the keyboard. */
export function KeyCap({ name }: { name: string }) {
  return <kbd class="key-cap">{name}</kbd>;
}

/** The name of the key that the reader's system uses for commands. */
export function commandKeyName(): string {
  return /mac|iphone|ipad/i.test(navigator.platform) ? '⌘' : 'Ctrl';
}
