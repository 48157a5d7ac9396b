// Clicks on buttons that nobody declared: by the button's own label, which the site wrote.

import { state } from '../state.js';

export default () => {
  state.clicks.push((target, found) => {
    const button = target.closest('button,[role=button],input[type=submit],input[type=button],input[type=reset]');
    if (!button || found) return;
    const label = button.getAttribute('aria-label') || (button.localName === 'input' ? button.getAttribute('value') : button.textContent) || '';
    return { name: 'button', props: { text: label.trim().replace(/\s+/g, ' ').slice(0, 64), id: button.getAttribute('id') || '' } };
  });
};
