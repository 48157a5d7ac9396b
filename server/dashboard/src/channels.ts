// Channels as marks: which colour token each wears, and whether its mark is hollow.
// A channel keeps its colour on every page. The ids are GA4's names; their words are in words/.

export interface Mark { token: string; hollow: boolean }

const kMarks: Record<string, Mark> = {
  'Paid Search': { token: '--ch-paid-search', hollow: false },
  'Organic Search': { token: '--ch-organic-search', hollow: false },
  'Affiliates': { token: '--ch-affiliates', hollow: false },
  'Email': { token: '--ch-email', hollow: false },
  'Direct': { token: '--ch-direct', hollow: false },
  'Referral': { token: '--ch-referral', hollow: false },
  'Paid Social': { token: '--ch-social', hollow: false },
  'Organic Social': { token: '--ch-social', hollow: true },
  'Display': { token: '--ch-display', hollow: false },
  'Paid Video': { token: '--ch-display', hollow: false },
  'Organic Video': { token: '--ch-display', hollow: true },
  'Paid Shopping': { token: '--ch-paid-search', hollow: false },
  'Organic Shopping': { token: '--ch-paid-search', hollow: true },
  'AI Assistant': { token: '--ch-ai', hollow: false },
};
const kOther: Mark = { token: '--ch-other', hollow: false };

export function markOf(channel: string): Mark {
  return kMarks[channel] ?? kOther;
}
