-- Which page load an event came from (what happened before a grant on a page is found by it), and by which the
-- consent report is broken down: ISO 3166 region, kind of device. Version 4.
ALTER TABLE events
    ADD COLUMN IF NOT EXISTS page UUID AFTER session,
    ADD COLUMN IF NOT EXISTS region LowCardinality(String) AFTER consent_marketing,
    ADD COLUMN IF NOT EXISTS device LowCardinality(String) AFTER region;
