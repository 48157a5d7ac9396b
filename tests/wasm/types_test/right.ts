// Right uses: everything here must compile.
import type { EtappeItem } from '../../../wasm/loader/etappe';

etappe('view');
etappe('view', { url: 'https://www.example.com/b', referrer: '', title: 'B', props: { language: 'de' } });
etappe('view', { title: undefined });
etappe('event', 'looked');
etappe('event', 'looked', { text: 'ä', number: 0.1, yes: true, nothing: undefined });
etappe('event', 'add_to_cart', { currency: 'EUR', value: 64.95, items: [{ item_id: 'nx-40', price: 64.95 }], item_list: 'related' });
etappe('event', 'refund', { transaction_id: 'A-1', items: [] });
etappe('conversion', 'lead');
etappe('conversion', 'order', { value: 129.9, currency: 'EUR', quantity: 2, order_id: 'A-1' });
etappe('conversion', 'order', { value: (129.9).toFixed(2), order_id: 1001, props: { first: true } });
etappe('conversion', 'order', { items: [{ id: 'nx-40', name: 'Getriebe', price: '64.95', quantity: 2 }, { id: 7 }] });
etappe('conversion', 'order', { items: [{ item_id: 'nx-40', item_name: 'Getriebe', price: 64.95, quantity: 2, item_category2: 'Servo' }] });
etappe('step', 'checkout', 'cart');
etappe('step', 'checkout', 'cart', { items: 3 });
etappe('impression', 'banner-7');
etappe('impression', 'banner-7', { place: 'hero' });
etappe('identify', 'C-1001');
etappe('identify', 1001);
etappe('identify', 'C-1001', { plan: 'pro' });
etappe('reset');
etappe('consent', { analytics: true });
etappe('consent', { marketing: false });
etappe('consent', { analytics: true, marketing: false });
etappe('consent', 'withdraw');
etappe('ready', () => undefined);
etappe('debug', true);

// The same by the window, and the snippet's own line.
window.etappe('event', 'looked');
window.etappe = window.etappe || function () {
  // eslint-disable-next-line prefer-rest-params
  (etappe.q = etappe.q || []).push(arguments);
};

// Shops have lists of their own.
const basket: readonly EtappeItem[] = [{ id: 'nx-40', price: 64.95 }];
etappe('conversion', 'order', { items: basket });

window.dataLayer = window.dataLayer || [];
window.dataLayer.push({ event: 'purchase', ecommerce: { value: 1 } });
