// GA4's e-commerce as shops push it, by dataLayer.push({event, ecommerce}) or gtag('event', name, parameters), without
// a change to the shop. A purchase is a conversion, unless a tag of the container has made one of it.
// Source: developers.google.com/analytics/devguides/collection/ga4/ecommerce

import { state } from '../state.js';
import { track, commerceOf } from '../track.js';
import { type } from '../engine.js';
import { valueOf, isGtagEvent } from '../data_layer.js';

export default () => {
  const names = /^(view_item|view_item_list|select_item|(view|select)_promotion|add_to_(cart|wishlist)|(remove_from|view)_cart|begin_checkout|add_(shipping|payment)_info|purchase|refund)$/;
  state.pushes.push((message, event, recorded) => {
    const gtag = isGtagEvent(message);
    const name = gtag ? message[1] : event;
    const found = gtag ? message[2] : valueOf('ecommerce');
    if (!names.test(name) || !found || typeof found !== 'object') return;
    const told = commerceOf(name, found);
    const items = Array.isArray(told.items) ? told.items : [];
    told.quantity = items.reduce((sum, item) => sum + ((item && +item.quantity) || 1), 0);
    track(name === 'purchase' && !recorded ? type.conversion : type.event, told);
  });
};
