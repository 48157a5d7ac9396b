// Wrong uses: each line below an expectation must be an error, or the compiler says that the expectation is not met.

// @ts-expect-error no such call
etappe('konversion', 'order');
// @ts-expect-error a call has a name
etappe();
// @ts-expect-error an event has a name
etappe('event');
// @ts-expect-error a name is a text
etappe('event', 7);
// @ts-expect-error properties are texts, numbers and booleans
etappe('event', 'looked', { inner: { a: 1 } });
// @ts-expect-error nor lists
etappe('event', 'looked', { list: ['a'] });
// @ts-expect-error nor null
etappe('event', 'looked', { nothing: null });
// @ts-expect-error a conversion has a name
etappe('conversion', { value: 1 });
// @ts-expect-error it is called order_id
etappe('conversion', 'order', { orderId: 'A-1' });
// @ts-expect-error it is called value
etappe('conversion', 'order', { revenue: 129.9 });
// @ts-expect-error an amount is no object
etappe('conversion', 'order', { value: { amount: 1 } });
// @ts-expect-error a quantity is a number
etappe('conversion', 'order', { quantity: '2' });
// @ts-expect-error items are a list
etappe('conversion', 'order', { items: { id: 'nx-40' } });
// @ts-expect-error an item has an id
etappe('conversion', 'order', { items: [{ name: 'Getriebe' }] });
// @ts-expect-error a step belongs to a funnel
etappe('step', 'cart');
// @ts-expect-error a step is two texts
etappe('step', { funnel: 'checkout', step: 'cart' });
// @ts-expect-error an impression has an id
etappe('impression');
// @ts-expect-error a person has an id
etappe('identify', { email: 'a@example.com' });
// @ts-expect-error an amount is no object, in a shop's event neither
etappe('event', 'add_to_cart', { items: [{ item_id: 'nx-40' }], value: { amount: 1 } });
// @ts-expect-error articles are a list
etappe('event', 'add_to_cart', { items: 'nx-40', value: null });
// @ts-expect-error reset takes nothing
etappe('reset', true);
// @ts-expect-error consent says something
etappe('consent');
// @ts-expect-error about at least one purpose
etappe('consent', {});
// @ts-expect-error in booleans
etappe('consent', { analytics: 'granted' });
// @ts-expect-error about purposes that there are
etappe('consent', { analytics: true, statistics: true });
// @ts-expect-error 'withdraw' is the only word
etappe('consent', 'withdrawn');
// @ts-expect-error ready calls a function
etappe('ready');
// @ts-expect-error not a text
etappe('ready', 'go');
// @ts-expect-error debug is on or off
etappe('debug');
// @ts-expect-error details of a view are named
etappe('view', '/path');
// @ts-expect-error a page's address is called url
etappe('view', { path: '/b' });
// @ts-expect-error no call returns anything
const answer: number = etappe('reset');
// @ts-expect-error the data layer is a list
window.dataLayer = {};

export { answer };
