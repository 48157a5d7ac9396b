import { render } from 'preact';
import '../style/app.css';
import { App } from './app.tsx';
import { NavigationProvider } from './navigation.tsx';

render(<NavigationProvider><App /></NavigationProvider>, document.body);
