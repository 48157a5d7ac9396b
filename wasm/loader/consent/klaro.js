// Klaro: a purpose is granted when a service has it and every service that has it was agreed to. Its callbacks come
// before any choice, with false: only what the visitor has confirmed counts. Source: klaro.org/docs/api/js_api

import { guarded } from '../state.js';
import { commands } from '../track.js';

export default () => {
  let looks = 0;
  const look = guarded(() => {
    const manager = window.klaro && window.klaro.getManager && window.klaro.getManager();
    // It starts by itself when the page is there; a page may load it later.
    if (!manager) return ++looks < 60 && setTimeout(look, 500);
    const tell = guarded(() => {
      if (!manager.confirmed) return;
      const stateOf = (purpose) => {
        const services = manager.config.services.filter(({ purposes = [] }) => purposes.includes(purpose));
        return services.length ? services.every(({ name }) => manager.getConsent(name)) : undefined;
      };
      commands.consent({ analytics: stateOf('analytics'), marketing: stateOf('marketing') }, { source: 'klaro', version: String(manager.config.version) });
    });
    manager.watch({ update: (_, type) => type === 'saveConsents' && tell() });
    tell();
  });
  // getManager() without a configuration throws.
  if (document.readyState === 'complete') look();
  else window.addEventListener('load', () => setTimeout(look));
};
