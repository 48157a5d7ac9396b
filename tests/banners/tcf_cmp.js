// A consent management platform for tests: the IAB's own API and string, without a user interface. `cmp.show()`,
// `cmp.decide(purposes, vendors)`, `cmp.load(…)` for a remembered string, `cmp.notApplicable()`.
import { CmpApi } from '@iabtechlabtcf/cmpapi';
import { GVL, PurposeRestriction, RestrictionType, TCModel, TCString } from '@iabtechlabtcf/core';

const purposes = Object.fromEntries(Array.from({ length: 11 }, (_, i) => [i + 1, { id: i + 1, name: `Purpose ${i + 1}`, description: '', illustrations: [] }]));
const vendor = (id) => ({ id, name: `Vendor ${id}`, purposes: [1, 7, 8, 9, 10], legIntPurposes: [], flexiblePurposes: [7, 8, 9], specialPurposes: [],
  features: [], specialFeatures: [], urls: [], usesCookies: true, cookieRefresh: false, usesNonCookieAccess: false, dataRetention: {}, dataDeclaration: [] });
const list = { gvlSpecificationVersion: 3, vendorListVersion: 1, tcfPolicyVersion: 5, lastUpdated: '2026-01-01T00:00:00Z', purposes,
  specialPurposes: {}, features: {}, specialFeatures: {}, stacks: {}, dataCategories: {}, vendors: { 77: vendor(77), 78: vendor(78) } };

const api = new CmpApi(31, 2, true);
const string = (agreed, vendors, restriction) => {
  const model = new TCModel(new GVL(list));
  Object.assign(model, { cmpId: 31, cmpVersion: 2, isServiceSpecific: true });
  model.purposeConsents.set(agreed);
  model.vendorConsents.set(vendors);
  model.vendorsDisclosed.set([77, 78]);
  if (restriction) {
    const rule = new PurposeRestriction();
    rule.purposeId = restriction;
    rule.restrictionType = RestrictionType.NOT_ALLOWED;
    model.publisherRestrictions.add(77, rule);
  }
  return TCString.encode(model);
};
window.cmp = {
  show: (agreed = [], vendors = []) => api.update(agreed.length ? string(agreed, vendors) : '', true),
  decide: (agreed, vendors = [77], restriction = 0) => api.update(string(agreed, vendors, restriction), false),
  notApplicable: () => api.update(null),
};
