// The shop's own consent banner. It remembers the visitor's choice (that is the shop's matter) and tells Etappe.
// Accepting and rejecting look alike and take one press each; the footer opens the settings again at any time.
(() => {
  'use strict';
  const key = 'nordwerk-einwilligung';
  const tell = (...args) => window.etappe?.(...args);

  const stored = () => {
    try {
      return JSON.parse(localStorage.getItem(key));
    } catch {
      return null;
    }
  };
  const remember = choice => {
    try {
      localStorage.setItem(key, JSON.stringify({...choice, at: new Date().toISOString()}));
    } catch {
      // A browser that stores nothing is asked again on the next page.
    }
  };

  function decide(choice) {
    const before = stored();
    remember(choice);
    if (before?.analytics && !choice.analytics && !choice.marketing) tell('consent', 'withdraw');
    else tell('consent', choice);
    close();
  }

  let banner = null;
  let opener = null;

  function close() {
    banner?.remove();
    banner = null;
    if (opener) opener.focus();
    opener = null;
  }

  function open(from) {
    if (banner) return;
    opener = from ?? null;
    const now = stored();
    banner = document.createElement('section');
    banner.className = 'consent';
    banner.setAttribute('aria-labelledby', 'consent-title');
    banner.setAttribute('role', 'region');
    banner.innerHTML = `<div class="consent-in"><div>
<h2 id="consent-title" tabindex="-1">Dürfen wir mitzählen?</h2>
<p>Wir möchten wissen, welche Seiten und Anzeigen Ihnen weiterhelfen. Dafür speichern wir eine Kennung in Ihrem Browser, aber nur, wenn Sie zustimmen. Ohne Zustimmung messen wir nichts. <a href="/datenschutz">Datenschutzerklärung</a></p>
<div class="consent-choices" hidden>
<label class="check"><input type="checkbox" checked disabled><span>Notwendig<span>Warenkorb und diese Auswahl, bleiben in Ihrem Browser</span></span></label>
<label class="check"><input type="checkbox" name="analytics"><span>Statistik<span>Besuche, Bestellungen und ihre Herkunft, auf unserem eigenen Server</span></span></label>
<label class="check"><input type="checkbox" name="marketing"><span>Marketing<span>Abgleich mit Anzeigen und Partnern, die Sie zu uns geführt haben</span></span></label>
</div></div>
<div class="consent-buttons">
<button type="button" class="btn even" data-consent="reject">Alle ablehnen</button>
<button type="button" class="btn even" data-consent="accept">Alle akzeptieren</button>
<button type="button" class="btn line" data-consent="choose">Auswahl treffen</button>
<button type="button" class="btn line" data-consent="withdraw" hidden>Einwilligung widerrufen</button>
</div></div>`;
    document.body.append(banner);
    const part = name => banner.querySelector(`[data-consent="${name}"]`);
    const box = name => banner.querySelector(`[name="${name}"]`);
    const choices = banner.querySelector('.consent-choices');
    const showChoices = () => {
      choices.hidden = false;
      part('choose').textContent = 'Auswahl speichern';
    };
    part('reject').onclick = () => decide({analytics: false, marketing: false});
    part('accept').onclick = () => decide({analytics: true, marketing: true});
    part('withdraw').onclick = () => decide({analytics: false, marketing: false});
    part('choose').onclick = () => {
      if (choices.hidden) {
        showChoices();
        box('analytics').focus();
      } else {
        decide({analytics: box('analytics').checked, marketing: box('marketing').checked});
      }
    };
    if (now) {
      box('analytics').checked = now.analytics;
      box('marketing').checked = now.marketing;
      part('withdraw').hidden = !now.analytics && !now.marketing;
      showChoices();
    }
    if (opener) banner.querySelector('#consent-title').focus();
  }

  document.addEventListener('click', event => {
    const button = event.target.closest('[data-consent-open]');
    if (button) open(button);
  });
  document.addEventListener('keydown', event => {
    if (event.key === 'Escape' && banner && stored()) close();
  });

  const choice = stored();
  if (choice) tell('consent', {analytics: choice.analytics === true, marketing: choice.marketing === true});
  else open();
})();
