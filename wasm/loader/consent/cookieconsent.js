// vanilla-cookieconsent 3: its categories `analytics` and `marketing`. Its events fire on a refusal too, and for a
// remembered choice on every page; before a choice there is no valid consent. Source: cookieconsent.orestbida.com/reference

import { listen } from '../state.js';
import { commands } from '../track.js';

export default () => {
  const tell = ({ categories = [], revision } = {}) => {
    const has = (name) => categories.includes(name);
    commands.consent({ analytics: has('analytics'), marketing: has('marketing') }, { source: 'cookieconsent', version: String(revision) });
  };
  for (const name of ['cc:onConsent', 'cc:onChange']) listen(window, name, ({ detail }) => tell(detail.cookie));
  const api = window.CookieConsent;
  if (api && api.validConsent && api.validConsent()) tell(api.getCookie());
};
