-- How often pages fetched the script: counts without any id, by which the share of visits is estimated that nothing is
-- known of (docs/reports.md). Version 5.
CREATE TABLE IF NOT EXISTS script_loads
(
    site LowCardinality(String),
    quarter DateTime('UTC'),                  -- the quarter of an hour that it happened in
    version LowCardinality(String),           -- of the banner or policy that was in force
    region LowCardinality(String),
    device LowCardinality(String),
    loads UInt64
)
ENGINE = SummingMergeTree(loads)
PARTITION BY toYYYYMM(quarter)
ORDER BY (site, quarter, version, region, device)
TTL quarter + INTERVAL 25 MONTH;
