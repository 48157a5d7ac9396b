// The dashboard. What is where:
//   app        who is here, which site, which page          pages/   one file per page, with the series it draws
//   route      the address and what it means                parts/   what pages are made of
//   load       a report, and what to show meanwhile         chart/   the time chart: arithmetic, drawing, table
//   api/       the only way to the server                   frame/   navigation, top bar, menus
//   findings   the rules behind "what changed"              words/   one file per language; format has the numbers
import { render } from 'preact';
import '../style/app.css';
import { App } from './app.tsx';
import { NavigationProvider } from './navigation.tsx';
import { keepLanguage, keepTheme, readLanguage, readTheme } from './preferences.ts';

// Before the first frame, so that nothing flashes in the wrong theme.
keepTheme(readTheme());
keepLanguage(readLanguage());

render(<NavigationProvider><App /></NavigationProvider>, document.body);
