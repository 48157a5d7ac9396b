-- Records of the spool that cannot become events: kept for a week, so that a person can look at them. Version 2.
CREATE TABLE IF NOT EXISTS events_rejected
(
    segment UUID,
    record UInt32,
    reason LowCardinality(String),
    bytes String,                             -- the envelope (docs/spool-format.md), redacted before it was written
    rejected_at DateTime('UTC') DEFAULT now()
)
ENGINE = MergeTree
ORDER BY (rejected_at, segment, record)
TTL rejected_at + INTERVAL 7 DAY
SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;
