// The shop: cart, checkout and forms, all in the visitor's browser. Nothing is sent anywhere but to Etappe, and
// that only as far as the visitor agreed. The data layer follows GA4's e-commerce names, as most shops push them.
(() => {
  'use strict';
  const etappe = (...args) => window.etappe?.(...args);
  const layer = (window.dataLayer = window.dataLayer || []);
  const push = (event, ecommerce) => {
    layer.push({ecommerce: null});
    layer.push({event, ecommerce});
  };
  const $ = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  const store = (area, key) => ({
    get() {
      try {
        return JSON.parse(area().getItem(key));
      } catch {
        return null;
      }
    },
    set(value) {
      try {
        area().setItem(key, JSON.stringify(value));
      } catch {
        // Without storage the cart lasts as long as the page.
      }
    },
    clear() {
      try {
        area().removeItem(key);
      } catch {
        // as above
      }
    },
  });
  const cart = store(() => localStorage, 'nordwerk-warenkorb');
  const draft = store(() => sessionStorage, 'nordwerk-kasse');
  const order = store(() => sessionStorage, 'nordwerk-bestellung');

  // Money is counted in whole cents; text with a point leaves the page.
  const cents = text => Math.round(Number(text) * 100);
  const text = amount => (amount / 100).toFixed(2);
  const euro = amount => (amount / 100).toLocaleString('de-DE', {minimumFractionDigits: 2}) + ' €';
  const lines = () => cart.get() ?? [];
  const net = list => list.reduce((sum, line) => sum + cents(line.price) * line.quantity, 0);
  const pieces = list => list.reduce((sum, line) => sum + line.quantity, 0);
  const ecommerce = list => ({
    currency: 'EUR', value: Number(text(net(list))),
    items: list.map(line => ({item_id: line.sku, item_name: line.name, price: Number(line.price), quantity: line.quantity})),
  });

  function showCount() {
    const count = pieces(lines());
    for (const badge of all('[data-cart-count]')) {
      badge.textContent = count;
      badge.hidden = count === 0;
    }
    $('.cart-link')?.setAttribute('aria-label', count === 1 ? 'Warenkorb, 1 Artikel' : `Warenkorb, ${count} Artikel`);
  }

  function put(sku, name, price, quantity) {
    const list = lines();
    const known = list.find(line => line.sku === sku);
    if (known) known.quantity += quantity;
    else list.push({sku, name, price, quantity});
    cart.set(list);
    push('add_to_cart', ecommerce([{sku, name, price, quantity}]));
    etappe('step', 'checkout', 'cart', {sku});
    showCount();
  }

  function productPage(form) {
    const {sku, name, price} = form.dataset;
    push('view_item', ecommerce([{sku, name, price, quantity: 1}]));
    form.addEventListener('submit', event => {
      event.preventDefault();
      put(sku, name, price, Math.max(1, Number(form.elements.quantity.value) || 1));
      $('.added').innerHTML = 'Liegt im Warenkorb. <a href="/warenkorb">Zum Warenkorb</a>';
    });
  }

  const element = (tag, content, attributes = {}) => {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    node.append(...[content].flat());
    return node;
  };

  function showSums(list) {
    const sum = net(list);
    const tax = Math.round(sum * 0.19);
    for (const [name, amount] of Object.entries({net: sum, tax, total: sum + tax})) {
      for (const cell of all(`[data-sum="${name}"]`)) cell.textContent = euro(amount);
    }
  }

  function cartPage(body) {
    const draw = () => {
      const list = lines();
      $('.cart-filled').hidden = list.length === 0;
      $('.cart-empty').hidden = list.length > 0;
      body.replaceChildren(...list.map(line => {
        const input = element('input', '', {type: 'number', min: 1, max: 999, value: line.quantity, 'aria-label': `Menge ${line.name}`});
        input.addEventListener('change', () => {
          line.quantity = Math.max(1, Number(input.value) || 1);
          cart.set(list);
          draw();
        });
        const remove = element('button', 'Entfernen', {type: 'button', class: 'plain', 'aria-label': `${line.name} entfernen`});
        remove.addEventListener('click', () => {
          cart.set(list.filter(other => other !== line));
          draw();
        });
        return element('tr', [
          element('td', [element('b', line.name), element('small', `Artikel ${line.sku} · ${euro(cents(line.price))}`), remove]),
          element('td', input, {class: 'qty'}),
          element('td', euro(cents(line.price) * line.quantity), {class: 'num'}),
        ]);
      }));
      showSums(list);
      showCount();
    };
    draw();
  }

  function summary(body) {
    body.replaceChildren(...lines().map(line => element('tr', [
      element('td', `${line.quantity} × ${line.name}`), element('td', euro(cents(line.price) * line.quantity), {class: 'num'}),
    ])));
    showSums(lines());
  }

  function remembered(form) {
    const values = draft.get() ?? {};
    for (const field of form.elements) {
      if (!field.name || !(field.name in values)) continue;
      if (field.type === 'radio') field.checked = field.value === values[field.name];
      else field.value = values[field.name];
    }
    form.addEventListener('submit', () => draft.set({...values, ...Object.fromEntries(new FormData(form))}));
  }

  function checkout(step) {
    if (lines().length === 0) {
      location.replace('/warenkorb');
      return;
    }
    etappe('step', 'checkout', step);
    if (step === 'address') push('begin_checkout', ecommerce(lines()));
    const form = $('form[data-checkout]');
    if (form) {
      remembered(form);
      form.addEventListener('submit', event => {
        event.preventDefault();
        location.assign(form.getAttribute('action'));
      });
    }
    if (step === 'review') reviewPage();
  }

  function reviewPage() {
    const d = draft.get() ?? {};
    $('[data-review="address"]').textContent = [d.firma, d.name, d.strasse, `${d.plz ?? ''} ${d.ort ?? ''}`].filter(Boolean).join(', ');
    $('[data-review="payment"]').textContent = d.zahlung ?? '';
    $('form[data-order]').addEventListener('submit', event => {
      event.preventDefault();
      const number = 'NW-' + String(Math.floor(Math.random() * 900000) + 100000);
      order.set({number, lines: lines(), payment: d.zahlung ?? ''});
      cart.clear();
      draft.clear();
      location.assign('/danke-bestellung');
    });
  }

  // Reloading the page pushes the same order again, as real shops do; the order number keeps it from counting twice.
  function thanksPage() {
    const placed = order.get();
    $('.order-none').hidden = !!placed;
    $('.order-done').hidden = !placed;
    if (!placed) return;
    $('[data-order-number]').textContent = placed.number;
    $('[data-lines]').replaceChildren(...placed.lines.map(line => element('tr', [
      element('td', `${line.quantity} × ${line.name}`), element('td', euro(cents(line.price) * line.quantity), {class: 'num'}),
    ])));
    showSums(placed.lines);
    push('purchase', {...ecommerce(placed.lines), transaction_id: placed.number, quantity: pieces(placed.lines)});
    etappe('step', 'checkout', 'sent');
  }

  // A form is begun with the first key or choice in it. What is typed is never read.
  function leadForm(form) {
    form.addEventListener('input', () => etappe('step', form.dataset.lead, 'start'), {once: true});
    form.addEventListener('submit', event => {
      event.preventDefault();
      etappe('step', form.dataset.lead, 'sent');
      location.assign(form.getAttribute('action'));
    });
  }

  // The small configurator of the Google Ads landing page: two answers, one product.
  function configurator(form) {
    const choose = () => {
      const answers = new FormData(form);
      const wanted = `${answers.get('bewegung')}-${answers.get('last')}`;
      for (const result of all('[data-result]')) result.hidden = !result.dataset.result.split(' ').includes(wanted);
    };
    form.addEventListener('change', () => {
      choose();
      etappe('event', 'konfigurator', Object.fromEntries(new FormData(form)));
    });
    choose();
  }

  const page = document.body.dataset.page;
  showCount();
  const product = $('form[data-product]');
  if (product) productPage(product);
  const cartBody = $('[data-cart]');
  if (cartBody) cartPage(cartBody);
  const summaryBody = $('[data-summary]');
  if (summaryBody) summary(summaryBody);
  if (page?.startsWith('kasse-')) checkout(page.slice('kasse-'.length));
  if (page === 'danke-bestellung') thanksPage();
  for (const form of all('form[data-lead]')) leadForm(form);
  const questions = $('form[data-configurator]');
  if (questions) configurator(questions);
  for (const link of all('[data-download]')) {
    link.addEventListener('click', () => layer.push({event: 'ebook_download', document: link.dataset.download}));
  }
})();
