/**
 * The calls of Etappe's tracker, for pages written in TypeScript. Copy this file into the project (any folder that its
 * tsconfig includes); there is nothing to install and nothing to import. What each call records: docs/tracker.md.
 *
 * No call throws, returns anything or waits; before analytics is granted, only `consent`, `ready` and `debug` do something.
 */

/** An amount: a number, or a decimal text such as "129.90". Up to 12 digits before the point, 6 behind; no sign of currency. */
export type EtappeAmount = number | string;

/**
 * Properties of an event: at most 64. Keys are cut at 128 bytes, texts at 1,024 bytes. No personal data: what looks like
 * an e-mail address, a phone number or a token is redacted.
 */
export type EtappeProps = Readonly<Record<string, string | number | boolean | undefined>>;

export interface EtappeView {
  /** Absolute http(s) address, at most 4,096 bytes. Default: the address of the page. */
  url?: string | undefined;
  /** Absolute http(s) address, at most 4,096 bytes. Default: the page's referrer. */
  referrer?: string | undefined;
  /** At most 512 bytes. Default: the document's title. */
  title?: string | undefined;
  props?: EtappeProps | undefined;
}

/** A line of an order in Etappe's words. */
export interface EtappeItem {
  /** Article number, at most 128 bytes. */
  id: string | number;
  /** At most 128 bytes. */
  name?: string | undefined;
  /** Of one piece. */
  price?: EtappeAmount | undefined;
  /** Whole pieces. Default: 1. */
  quantity?: number | undefined;
}

/** A line of an order as Google Analytics 4 writes it; read are item_id, item_name, price and quantity. */
export interface EtappeGa4Item {
  item_id?: string | number | undefined;
  item_name?: string | undefined;
  price?: EtappeAmount | undefined;
  quantity?: number | undefined;
  affiliation?: string | undefined;
  coupon?: string | undefined;
  creative_name?: string | undefined;
  creative_slot?: string | undefined;
  discount?: EtappeAmount | undefined;
  index?: number | undefined;
  item_brand?: string | undefined;
  item_category?: string | undefined;
  item_category2?: string | undefined;
  item_category3?: string | undefined;
  item_category4?: string | undefined;
  item_category5?: string | undefined;
  item_list_id?: string | undefined;
  item_list_name?: string | undefined;
  item_variant?: string | undefined;
  location_id?: string | undefined;
  promotion_id?: string | undefined;
  promotion_name?: string | undefined;
}

export interface EtappeConversion {
  /** Of the whole conversion, in `currency`. */
  value?: EtappeAmount | undefined;
  /** ISO 4217: three capital letters. */
  currency?: string | undefined;
  /** Whole pieces, 0 to 4,294,967,295. */
  quantity?: number | undefined;
  /** At most 64 bytes. The same order counts once, however often it is sent. */
  order_id?: string | number | undefined;
  /** At most 64. */
  items?: readonly (EtappeItem | EtappeGa4Item)[] | undefined;
  props?: EtappeProps | undefined;
}

/** What Google Analytics 4 sends with its e-commerce events: view_item, add_to_cart, begin_checkout, refund and the others. */
export interface EtappeCommerce {
  /** At most 64. */
  items: readonly (EtappeItem | EtappeGa4Item)[];
  value?: EtappeAmount | undefined;
  /** ISO 4217: three capital letters. */
  currency?: string | undefined;
  /** At most 64 bytes, as `order_id`. */
  transaction_id?: string | number | undefined;
  order_id?: string | number | undefined;
  /** What else there is becomes properties. */
  [property: string]: string | number | boolean | undefined | readonly (EtappeItem | EtappeGa4Item)[];
}

/** A purpose that is left out stays as it was. */
export type EtappeConsent =
  | { analytics: boolean; marketing?: boolean | undefined }
  | { analytics?: boolean | undefined; marketing: boolean };

/** Where a decision comes from; it is stored with it. */
export interface EtappeConsentOrigin {
  /** `api` when left out. */
  source?: 'api' | 'banner' | 'tcf' | 'consent_mode' | 'cookieconsent' | 'klaro' | 'generic';
  /** By what the site knows its banner or policy; the site's `privacy.version` when left out. */
  version?: string;
}

export interface Etappe {
  /**
   * A page view. The page itself and its route changes are counted without it; called before the script has arrived,
   * it gives the first view its details.
   */
  (command: 'view', details?: EtappeView): void;
  /** An event of the site's own. `name`: at most 128 bytes. Sets off tags on that event. */
  (command: 'event', name: string, props?: EtappeProps): void;
  /** An event of the shop, in Google Analytics 4's form: amount, order and items are the event's own. */
  (command: 'event', name: string, commerce: EtappeCommerce): void;
  /** A conversion. `name`: at most 128 bytes. */
  (command: 'conversion', name: string, details?: EtappeConversion): void;
  /** A step of a funnel; each at most 128 bytes. Counts once in each pass through the funnel. */
  (command: 'step', funnel: string, step: string, props?: EtappeProps): void;
  /** Something was seen, a banner or a recommendation. `id`: at most 128 bytes. */
  (command: 'impression', id: string, props?: EtappeProps): void;
  /**
   * Who the visitor is to the site: a customer number or an e-mail address. It leaves the page only as a salted hash,
   * and only under a grant of analytics; on a page without https nobody is identified. Traits are properties: no
   * personal data.
   */
  (command: 'identify', id: string | number, traits?: EtappeProps): void;
  /** A new visitor from here on, for example after signing out. Consent stays as it is. */
  (command: 'reset'): void;
  /** What the visitor chose. Only `true` grants and only `false` denies. `origin`: by which way, and which version of the banner. */
  (command: 'consent', choice: EtappeConsent, origin?: EtappeConsentOrigin): void;
  /**
   * Sending stops; cookie and ids are deleted; what waits is dropped; other tabs follow; where the site erases on withdrawal, the
   * collector does, and `document` gets the event `etappe:receipt` with `detail.receipt`.
   */
  (command: 'consent', choice: 'withdraw', origin?: EtappeConsentOrigin): void;
  /** Opens the site's own banner again, so that a visitor can change the decision; only where the site has it (`privacy.banner`). */
  (command: 'settings'): void;
  /** Calls `work` when the tracker is ready, or at once where no grant is known. */
  (command: 'ready', work: () => void): void;
  /** Writes calls, batches and what was dropped to the console of this page. */
  (command: 'debug', on: boolean): void;
  /** Where the snippet keeps calls until the script has arrived. */
  q?: ArrayLike<unknown>[];
}

declare global {
  /** The snippet defines it at once, so calls need no waiting for the script. */
  // eslint-disable-next-line no-var
  var etappe: Etappe;

  interface Window {
    etappe: Etappe;
    /** Google Tag Manager's data layer, which Etappe reads. Delete this line where another package declares it. */
    dataLayer?: unknown[];
  }
}
