import { render } from 'preact';
import '../style/app.css';
import { App } from './app.tsx';
import { NavigationProvider } from './navigation.tsx';
import { keepLanguage, keepTheme, readLanguage, readTheme } from './preferences.ts';

// Before the first frame, so that nothing flashes in the wrong theme.
keepTheme(readTheme());
keepLanguage(readLanguage());

render(<NavigationProvider><App /></NavigationProvider>, document.body);
