// Our own consent banner and the control "My data", a file of its own that only pages load which show one of them
// (consent/banner.js says when). Everything is in a shadow root, so that neither the page's style nor ours gets out;
// styles are set by the CSSOM, so that no style-src of a page's CSP stands in the way. Refusing takes one button of the
// same look as agreeing. Keyboard: the banner comes first in the page's order and takes no focus by itself; opened by
// the visitor it takes the focus, and Esc closes it and gives it back.

(() => {
  const given = window.etappe.banner;
  const { banner = {} } = given;
  const german = (document.documentElement.lang || navigator.language).toLowerCase().startsWith('de');
  const words = Object.assign({}, german ? {
    title: 'Darf diese Website zählen, was ankommt?',
    text: 'Mit Ihrer Einwilligung messen wir, welche Seiten besucht werden und welche Werbung dazu führt. Sie können jederzeit widerrufen.',
    accept: 'Alle akzeptieren', reject: 'Alle ablehnen', choose: 'Auswählen', save: 'Auswahl speichern', close: 'Schließen',
    necessary: 'Notwendig', necessary_text: 'Damit die Website funktioniert. Immer an.',
    analytics: 'Statistik', analytics_text: 'Besuche, Seiten und Ziele, um die Website zu verbessern.',
    marketing: 'Marketing', marketing_text: 'Welche Werbung wirkt; dafür können Daten an Werbepartner gehen.',
    gpc: 'Ihr Browser sendet Global Privacy Control: Marketing bleibt aus.',
    privacy: 'Datenschutz', imprint: 'Impressum',
    my_data: 'Meine Daten', granted: 'Sie haben der Statistik zugestimmt.', denied: 'Sie haben abgelehnt. Es wird nichts gespeichert.',
    undecided: 'Sie haben noch nicht entschieden.', since: 'Stand: ', change: 'Entscheidung ändern',
    agree: 'Statistik erlauben', withdraw: 'Widerrufen und Daten löschen', refuse: 'Ablehnen',
    erased: 'Die Löschung ist aufgenommen. Beleg: ', withdrawn: 'Widerrufen. Von diesem Gerät wird nichts mehr gesendet.',
  } : {
    title: 'May this website count what arrives?',
    text: 'With your consent we measure which pages are visited and which advertising leads here. You can withdraw at any time.',
    accept: 'Accept all', reject: 'Reject all', choose: 'Choose', save: 'Save choice', close: 'Close',
    necessary: 'Necessary', necessary_text: 'For the website to work. Always on.',
    analytics: 'Statistics', analytics_text: 'Visits, pages and goals, to improve the website.',
    marketing: 'Marketing', marketing_text: 'Which advertising works; data may go to advertising partners for it.',
    gpc: 'Your browser sends Global Privacy Control: marketing stays off.',
    privacy: 'Privacy', imprint: 'Imprint',
    my_data: 'My data', granted: 'You have agreed to statistics.', denied: 'You have refused. Nothing is stored.',
    undecided: 'You have not decided yet.', since: 'As of: ', change: 'Change decision',
    agree: 'Allow statistics', withdraw: 'Withdraw and erase data', refuse: 'Refuse',
    erased: 'The erasure has been taken down. Receipt: ', withdrawn: 'Withdrawn. Nothing more is sent from this device.',
  }, banner[german ? 'de' : 'en']);

  const kStyle = `:host([data-etappe-banner]){all:initial}
    *{box-sizing:border-box;font:inherit;margin:0}
    [role=dialog]{position:fixed;z-index:2147483647;left:50%;bottom:16px;transform:translateX(-50%);width:min(640px,calc(100vw - 24px));
      max-height:calc(100vh - 32px);overflow:auto;padding:20px 24px;border-radius:12px;border:1px solid #767b84;
      background:#fff;color:#1b1f24;font:16px/1.5 system-ui,sans-serif;box-shadow:0 8px 32px rgba(0,0,0,.25)}
    .mine{padding:16px 0;line-height:1.5}
    h2{font-size:1.125em;font-weight:650;margin-bottom:8px} p{margin-bottom:12px}
    .row{display:flex;flex-wrap:wrap;gap:8px;margin-top:12px}
    button{flex:1 1 auto;min-height:44px;padding:8px 16px;border-radius:8px;border:2px solid #1b4f52;background:#fff;color:#1b4f52;font-weight:600;cursor:pointer}
    button.strong{background:#1b4f52;color:#fff}
    button:hover{text-decoration:underline}
    :focus-visible{outline:3px solid #b45309;outline-offset:2px}
    label{display:flex;gap:10px;padding:8px 0} input{width:20px;height:20px;flex:none;margin-top:2px;accent-color:#1b4f52}
    small{display:block;color:#4a515b} a{color:#1b4f52;text-decoration:underline;margin-right:16px}
    .mine button{flex:0 1 auto}
    @media(prefers-color-scheme:dark){[role=dialog]{background:#1b1f24;color:#f2f4f6}[role=dialog] small{color:#c3c9d1}[role=dialog] a{color:#8fd3d6}
      [role=dialog] button{background:#1b1f24;color:#8fd3d6;border-color:#8fd3d6}[role=dialog] button.strong{background:#8fd3d6;color:#10292b}}
    @media(forced-colors:active){[role=dialog],button{border:2px solid}}`;

  /** An element with text or children; nothing is ever parsed as HTML. */
  const make = (name, attributes, ...children) => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
      if (typeof value === 'function') element.addEventListener(key, value);
      else if (value === true) element.setAttribute(key, '');
      else if (value !== false) element.setAttribute(key, value);
    }
    element.append(...children);
    return element;
  };

  const rooted = (host) => {
    const root = host.shadowRoot || host.attachShadow({ mode: 'open' });
    try {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(kStyle);
      root.adoptedStyleSheets = [sheet];
    } catch {
      // Browsers before 2023; a strict style-src leaves it plain, and as usable.
      root.append(make('style', {}, kStyle));
    }
    return root;
  };

  let host;
  let back;
  const close = () => {
    if (!host) return;
    host.remove();
    host = undefined;
    given.asks = false;
    if (back && back.focus) back.focus();
  };

  const decide = (analytics, marketing) => {
    close();
    given.decide(analytics, marketing);
  };

  const link = (address, text) => (address ? [make('a', { href: address }, text)] : []);

  /** `asked`: the visitor wants to see it, so that it takes the focus and opens with the choices. */
  const show = (asked) => {
    if (host) return;
    back = asked ? document.activeElement : undefined;
    const [, , analytics, marketing] = given.decided() || [];
    const gpc = !!navigator.globalPrivacyControl;
    const box = (name, checked, disabled) => make('input', { type: 'checkbox', name, checked, disabled });
    const boxes = { analytics: box('analytics', !!analytics, false), marketing: box('marketing', !!marketing && !gpc, gpc) };
    // Nothing is recorded for marketing alone.
    boxes.marketing.addEventListener('change', () => boxes.marketing.checked && (boxes.analytics.checked = true));
    boxes.analytics.addEventListener('change', () => boxes.analytics.checked || (boxes.marketing.checked = false));
    const choice = (input, name) => make('label', {}, input, make('span', {}, words[name], make('small', {}, words[name + '_text'])));
    const choices = make('div', { hidden: !asked, id: 'choices' },
      choice(make('input', { type: 'checkbox', checked: true, disabled: true }), 'necessary'), choice(boxes.analytics, 'analytics'),
      choice(boxes.marketing, 'marketing'), ...(gpc ? [make('p', {}, make('small', {}, words.gpc))] : []),
      make('div', { class: 'row' }, make('button', { type: 'button', click: () => decide(boxes.analytics.checked, boxes.marketing.checked) }, words.save)));
    const more = make('button', { type: 'button', 'aria-expanded': String(asked), 'aria-controls': 'choices', click: () => {
      choices.hidden = !choices.hidden;
      more.setAttribute('aria-expanded', String(!choices.hidden));
    } }, words.choose);
    const dialog = make('div', { role: 'dialog', 'aria-modal': 'false', 'aria-labelledby': 'title', 'aria-describedby': 'text', tabindex: '-1',
      lang: german ? 'de' : 'en' },
    make('h2', { id: 'title' }, words.title), make('p', { id: 'text' }, words.text),
    make('p', {}, ...link(banner.privacy_url, words.privacy), ...link(banner.imprint_url, words.imprint)), choices,
    make('div', { class: 'row' },
      make('button', { type: 'button', class: 'strong', click: () => decide(false, false) }, words.reject),
      make('button', { type: 'button', class: 'strong', click: () => decide(true, !gpc) }, words.accept), more,
      ...(asked ? [make('button', { type: 'button', click: close }, words.close)] : [])));
    if (asked) dialog.addEventListener('keydown', (event) => event.key === 'Escape' && close());
    host = make('div', { 'data-etappe-banner': '' });
    rooted(host).append(dialog);
    document.body.prepend(host);
    if (asked) dialog.focus();
  };

  let receipt = '';
  let withdrawn = false;
  const mine = () => {
    for (const place of document.querySelectorAll('[data-etappe-my-data]')) {
      const kept = given.decided();
      const granted = given.granted();
      const state = granted ? words.granted : withdrawn ? words.withdrawn : kept && kept[2] === false ? words.denied : words.undecided;
      const button = (text, click) => make('button', { type: 'button', click }, text);
      const root = rooted(place);
      const box = make('div', { class: 'mine', lang: german ? 'de' : 'en' }, make('h2', {}, words.my_data),
        make('p', { role: 'status' }, state, ...(kept ? [make('small', {}, words.since + new Date(kept[4]).toLocaleString(german ? 'de' : 'en'))] : []),
          ...(receipt ? [make('small', {}, words.erased + receipt)] : [])),
        make('div', { class: 'row' },
          ...(granted ? [button(words.withdraw, () => {
            withdrawn = true;
            window.etappe('consent', 'withdraw', { source: 'banner', version: given.version });
          })] : [button(words.agree, () => given.decide(true)), ...(kept ? [] : [button(words.refuse, () => given.decide(false, false))])]),
          ...(given.banner ? [button(words.change, () => window.etappe('settings'))] : [])));
      root.replaceChildren(...[...root.children].filter((child) => child.localName === 'style'), box);
    }
  };
  document.addEventListener('etappe:receipt', (event) => {
    receipt = event.detail.receipt;
    mine();
  });

  given.changed = () => {
    if (given.granted()) withdrawn = false;
    mine();
  };
  given.open = () => {
    if (given.banner) show(true);
  };
  mine();
  // The first time nobody has asked for it: it is there, and no more.
  if (given.banner && given.asks) show(given.asked === true);
})();
