-- The rows behind every report: one row per event, enriched. Version 1 of the store's schema.
-- Time is UTC; key_day places a row so that a client's retry lands beside its first copy (docs/decisions/0003).
CREATE TABLE IF NOT EXISTS events
(
    site LowCardinality(String),
    key_day Date,
    id UUID,
    type LowCardinality(String),
    ts DateTime64(3, 'UTC'),
    client_ts DateTime64(3, 'UTC'),
    received_at DateTime64(3, 'UTC'),
    link LowCardinality(String),              -- 'linked' | 'unlinked'
    visitor String,
    session String,
    url String,
    host LowCardinality(String),
    path String,
    referrer String,
    referrer_host LowCardinality(String),
    title String,
    name LowCardinality(String),
    value Nullable(Decimal(18, 6)),
    currency LowCardinality(String),
    quantity UInt32,
    order_id String,
    weight LowCardinality(String),            -- conversions: 'primary' | 'micro'; otherwise ''
    tag LowCardinality(String),
    funnel LowCardinality(String),
    step LowCardinality(String),
    engagement_ms UInt32,
    items Nested (id String, name String, price Nullable(Decimal(18, 6)), quantity UInt32),
    props Map(LowCardinality(String), String),
    consent_analytics LowCardinality(String), -- 'undetermined' | 'denied' | 'granted'
    consent_marketing LowCardinality(String),
    touch UInt8,                              -- 1: this hit begins a touch
    channel LowCardinality(String),
    source LowCardinality(String),
    medium LowCardinality(String),
    campaign LowCardinality(String),
    term String,
    content String,
    campaign_id String,
    network LowCardinality(String),
    network_kind LowCardinality(String),
    publisher LowCardinality(String),
    sub_ids Map(LowCardinality(String), String),
    click_id String,
    click_id_param LowCardinality(String),
    segment UUID,
    record UInt32,
    enrich_version UInt16,
    -- the feeder asks which records of a segment are stored, after an insert of unknown outcome
    INDEX by_segment segment TYPE bloom_filter(0.01) GRANULARITY 4
)
ENGINE = ReplacingMergeTree(enrich_version)
PARTITION BY toYYYYMM(key_day)
ORDER BY (site, key_day, id)
-- Synced on insert: the spool lets go of its copy as soon as the store has answered.
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1;
