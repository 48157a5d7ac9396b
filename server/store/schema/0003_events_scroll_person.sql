-- How much of a page was seen, in percent of its height, and who the site said the visitor is: a keyed hash
-- (docs/privacy.md). Version 3.
ALTER TABLE events
    ADD COLUMN IF NOT EXISTS scroll UInt8 AFTER engagement_ms,
    ADD COLUMN IF NOT EXISTS person String AFTER session;
