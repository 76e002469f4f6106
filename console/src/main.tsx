import { render } from 'preact';
import { App } from './app.tsx';
import { startReviews } from './review/start-reviews.ts';
import { startNavigation } from './routing/navigation.ts';
import { startJoining } from './state/join-token.ts';
import { startSession } from './state/session.ts';
import './styles/fonts.css';
import './styles/tokens.css';
import './styles/base.css';

startNavigation();
startJoining();
startSession();
startReviews();

const root = document.getElementById('app');
if (root) render(<App />, root);
