CREATE DATABASE IF NOT EXISTS `sidelight`;

CREATE TABLE IF NOT EXISTS `sidelight`.`schema_migrations`
(
  `version` UInt32,
  `name` String,
  `checksum` String,
  `target` LowCardinality(String),
  `applied_at` DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(applied_at)
ORDER BY version;

CREATE TABLE IF NOT EXISTS `sidelight`.`requests`
(
  `ts` DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
  `request_id` UUID CODEC(ZSTD(1)),
  `seq` UInt64 CODEC(Delta(8), ZSTD(1)),
  `sidecar_id` LowCardinality(String) CODEC(ZSTD(1)),
  `boot` UInt32 CODEC(T64, ZSTD(1)),
  `worker` UInt16 CODEC(T64, ZSTD(1)),
  `schema_version` UInt8 CODEC(T64, ZSTD(1)),
  `app` LowCardinality(String) CODEC(ZSTD(1)),
  `team` LowCardinality(String) CODEC(ZSTD(1)),
  `env` LowCardinality(String) CODEC(ZSTD(1)),
  `key_name` LowCardinality(String) CODEC(ZSTD(1)),
  `customer` LowCardinality(String) CODEC(ZSTD(1)),
  `tier` LowCardinality(String) CODEC(ZSTD(1)),
  `feature` LowCardinality(String) CODEC(ZSTD(1)),
  `session` String CODEC(ZSTD(1)),
  `prompt_name` LowCardinality(String) CODEC(ZSTD(1)),
  `prompt_version` LowCardinality(String) CODEC(ZSTD(1)),
  `prompt_fingerprint` FixedString(32) CODEC(ZSTD(1)),
  `tags` Map(LowCardinality(String), String) CODEC(ZSTD(1)),
  `trace_id` String CODEC(ZSTD(1)),
  `dialect` LowCardinality(String) CODEC(ZSTD(1)),
  `endpoint` LowCardinality(String) CODEC(ZSTD(1)),
  `route` LowCardinality(String) CODEC(ZSTD(1)),
  `model_asked` LowCardinality(String) CODEC(ZSTD(1)),
  `segment` LowCardinality(String) CODEC(ZSTD(1)),
  `streamed` Bool CODEC(ZSTD(1)),
  `role` LowCardinality(String) CODEC(ZSTD(1)),
  `pair_id` String CODEC(ZSTD(1)),
  `policy_id` LowCardinality(String) CODEC(ZSTD(1)),
  `policy_version` UInt32 CODEC(T64, ZSTD(1)),
  `policy_role` LowCardinality(String) CODEC(ZSTD(1)),
  `candidates` Array(LowCardinality(String)) CODEC(ZSTD(1)),
  `probabilities` Array(Float64) CODEC(ZSTD(1)),
  `excluded` Map(LowCardinality(String), String) CODEC(ZSTD(1)),
  `draw_u` Float64 CODEC(ZSTD(1)),
  `draw_n` UInt16 CODEC(T64, ZSTD(1)),
  `unit_kind` LowCardinality(String) CODEC(ZSTD(1)),
  `unit_hash` FixedString(32) CODEC(ZSTD(1)),
  `salt_id` LowCardinality(String) CODEC(ZSTD(1)),
  `sticky_version` UInt32 CODEC(T64, ZSTD(1)),
  `sticky_hit` Bool CODEC(ZSTD(1)),
  `override_source` LowCardinality(String) CODEC(ZSTD(1)),
  `candidate_assigned` LowCardinality(String) CODEC(ZSTD(1)),
  `propensity` Float64 CODEC(ZSTD(1)),
  `candidate_served` LowCardinality(String) CODEC(ZSTD(1)),
  `provider` LowCardinality(String) CODEC(ZSTD(1)),
  `model` LowCardinality(String) CODEC(ZSTD(1)),
  `model_reported` LowCardinality(String) CODEC(ZSTD(1)),
  `region` LowCardinality(String) CODEC(ZSTD(1)),
  `attempt_count` UInt16 CODEC(T64, ZSTD(1)),
  `fallback_used` Bool CODEC(ZSTD(1)),
  `recovery_mode` LowCardinality(String) CODEC(ZSTD(1)),
  `stitched_at_chars` UInt32 CODEC(T64, ZSTD(1)),
  `cache` LowCardinality(String) CODEC(ZSTD(1)),
  `cache_score` Nullable(Float64) CODEC(ZSTD(1)),
  `cache_saved_usd` Nullable(Decimal(18, 12)) CODEC(T64, ZSTD(1)),
  `input_tokens` UInt32 CODEC(T64, ZSTD(1)),
  `cached_input_tokens` UInt32 CODEC(T64, ZSTD(1)),
  `cache_write_tokens` UInt32 CODEC(T64, ZSTD(1)),
  `output_tokens` UInt32 CODEC(T64, ZSTD(1)),
  `reasoning_tokens` UInt32 CODEC(T64, ZSTD(1)),
  `usage_classes` Map(LowCardinality(String), Float64) CODEC(ZSTD(1)),
  `usage_source` LowCardinality(String) CODEC(ZSTD(1)),
  `service_tier` LowCardinality(String) CODEC(ZSTD(1)),
  `cost_usd` Nullable(Decimal(18, 12)) CODEC(T64, ZSTD(1)),
  `cost_reported_usd` Nullable(Decimal(18, 12)) CODEC(T64, ZSTD(1)),
  `baseline_usd` Nullable(Decimal(18, 12)) CODEC(T64, ZSTD(1)),
  `price_valid_from` Date CODEC(T64, ZSTD(1)),
  `price_assumed` Bool CODEC(ZSTD(1)),
  `quality` Nullable(Float64) CODEC(ZSTD(1)),
  `pii_counts` Map(LowCardinality(String), UInt32) CODEC(ZSTD(1)),
  `pii_action` LowCardinality(String) CODEC(ZSTD(1)),
  `guard_verdict` LowCardinality(String) CODEC(ZSTD(1)),
  `status` LowCardinality(String) CODEC(ZSTD(1)),
  `http_status` UInt16 CODEC(T64, ZSTD(1)),
  `error_code` LowCardinality(String) CODEC(ZSTD(1)),
  `finish_reason` LowCardinality(String) CODEC(ZSTD(1)),
  `duration_ms` Float32 CODEC(ZSTD(1)),
  `first_token_ms` Nullable(Float32) CODEC(ZSTD(1)),
  `overhead_us` UInt32 CODEC(T64, ZSTD(1)),
  `dropped_fields` Array(LowCardinality(String)) CODEC(ZSTD(1)),
  `request_bytes` UInt32 CODEC(T64, ZSTD(1)),
  `response_bytes` UInt32 CODEC(T64, ZSTD(1)),
  `cost_catalog_usd` Nullable(Decimal(18, 12)) CODEC(T64, ZSTD(1)),
  `charge_usd` Nullable(Decimal(18, 12)) CODEC(T64, ZSTD(1)),
  `price_zone` LowCardinality(String) CODEC(ZSTD(1)),
  `speed` LowCardinality(String) CODEC(ZSTD(1)),
  `cache_guard` LowCardinality(String) CODEC(ZSTD(1)),
  `cache_entry_id` String CODEC(ZSTD(1)),
  `cache_age_s` UInt32 CODEC(T64, ZSTD(1)),
  `cache_tau` Nullable(Float64) CODEC(ZSTD(1)),
  `cache_saved_ms` Nullable(Float32) CODEC(ZSTD(1)),
  `coalesced` Bool CODEC(ZSTD(1)),
  `guard_score` UInt16 CODEC(T64, ZSTD(1)),
  `mask_rules_version` LowCardinality(String) CODEC(ZSTD(1)),
  `pii_scan_us` UInt32 CODEC(T64, ZSTD(1)),
  `unscanned_parts` UInt16 CODEC(T64, ZSTD(1)),
  `placeholder_unknown` UInt16 CODEC(T64, ZSTD(1)),
  `ingested_at` DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC') CODEC(Delta(8), ZSTD(1))
)
ENGINE = MergeTree
PARTITION BY toMonday(ts)
ORDER BY (customer, toStartOfHour(ts), model, ts)
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1, materialize_ttl_recalculate_only = 1, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS `sidelight`.`attempts`
(
  `ts` DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
  `request_id` UUID CODEC(ZSTD(1)),
  `attempt` UInt16 CODEC(T64, ZSTD(1)),
  `sidecar_id` LowCardinality(String) CODEC(ZSTD(1)),
  `candidate` LowCardinality(String) CODEC(ZSTD(1)),
  `provider` LowCardinality(String) CODEC(ZSTD(1)),
  `model` LowCardinality(String) CODEC(ZSTD(1)),
  `region` LowCardinality(String) CODEC(ZSTD(1)),
  `outcome` LowCardinality(String) CODEC(ZSTD(1)),
  `http_status` UInt16 CODEC(T64, ZSTD(1)),
  `error_code` LowCardinality(String) CODEC(ZSTD(1)),
  `duration_ms` Float32 CODEC(ZSTD(1)),
  `first_token_ms` Nullable(Float32) CODEC(ZSTD(1)),
  `input_tokens` UInt32 CODEC(T64, ZSTD(1)),
  `cached_input_tokens` UInt32 CODEC(T64, ZSTD(1)),
  `cache_write_tokens` UInt32 CODEC(T64, ZSTD(1)),
  `output_tokens` UInt32 CODEC(T64, ZSTD(1)),
  `usage_classes` Map(LowCardinality(String), Float64) CODEC(ZSTD(1)),
  `usage_source` LowCardinality(String) CODEC(ZSTD(1)),
  `cost_usd` Nullable(Decimal(18, 12)) CODEC(T64, ZSTD(1)),
  `price_valid_from` Date CODEC(T64, ZSTD(1)),
  `upstream_request_id` String CODEC(ZSTD(1)),
  `model_reported` LowCardinality(String) CODEC(ZSTD(1)),
  `reasoning_tokens` UInt32 CODEC(T64, ZSTD(1)),
  `service_tier` LowCardinality(String) CODEC(ZSTD(1)),
  `price_zone` LowCardinality(String) CODEC(ZSTD(1)),
  `speed` LowCardinality(String) CODEC(ZSTD(1)),
  `price_model` LowCardinality(String) CODEC(ZSTD(1)),
  `price_option` LowCardinality(String) CODEC(ZSTD(1)),
  `price_assumed` Bool CODEC(ZSTD(1)),
  `cost_catalog_usd` Nullable(Decimal(18, 12)) CODEC(T64, ZSTD(1)),
  `ingested_at` DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC') CODEC(Delta(8), ZSTD(1))
)
ENGINE = MergeTree
PARTITION BY toMonday(ts)
ORDER BY (provider, model, toStartOfHour(ts), request_id)
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1, materialize_ttl_recalculate_only = 1, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS `sidelight`.`feedback`
(
  `ts` DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
  `request_id` UUID CODEC(ZSTD(1)),
  `name` LowCardinality(String) CODEC(ZSTD(1)),
  `value` Float64 CODEC(ZSTD(1)),
  `comment` String CODEC(ZSTD(1)),
  `app` LowCardinality(String) CODEC(ZSTD(1)),
  `key_name` LowCardinality(String) CODEC(ZSTD(1)),
  `customer` LowCardinality(String) CODEC(ZSTD(1)),
  `sidecar_id` LowCardinality(String) CODEC(ZSTD(1)),
  `boot` UInt32 CODEC(T64, ZSTD(1)),
  `worker` UInt16 CODEC(T64, ZSTD(1)),
  `seq` UInt64 CODEC(Delta(8), ZSTD(1)),
  `schema_version` UInt8 CODEC(T64, ZSTD(1)),
  `ingested_at` DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC') CODEC(Delta(8), ZSTD(1))
)
ENGINE = MergeTree
PARTITION BY toMonday(ts)
ORDER BY (name, toStartOfHour(ts), request_id)
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1, materialize_ttl_recalculate_only = 1, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS `sidelight`.`self_audit`
(
  `ts` DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
  `day` Date CODEC(T64, ZSTD(1)),
  `of_table` LowCardinality(String) CODEC(ZSTD(1)),
  `sidecar_id` LowCardinality(String) CODEC(ZSTD(1)),
  `boot` UInt32 CODEC(T64, ZSTD(1)),
  `worker` UInt16 CODEC(T64, ZSTD(1)),
  `seen` UInt64 CODEC(Delta(8), ZSTD(1)),
  `spooled` UInt64 CODEC(Delta(8), ZSTD(1)),
  `lost` UInt64 CODEC(Delta(8), ZSTD(1)),
  `losses` Map(LowCardinality(String), UInt32) CODEC(ZSTD(1)),
  `seq_min` UInt64 CODEC(Delta(8), ZSTD(1)),
  `seq_max` UInt64 CODEC(Delta(8), ZSTD(1)),
  `schema_version` UInt8 CODEC(T64, ZSTD(1))
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(day)
ORDER BY (day, sidecar_id, boot, worker, ts)
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1, materialize_ttl_recalculate_only = 1, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS `sidelight`.`scores`
(
  `ts` DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
  `request_id` UUID CODEC(ZSTD(1)),
  `item` String CODEC(ZSTD(1)),
  `scorer` LowCardinality(String) CODEC(ZSTD(1)),
  `scorer_version` LowCardinality(String) CODEC(ZSTD(1)),
  `version` UInt64 CODEC(Delta(8), ZSTD(1)),
  `origin` LowCardinality(String) CODEC(ZSTD(1)),
  `pair_id` String CODEC(ZSTD(1)),
  `run_id` String CODEC(ZSTD(1)),
  `app` LowCardinality(String) CODEC(ZSTD(1)),
  `customer` LowCardinality(String) CODEC(ZSTD(1)),
  `route` LowCardinality(String) CODEC(ZSTD(1)),
  `segment` LowCardinality(String) CODEC(ZSTD(1)),
  `candidate` LowCardinality(String) CODEC(ZSTD(1)),
  `policy_version` UInt32 CODEC(T64, ZSTD(1)),
  `policy_role` LowCardinality(String) CODEC(ZSTD(1)),
  `unit_hash` FixedString(32) CODEC(ZSTD(1)),
  `propensity` Float64 CODEC(ZSTD(1)),
  `inclusion` Float64 CODEC(ZSTD(1)),
  `score` Nullable(Float64) CODEC(ZSTD(1)),
  `reason` LowCardinality(String) CODEC(ZSTD(1)),
  `cost_usd` Nullable(Decimal(18, 12)) CODEC(T64, ZSTD(1)),
  `judge_cost_usd` Nullable(Decimal(18, 12)) CODEC(T64, ZSTD(1)),
  `duration_ms` Float32 CODEC(ZSTD(1)),
  `first_token_ms` Nullable(Float32) CODEC(ZSTD(1))
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY toMonday(ts)
ORDER BY (scorer, route, toDate(ts), request_id, scorer_version, item, candidate)
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1, materialize_ttl_recalculate_only = 1, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS `sidelight`.`contents`
(
  `ts` DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
  `request_id` UUID CODEC(ZSTD(1)),
  `app` LowCardinality(String) CODEC(ZSTD(1)),
  `customer` LowCardinality(String) CODEC(ZSTD(1)),
  `route` LowCardinality(String) CODEC(ZSTD(1)),
  `prompt` String CODEC(ZSTD(6)),
  `answer` String CODEC(ZSTD(6)),
  `prompt_bytes` UInt32 CODEC(T64, ZSTD(1)),
  `answer_bytes` UInt32 CODEC(T64, ZSTD(1)),
  `truncated` Bool CODEC(ZSTD(1)),
  `mask_rules_version` LowCardinality(String) CODEC(ZSTD(1))
)
ENGINE = MergeTree
PARTITION BY toDate(ts)
ORDER BY (customer, toStartOfHour(ts), request_id)
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1, materialize_ttl_recalculate_only = 1, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS `sidelight`.`cache_audits`
(
  `ts` DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
  `request_id` UUID CODEC(ZSTD(1)),
  `app` LowCardinality(String) CODEC(ZSTD(1)),
  `customer` LowCardinality(String) CODEC(ZSTD(1)),
  `route` LowCardinality(String) CODEC(ZSTD(1)),
  `tier` LowCardinality(String) CODEC(ZSTD(1)),
  `entry_id` String CODEC(ZSTD(1)),
  `score` Float64 CODEC(ZSTD(1)),
  `tau` Float64 CODEC(ZSTD(1)),
  `delta` Float64 CODEC(ZSTD(1)),
  `guard` LowCardinality(String) CODEC(ZSTD(1)),
  `label` LowCardinality(String) CODEC(ZSTD(1)),
  `label_source` LowCardinality(String) CODEC(ZSTD(1)),
  `method` LowCardinality(String) CODEC(ZSTD(1)),
  `sampling_p` Float64 CODEC(ZSTD(1)),
  `entry_age_s` UInt32 CODEC(T64, ZSTD(1)),
  `cost_usd` Nullable(Decimal(18, 12)) CODEC(T64, ZSTD(1)),
  `action` LowCardinality(String) CODEC(ZSTD(1)),
  `cache` String ALIAS tier,
  `cache_score` Float64 ALIAS score,
  `false_hit` UInt8 ALIAS label = 'disagree'
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(ts)
ORDER BY (route, tier, ts)
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1, materialize_ttl_recalculate_only = 1, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS `sidelight`.`routing_policies`
(
  `ts` DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
  `route` LowCardinality(String) CODEC(ZSTD(1)),
  `version` UInt32 CODEC(T64, ZSTD(1)),
  `parent` UInt32 CODEC(T64, ZSTD(1)),
  `policy_id` String CODEC(ZSTD(1)),
  `action` LowCardinality(String) CODEC(ZSTD(1)),
  `actor` LowCardinality(String) CODEC(ZSTD(1)),
  `reason` String CODEC(ZSTD(1)),
  `run_id` String CODEC(ZSTD(1)),
  `not_before` DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
  `weights` Map(LowCardinality(String), Float64) CODEC(ZSTD(1)),
  `document` String CODEC(ZSTD(6))
)
ENGINE = MergeTree
ORDER BY (route, version, ts)
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1, materialize_ttl_recalculate_only = 1, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS `sidelight`.`eval_runs`
(
  `ts` DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
  `run_id` String CODEC(ZSTD(1)),
  `kind` LowCardinality(String) CODEC(ZSTD(1)),
  `stage` LowCardinality(String) CODEC(ZSTD(1)),
  `route` LowCardinality(String) CODEC(ZSTD(1)),
  `status` LowCardinality(String) CODEC(ZSTD(1)),
  `exit_code` UInt8 CODEC(T64, ZSTD(1)),
  `asked` UInt32 CODEC(T64, ZSTD(1)),
  `scored` UInt32 CODEC(T64, ZSTD(1)),
  `failed` UInt32 CODEC(T64, ZSTD(1)),
  `skipped` UInt32 CODEC(T64, ZSTD(1)),
  `spend_usd` Nullable(Decimal(18, 12)) CODEC(T64, ZSTD(1)),
  `duration_ms` Float32 CODEC(ZSTD(1)),
  `applied` Bool CODEC(ZSTD(1)),
  `policy_version` UInt32 CODEC(T64, ZSTD(1)),
  `reason` String CODEC(ZSTD(1)),
  `figures` Map(LowCardinality(String), Float64) CODEC(ZSTD(1))
)
ENGINE = MergeTree
ORDER BY (ts, run_id, stage, route)
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1, materialize_ttl_recalculate_only = 1, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS `sidelight`.`budgets`
(
  `updated_at` DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
  `scope` LowCardinality(String) CODEC(ZSTD(1)),
  `key` String CODEC(ZSTD(1)),
  `period` LowCardinality(String) CODEC(ZSTD(1)),
  `limit_usd` Decimal(18, 12) CODEC(T64, ZSTD(1)),
  `actor` LowCardinality(String) CODEC(ZSTD(1))
)
ENGINE = MergeTree
ORDER BY (scope, key, period, updated_at)
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1, materialize_ttl_recalculate_only = 1, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS `sidelight`.`audit_log`
(
  `ts` DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
  `actor` LowCardinality(String) CODEC(ZSTD(1)),
  `action` LowCardinality(String) CODEC(ZSTD(1)),
  `subject` LowCardinality(String) CODEC(ZSTD(1)),
  `salt` String CODEC(ZSTD(1)),
  `details` Map(LowCardinality(String), String) CODEC(ZSTD(1)),
  `counts` Map(LowCardinality(String), Float64) CODEC(ZSTD(1))
)
ENGINE = MergeTree
ORDER BY (ts, action)
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1, materialize_ttl_recalculate_only = 1, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS `sidelight`.`usage_hourly`
(
  `customer` LowCardinality(String) CODEC(ZSTD(1)),
  `hour` DateTime('UTC') CODEC(Delta(4), ZSTD(1)),
  `app` LowCardinality(String) CODEC(ZSTD(1)),
  `team` LowCardinality(String) CODEC(ZSTD(1)),
  `feature` LowCardinality(String) CODEC(ZSTD(1)),
  `route` LowCardinality(String) CODEC(ZSTD(1)),
  `provider` LowCardinality(String) CODEC(ZSTD(1)),
  `model` LowCardinality(String) CODEC(ZSTD(1)),
  `env` LowCardinality(String) CODEC(ZSTD(1)),
  `role` LowCardinality(String) CODEC(ZSTD(1)),
  `requests` SimpleAggregateFunction(sum, Int64) CODEC(T64, ZSTD(1)),
  `errors` SimpleAggregateFunction(sum, Int64) CODEC(T64, ZSTD(1)),
  `blocked` SimpleAggregateFunction(sum, Int64) CODEC(T64, ZSTD(1)),
  `truncated` SimpleAggregateFunction(sum, Int64) CODEC(T64, ZSTD(1)),
  `client_aborts` SimpleAggregateFunction(sum, Int64) CODEC(T64, ZSTD(1)),
  `cache_hits` SimpleAggregateFunction(sum, Int64) CODEC(T64, ZSTD(1)),
  `cache_asked` SimpleAggregateFunction(sum, Int64) CODEC(T64, ZSTD(1)),
  `fallbacks` SimpleAggregateFunction(sum, Int64) CODEC(T64, ZSTD(1)),
  `attempts` SimpleAggregateFunction(sum, Int64) CODEC(T64, ZSTD(1)),
  `input_tokens` SimpleAggregateFunction(sum, Int64) CODEC(T64, ZSTD(1)),
  `cached_input_tokens` SimpleAggregateFunction(sum, Int64) CODEC(T64, ZSTD(1)),
  `cache_write_tokens` SimpleAggregateFunction(sum, Int64) CODEC(T64, ZSTD(1)),
  `output_tokens` SimpleAggregateFunction(sum, Int64) CODEC(T64, ZSTD(1)),
  `reasoning_tokens` SimpleAggregateFunction(sum, Int64) CODEC(T64, ZSTD(1)),
  `cost_usd` SimpleAggregateFunction(sum, Decimal(38, 12)) CODEC(ZSTD(1)),
  `unpriced` SimpleAggregateFunction(sum, Int64) CODEC(T64, ZSTD(1)),
  `charge_usd` SimpleAggregateFunction(sum, Decimal(38, 12)) CODEC(ZSTD(1)),
  `baseline_usd` SimpleAggregateFunction(sum, Decimal(38, 12)) CODEC(ZSTD(1)),
  `compared_usd` SimpleAggregateFunction(sum, Decimal(38, 12)) CODEC(ZSTD(1)),
  `cache_saved_usd` SimpleAggregateFunction(sum, Decimal(38, 12)) CODEC(ZSTD(1)),
  `estimated` SimpleAggregateFunction(sum, Int64) CODEC(T64, ZSTD(1)),
  `last_ts` SimpleAggregateFunction(max, DateTime('UTC')) CODEC(ZSTD(1))
)
ENGINE = SummingMergeTree
PARTITION BY toYYYYMM(hour)
ORDER BY (customer, hour, app, team, feature, route, provider, model, env, role)
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1, materialize_ttl_recalculate_only = 1, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE MATERIALIZED VIEW IF NOT EXISTS `sidelight`.`usage_hourly_view`
TO `sidelight`.`usage_hourly`
AS SELECT r.customer AS customer, toStartOfHour(r.ts) AS hour, r.app AS app, r.team AS team, r.feature AS feature,
  r.route AS route, r.provider AS provider, r.model AS model, r.env AS env, r.role AS role,
  count() AS requests,
  countIf(r.status = 'error') AS errors,
  countIf(r.status = 'blocked') AS blocked,
  countIf(r.status = 'truncated') AS truncated,
  countIf(r.status = 'client_abort') AS client_aborts,
  countIf(r.cache IN ('exact', 'lexical', 'semantic', 'stale')) AS cache_hits,
  countIf(r.cache != 'off') AS cache_asked,
  countIf(r.fallback_used) AS fallbacks,
  sum(toInt64(r.attempt_count)) AS attempts,
  sum(toInt64(r.input_tokens)) AS input_tokens,
  sum(toInt64(r.cached_input_tokens)) AS cached_input_tokens,
  sum(toInt64(r.cache_write_tokens)) AS cache_write_tokens,
  sum(toInt64(r.output_tokens)) AS output_tokens,
  sum(toInt64(r.reasoning_tokens)) AS reasoning_tokens,
  sum(ifNull(r.cost_usd, 0)) AS cost_usd,
  countIf(r.cost_usd IS NULL) AS unpriced,
  sum(ifNull(r.charge_usd, 0)) AS charge_usd,
  sum(ifNull(r.baseline_usd, 0)) AS baseline_usd,
  sum(if(r.baseline_usd IS NULL, 0, ifNull(r.cost_usd, 0))) AS compared_usd,
  sum(ifNull(r.cache_saved_usd, 0)) AS cache_saved_usd,
  countIf(r.usage_source IN ('counted', 'estimated')) AS estimated,
  max(toDateTime(r.ts, 'UTC')) AS last_ts
FROM `sidelight`.`requests` AS r
GROUP BY customer, hour, app, team, feature, route, provider, model, env, role;

CREATE TABLE IF NOT EXISTS `sidelight`.`usage_daily`
(
  `customer` LowCardinality(String) CODEC(ZSTD(1)),
  `day` Date CODEC(T64, ZSTD(1)),
  `app` LowCardinality(String) CODEC(ZSTD(1)),
  `model` LowCardinality(String) CODEC(ZSTD(1)),
  `provider` LowCardinality(String) CODEC(ZSTD(1)),
  `role` LowCardinality(String) CODEC(ZSTD(1)),
  `requests` SimpleAggregateFunction(sum, Int64) CODEC(T64, ZSTD(1)),
  `failures` SimpleAggregateFunction(sum, Int64) CODEC(T64, ZSTD(1)),
  `cache_hits` SimpleAggregateFunction(sum, Int64) CODEC(T64, ZSTD(1)),
  `input_tokens` SimpleAggregateFunction(sum, Int64) CODEC(T64, ZSTD(1)),
  `cached_input_tokens` SimpleAggregateFunction(sum, Int64) CODEC(T64, ZSTD(1)),
  `output_tokens` SimpleAggregateFunction(sum, Int64) CODEC(T64, ZSTD(1)),
  `cost_usd` SimpleAggregateFunction(sum, Decimal(38, 12)) CODEC(ZSTD(1)),
  `unpriced` SimpleAggregateFunction(sum, Int64) CODEC(T64, ZSTD(1)),
  `charge_usd` SimpleAggregateFunction(sum, Decimal(38, 12)) CODEC(ZSTD(1)),
  `cache_saved_usd` SimpleAggregateFunction(sum, Decimal(38, 12)) CODEC(ZSTD(1))
)
ENGINE = SummingMergeTree
PARTITION BY toYYYYMM(day)
ORDER BY (customer, day, app, model, provider, role)
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1, materialize_ttl_recalculate_only = 1, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE MATERIALIZED VIEW IF NOT EXISTS `sidelight`.`usage_daily_view`
TO `sidelight`.`usage_daily`
AS SELECT r.customer AS customer, toDate(r.ts, 'UTC') AS day, r.app AS app, r.model AS model, r.provider AS provider,
  r.role AS role,
  count() AS requests,
  countIf(r.status IN ('error', 'truncated')) AS failures,
  countIf(r.cache IN ('exact', 'lexical', 'semantic', 'stale')) AS cache_hits,
  sum(toInt64(r.input_tokens)) AS input_tokens,
  sum(toInt64(r.cached_input_tokens)) AS cached_input_tokens,
  sum(toInt64(r.output_tokens)) AS output_tokens,
  sum(ifNull(r.cost_usd, 0)) AS cost_usd,
  countIf(r.cost_usd IS NULL) AS unpriced,
  sum(ifNull(r.charge_usd, 0)) AS charge_usd,
  sum(ifNull(r.cache_saved_usd, 0)) AS cache_saved_usd
FROM `sidelight`.`requests` AS r
GROUP BY customer, day, app, model, provider, role;

CREATE TABLE IF NOT EXISTS `sidelight`.`latency_1m`
(
  `minute` DateTime('UTC') CODEC(Delta(4), ZSTD(1)),
  `route` LowCardinality(String) CODEC(ZSTD(1)),
  `provider` LowCardinality(String) CODEC(ZSTD(1)),
  `model` LowCardinality(String) CODEC(ZSTD(1)),
  `env` LowCardinality(String) CODEC(ZSTD(1)),
  `requests` SimpleAggregateFunction(sum, Int64) CODEC(T64, ZSTD(1)),
  `errors` SimpleAggregateFunction(sum, Int64) CODEC(T64, ZSTD(1)),
  `blocked` SimpleAggregateFunction(sum, Int64) CODEC(T64, ZSTD(1)),
  `truncated` SimpleAggregateFunction(sum, Int64) CODEC(T64, ZSTD(1)),
  `client_aborts` SimpleAggregateFunction(sum, Int64) CODEC(T64, ZSTD(1)),
  `cache_off` SimpleAggregateFunction(sum, Int64) CODEC(T64, ZSTD(1)),
  `cache_miss` SimpleAggregateFunction(sum, Int64) CODEC(T64, ZSTD(1)),
  `cache_exact` SimpleAggregateFunction(sum, Int64) CODEC(T64, ZSTD(1)),
  `cache_lexical` SimpleAggregateFunction(sum, Int64) CODEC(T64, ZSTD(1)),
  `cache_semantic` SimpleAggregateFunction(sum, Int64) CODEC(T64, ZSTD(1)),
  `cache_stale` SimpleAggregateFunction(sum, Int64) CODEC(T64, ZSTD(1)),
  `fallbacks` SimpleAggregateFunction(sum, Int64) CODEC(T64, ZSTD(1)),
  `attempts` SimpleAggregateFunction(sum, Int64) CODEC(T64, ZSTD(1)),
  `output_tokens` SimpleAggregateFunction(sum, Int64) CODEC(T64, ZSTD(1)),
  `duration_ms_sum` SimpleAggregateFunction(sum, Float64) CODEC(ZSTD(1)),
  `first_token_ms_sum` SimpleAggregateFunction(sum, Float64) CODEC(ZSTD(1)),
  `first_tokens` SimpleAggregateFunction(sum, Int64) CODEC(T64, ZSTD(1)),
  `overhead_us_sum` SimpleAggregateFunction(sum, Int64) CODEC(T64, ZSTD(1))
)
ENGINE = SummingMergeTree
PARTITION BY toMonday(minute)
ORDER BY (minute, route, provider, model, env)
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1, materialize_ttl_recalculate_only = 1, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE MATERIALIZED VIEW IF NOT EXISTS `sidelight`.`latency_1m_view`
TO `sidelight`.`latency_1m`
AS SELECT toStartOfMinute(r.ts) AS minute, r.route AS route, r.provider AS provider, r.model AS model, r.env AS env,
  count() AS requests,
  countIf(r.status = 'error') AS errors,
  countIf(r.status = 'blocked') AS blocked,
  countIf(r.status = 'truncated') AS truncated,
  countIf(r.status = 'client_abort') AS client_aborts,
  countIf(r.cache = 'off') AS cache_off,
  countIf(r.cache = 'miss') AS cache_miss,
  countIf(r.cache = 'exact') AS cache_exact,
  countIf(r.cache = 'lexical') AS cache_lexical,
  countIf(r.cache = 'semantic') AS cache_semantic,
  countIf(r.cache = 'stale') AS cache_stale,
  countIf(r.fallback_used) AS fallbacks,
  sum(toInt64(r.attempt_count)) AS attempts,
  sum(toInt64(r.output_tokens)) AS output_tokens,
  sum(toFloat64(r.duration_ms)) AS duration_ms_sum,
  sum(toFloat64(ifNull(r.first_token_ms, 0))) AS first_token_ms_sum,
  countIf(r.first_token_ms IS NOT NULL) AS first_tokens,
  sum(toInt64(r.overhead_us)) AS overhead_us_sum
FROM `sidelight`.`requests` AS r
WHERE r.role = 'primary'
GROUP BY minute, route, provider, model, env;

CREATE TABLE IF NOT EXISTS `sidelight`.`latency_1h`
(
  `hour` DateTime('UTC') CODEC(Delta(4), ZSTD(1)),
  `route` LowCardinality(String) CODEC(ZSTD(1)),
  `provider` LowCardinality(String) CODEC(ZSTD(1)),
  `model` LowCardinality(String) CODEC(ZSTD(1)),
  `env` LowCardinality(String) CODEC(ZSTD(1)),
  `requests` SimpleAggregateFunction(sum, Int64) CODEC(T64, ZSTD(1)),
  `errors` SimpleAggregateFunction(sum, Int64) CODEC(T64, ZSTD(1)),
  `blocked` SimpleAggregateFunction(sum, Int64) CODEC(T64, ZSTD(1)),
  `truncated` SimpleAggregateFunction(sum, Int64) CODEC(T64, ZSTD(1)),
  `client_aborts` SimpleAggregateFunction(sum, Int64) CODEC(T64, ZSTD(1)),
  `cache_asked` SimpleAggregateFunction(sum, Int64) CODEC(T64, ZSTD(1)),
  `cache_hits` SimpleAggregateFunction(sum, Int64) CODEC(T64, ZSTD(1)),
  `fallbacks` SimpleAggregateFunction(sum, Int64) CODEC(T64, ZSTD(1)),
  `output_tokens` SimpleAggregateFunction(sum, Int64) CODEC(T64, ZSTD(1)),
  `duration_ms_sum` SimpleAggregateFunction(sum, Float64) CODEC(ZSTD(1)),
  `duration_digest` AggregateFunction(quantilesTDigest(0.5, 0.95, 0.99), Float32) CODEC(ZSTD(1)),
  `first_token_digest` AggregateFunction(quantilesTDigest(0.5, 0.95, 0.99), Float32) CODEC(ZSTD(1)),
  `customers` AggregateFunction(uniqCombined(12), String) CODEC(ZSTD(1))
)
ENGINE = AggregatingMergeTree
PARTITION BY toYYYYMM(hour)
ORDER BY (hour, route, provider, model, env)
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1, materialize_ttl_recalculate_only = 1, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE MATERIALIZED VIEW IF NOT EXISTS `sidelight`.`latency_1h_view`
TO `sidelight`.`latency_1h`
AS SELECT toStartOfHour(r.ts) AS hour, r.route AS route, r.provider AS provider, r.model AS model, r.env AS env,
  count() AS requests,
  countIf(r.status = 'error') AS errors,
  countIf(r.status = 'blocked') AS blocked,
  countIf(r.status = 'truncated') AS truncated,
  countIf(r.status = 'client_abort') AS client_aborts,
  countIf(r.cache != 'off') AS cache_asked,
  countIf(r.cache IN ('exact', 'lexical', 'semantic', 'stale')) AS cache_hits,
  countIf(r.fallback_used) AS fallbacks,
  sum(toInt64(r.output_tokens)) AS output_tokens,
  sum(toFloat64(r.duration_ms)) AS duration_ms_sum,
  quantilesTDigestState(0.5, 0.95, 0.99)(r.duration_ms) AS duration_digest,
  quantilesTDigestStateIf(0.5, 0.95, 0.99)(ifNull(r.first_token_ms, 0),
    r.first_token_ms IS NOT NULL AND r.streamed AND r.cache IN ('off', 'miss')) AS first_token_digest,
  uniqCombinedStateIf(12)(toString(r.customer), r.customer != '') AS customers
FROM `sidelight`.`requests` AS r
WHERE r.role = 'primary'
GROUP BY hour, route, provider, model, env;

CREATE TABLE IF NOT EXISTS `sidelight`.`prompt_daily`
(
  `day` Date CODEC(T64, ZSTD(1)),
  `app` LowCardinality(String) CODEC(ZSTD(1)),
  `route` LowCardinality(String) CODEC(ZSTD(1)),
  `prompt_name` LowCardinality(String) CODEC(ZSTD(1)),
  `prompt_version` LowCardinality(String) CODEC(ZSTD(1)),
  `provider` LowCardinality(String) CODEC(ZSTD(1)),
  `model` LowCardinality(String) CODEC(ZSTD(1)),
  `env` LowCardinality(String) CODEC(ZSTD(1)),
  `requests` SimpleAggregateFunction(sum, Int64) CODEC(T64, ZSTD(1)),
  `failures` SimpleAggregateFunction(sum, Int64) CODEC(T64, ZSTD(1)),
  `cache_hits` SimpleAggregateFunction(sum, Int64) CODEC(T64, ZSTD(1)),
  `input_tokens` SimpleAggregateFunction(sum, Int64) CODEC(T64, ZSTD(1)),
  `output_tokens` SimpleAggregateFunction(sum, Int64) CODEC(T64, ZSTD(1)),
  `cost_usd` SimpleAggregateFunction(sum, Decimal(38, 12)) CODEC(ZSTD(1)),
  `unpriced` SimpleAggregateFunction(sum, Int64) CODEC(T64, ZSTD(1)),
  `duration_ms_sum` SimpleAggregateFunction(sum, Float64) CODEC(ZSTD(1)),
  `quality_sum` SimpleAggregateFunction(sum, Float64) CODEC(ZSTD(1)),
  `scored` SimpleAggregateFunction(sum, Int64) CODEC(T64, ZSTD(1))
)
ENGINE = SummingMergeTree
PARTITION BY toYYYYMM(day)
ORDER BY (day, app, route, prompt_name, prompt_version, provider, model, env)
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1, materialize_ttl_recalculate_only = 1, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE MATERIALIZED VIEW IF NOT EXISTS `sidelight`.`prompt_daily_view`
TO `sidelight`.`prompt_daily`
AS SELECT toDate(r.ts, 'UTC') AS day, r.app AS app, r.route AS route, r.prompt_name AS prompt_name,
  r.prompt_version AS prompt_version, r.provider AS provider, r.model AS model, r.env AS env,
  count() AS requests,
  countIf(r.status IN ('error', 'truncated')) AS failures,
  countIf(r.cache IN ('exact', 'lexical', 'semantic', 'stale')) AS cache_hits,
  sum(toInt64(r.input_tokens)) AS input_tokens,
  sum(toInt64(r.output_tokens)) AS output_tokens,
  sum(ifNull(r.cost_usd, 0)) AS cost_usd,
  countIf(r.cost_usd IS NULL) AS unpriced,
  sum(toFloat64(r.duration_ms)) AS duration_ms_sum,
  sum(ifNull(r.quality, 0)) AS quality_sum,
  countIf(r.quality IS NOT NULL) AS scored
FROM `sidelight`.`requests` AS r
WHERE r.role = 'primary'
GROUP BY day, app, route, prompt_name, prompt_version, provider, model, env;

CREATE TABLE IF NOT EXISTS `sidelight`.`candidate_1h`
(
  `route` LowCardinality(String) CODEC(ZSTD(1)),
  `segment` LowCardinality(String) CODEC(ZSTD(1)),
  `candidate` LowCardinality(String) CODEC(ZSTD(1)),
  `hour` DateTime('UTC') CODEC(Delta(4), ZSTD(1)),
  `policy_version` UInt32 CODEC(T64, ZSTD(1)),
  `policy_role` LowCardinality(String) CODEC(ZSTD(1)),
  `requests` SimpleAggregateFunction(sum, Int64) CODEC(T64, ZSTD(1)),
  `served` SimpleAggregateFunction(sum, Int64) CODEC(T64, ZSTD(1)),
  `errors` SimpleAggregateFunction(sum, Int64) CODEC(T64, ZSTD(1)),
  `cost_usd` SimpleAggregateFunction(sum, Decimal(38, 12)) CODEC(ZSTD(1)),
  `cost_usd_squares` SimpleAggregateFunction(sum, Float64) CODEC(ZSTD(1)),
  `unpriced` SimpleAggregateFunction(sum, Int64) CODEC(T64, ZSTD(1)),
  `baseline_usd` SimpleAggregateFunction(sum, Decimal(38, 12)) CODEC(ZSTD(1)),
  `compared_usd` SimpleAggregateFunction(sum, Decimal(38, 12)) CODEC(ZSTD(1)),
  `duration_ms_sum` SimpleAggregateFunction(sum, Float64) CODEC(ZSTD(1)),
  `duration_digest` AggregateFunction(quantilesTDigest(0.5, 0.95, 0.99), Float32) CODEC(ZSTD(1))
)
ENGINE = AggregatingMergeTree
PARTITION BY toYYYYMM(hour)
ORDER BY (route, segment, candidate, hour, policy_version, policy_role)
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1, materialize_ttl_recalculate_only = 1, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE MATERIALIZED VIEW IF NOT EXISTS `sidelight`.`candidate_1h_view`
TO `sidelight`.`candidate_1h`
AS SELECT r.route AS route, r.segment AS segment, r.candidate_assigned AS candidate, toStartOfHour(r.ts) AS hour,
  r.policy_version AS policy_version, r.policy_role AS policy_role,
  count() AS requests,
  countIf(r.candidate_served = r.candidate_assigned) AS served,
  countIf(r.status IN ('error', 'truncated')) AS errors,
  sum(ifNull(r.cost_usd, 0)) AS cost_usd,
  sum(pow(toFloat64(ifNull(r.cost_usd, 0)), 2)) AS cost_usd_squares,
  countIf(r.cost_usd IS NULL) AS unpriced,
  sum(ifNull(r.baseline_usd, 0)) AS baseline_usd,
  sum(if(r.baseline_usd IS NULL, 0, ifNull(r.cost_usd, 0))) AS compared_usd,
  sum(toFloat64(r.duration_ms)) AS duration_ms_sum,
  quantilesTDigestState(0.5, 0.95, 0.99)(r.duration_ms) AS duration_digest
FROM `sidelight`.`requests` AS r
WHERE r.role = 'primary' AND r.cache IN ('off', 'miss') AND r.candidate_assigned != ''
GROUP BY route, segment, candidate, hour, policy_version, policy_role;

CREATE TABLE IF NOT EXISTS `sidelight`.`prices`
(
  `provider` LowCardinality(String) CODEC(ZSTD(1)),
  `model` String CODEC(ZSTD(1)),
  `valid_from` Date CODEC(T64, ZSTD(1)),
  `window_from` UInt16 CODEC(T64, ZSTD(1)),
  `window_to` UInt16 CODEC(T64, ZSTD(1)),
  `above` Int64 CODEC(ZSTD(1)),
  `position` UInt16 CODEC(T64, ZSTD(1)),
  `mode` LowCardinality(String) CODEC(ZSTD(1)),
  `rates` Map(LowCardinality(String), Float64) CODEC(ZSTD(1)),
  `grains` Map(LowCardinality(String), UInt128) CODEC(ZSTD(1)),
  `services` Map(LowCardinality(String), Array(UInt64)) CODEC(ZSTD(1)),
  `zones` Map(LowCardinality(String), Array(UInt64)) CODEC(ZSTD(1)),
  `speeds` Map(LowCardinality(String), Array(UInt64)) CODEC(ZSTD(1)),
  `discount` Array(UInt64) CODEC(ZSTD(1)),
  `is_free` Bool CODEC(ZSTD(1)),
  `has_image_table` Bool CODEC(ZSTD(1)),
  `min_seconds` Float64 CODEC(ZSTD(1)),
  `source` LowCardinality(String) CODEC(ZSTD(1)),
  `catalog` LowCardinality(String) CODEC(ZSTD(1)),
  `version` UInt64 CODEC(Delta(8), ZSTD(1))
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (provider, model, valid_from, window_from, window_to, above)
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1, materialize_ttl_recalculate_only = 1, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE DICTIONARY IF NOT EXISTS `sidelight`.`price_sheets`
(
  `provider` String,
  `model` String,
  `valid_from` Date,
  `valid_to` Date,
  `above` Array(Int64),
  `window_from` Array(UInt16),
  `window_to` Array(UInt16),
  `entry_from` Array(Date),
  `grains` Array(Array(UInt128)),
  `services` Array(Map(String, Array(UInt64))),
  `rated` Array(UInt64),
  `zones` Map(String, Array(UInt64)),
  `speeds` Map(String, Array(UInt64)),
  `discount` Array(UInt64),
  `is_free` UInt8,
  `min_seconds` Float64,
  `has_image_table` UInt8
)
PRIMARY KEY provider, model
SOURCE(CLICKHOUSE(QUERY 'SELECT provider, model, period.1 AS valid_from, period.2 AS valid_to,
  arrayMap(s -> s.3, sheets) AS above,
  arrayMap(s -> s.4, sheets) AS window_from,
  arrayMap(s -> s.5, sheets) AS window_to,
  arrayMap(s -> s.6, sheets) AS entry_from,
  arrayMap(s -> s.7, sheets) AS grains,
  arrayMap(s -> s.8, sheets) AS services,
  arrayMap(s -> s.9, sheets) AS rated,
  any(zone_ratios) AS zones, any(speed_ratios) AS speeds, any(discount_ratio) AS discount,
  any(free) AS is_free, any(least_seconds) AS min_seconds, any(image_table) AS has_image_table,
  arraySort(s -> (s.1, -s.2, -s.3), groupArray((
    entry.window_to = 0, toInt32(entry.position), entry.above, entry.window_from, entry.window_to,
    entry.valid_from, entry.sheet_grains, entry.services, entry.rated))) AS sheets
FROM (
  SELECT provider, model, arrayJoin(arrayMap(
    (day, i) -> (day, if(i = length(days), toDate(\'2149-06-06\'), days[i + 1] - 1)),
    arraySort(groupUniqArray(valid_from)) AS days, arrayEnumerate(days))) AS period
  FROM `sidelight`.`prices` FINAL
  WHERE (provider, version) IN (SELECT provider, max(version) FROM `sidelight`.`prices` GROUP BY provider)
  GROUP BY provider, model
) AS span
INNER JOIN (
  WITH [\'input\', \'cache_read\', \'cache_write\', \'cache_write_1h\', \'input_audio\', \'cache_read_audio\', \'input_image\', \'cache_read_image\', \'input_video\', \'output\', \'output_audio\', \'output_image\', \'output_reasoning\', \'reasoning\', \'audio_seconds\', \'characters\', \'images\', \'input_images\', \'pages\', \'annotated_pages\', \'queries\', \'file_searches\', \'web_searches.low\', \'web_searches.medium\', \'web_searches.high\'] AS sheet_order
  SELECT provider, model, valid_from, window_from, window_to, above, position,
    arrayMap(name -> grains[name], sheet_order) AS sheet_grains,
    -- A bit for each rate that is there: a rate of 0 is a price, a missing one is none.
    arraySum(arrayMap((name, place) -> if(mapContains(grains, name), bitShiftLeft(toUInt64(1), place), 0),
      sheet_order, arrayEnumerate(sheet_order))) AS rated,
    CAST(services, \'Map(String, Array(UInt64))\') AS services,
    CAST(zones, \'Map(String, Array(UInt64))\') AS zone_ratios,
    CAST(speeds, \'Map(String, Array(UInt64))\') AS speed_ratios,
    discount AS discount_ratio, is_free AS free, min_seconds AS least_seconds, has_image_table AS image_table
  FROM `sidelight`.`prices` FINAL
  WHERE (provider, version) IN (SELECT provider, max(version) FROM `sidelight`.`prices` GROUP BY provider)
) AS entry USING (provider, model)
WHERE entry.valid_from <= period.1
GROUP BY provider, model, period'))
LAYOUT(complex_key_range_hashed())
RANGE(MIN valid_from MAX valid_to)
LIFETIME(MIN 240 MAX 360);

CREATE OR REPLACE VIEW `sidelight`.`attempt_prices`
AS WITH call AS (
  SELECT a.ts AS ts, a.request_id AS request_id, a.attempt AS attempt, toString(a.provider) AS provider,
    toString(a.model) AS model, a.cost_usd AS cost_usd, ifNull(a.cost_catalog_usd, a.cost_usd) AS recorded_usd,
    if(substring(toString(a.request_id), 15, 1) = '7', UUIDv7ToDateTime(a.request_id, 'UTC'), a.ts) AS at,
    toString(a.price_model) AS price_model, toString(a.model_reported) AS model_reported,
    CAST(a.usage_classes, 'Map(String, Float64)') AS used, toUInt64(a.reasoning_tokens) AS reasoning_tokens,
    lower(toString(a.service_tier)) AS tier_asked, lower(toString(a.price_zone)) AS place,
    lower(toString(a.speed)) AS pace, toString(a.price_option) AS price_option
  FROM `sidelight`.`attempts` AS a
),
named AS (
  SELECT *, toDate(at, 'UTC') AS day, toUInt16(toHour(at, 'UTC') * 60 + toMinute(at, 'UTC')) AS minute,
    if(price_model != '', price_model, arrayFirst(
      name -> dictHas('sidelight.price_sheets', (provider, name), day),
      arrayFlatten(arrayMap(
        name -> [name, replaceRegexpOne(name, '-[0-9]{4}-[0-9]{2}-[0-9]{2}$', ''), replaceRegexpOne(name, '[-@][0-9]{8}$', '')],
        [model_reported, model])))) AS listed_model,
    toUInt64(used['input']) + toUInt64(used['cache_read']) + toUInt64(used['cache_write']) + toUInt64(used['cache_write_1h']) + toUInt64(used['input_audio']) + toUInt64(used['cache_read_audio']) + toUInt64(used['input_image']) + toUInt64(used['cache_read_image']) + toUInt64(used['input_video']) AS total_input
  FROM call
),
listed AS (
  SELECT *, dictHas('sidelight.price_sheets', (provider, listed_model), day) AS is_listed,
    dictGet('sidelight.price_sheets', ('above', 'window_from', 'window_to', 'entry_from', 'grains', 'services', 'rated', 'zones',
      'speeds', 'discount', 'is_free', 'min_seconds', 'has_image_table'), (provider, listed_model), day) AS price
  FROM named
),
placed AS (
  SELECT *, arrayFirstIndex(
      (least, from, to) -> total_input > least
        AND (to = 0 OR if(from < to, minute >= from AND minute < to, minute >= from OR minute < to)),
      price.1, price.2, price.3) AS sheet,
    transform(tier_asked,
      ['', 'default', 'auto', 'standard', 'standard_only', 'on_demand', 'traffic_type_unspecified', 'on_demand_flex', 'on_demand_priority'],
      ['standard', 'standard', 'standard', 'standard', 'standard', 'standard', 'standard', 'flex', 'priority'], tier_asked) AS tier,
    used['output'] + used['output_audio'] + used['output_image'] + used['output_reasoning'] > 0 AS has_output,
    multiIf(price_option = 'low', 23, price_option = 'high', 25, 24) AS search_place
  FROM listed
),
rated AS (
  SELECT *, price.5[sheet] AS grains, price.7[sheet] AS rates,
    -- The denominator, then a numerator for each class of tokens.
    [price.6[sheet][tier], arrayWithConstant(14, toUInt64(1))][1 + (empty(price.6[sheet][tier]))] AS service,
    [price.8[place], [toUInt64(1), 1]][1 + (greatest(place IN ('', 'global', 'not_available'), empty(price.8[place])))] AS zone,
    [price.9[pace], [toUInt64(1), 1]][1 + (greatest(pace IN ('', 'standard', 'normal'), empty(price.9[pace])))] AS speed_ratio,
    least(reasoning_tokens, toUInt64(used['output'])) * bitTest(price.7[sheet], 14) AS reasoning,
    greatest(total_input > 0, has_output) AS has_tokens,
    toUInt64(used['web_searches']) AS searches,
    greatest(used['audio_seconds'], price.12) * (used['audio_seconds'] > 0) AS seconds,
    toUInt256('1000000000000000000') AS quintillion
  FROM placed
),
summed AS (
  SELECT *,
    (toUInt256(toUInt64(used['input'])) * grains[1] * service[2] + toUInt256(toUInt64(used['cache_read'])) * grains[2] * service[3] + toUInt256(toUInt64(used['cache_write'])) * grains[3] * service[4] + toUInt256(toUInt64(used['cache_write_1h'])) * grains[4] * service[5] + toUInt256(toUInt64(used['input_audio'])) * grains[5] * service[6] + toUInt256(toUInt64(used['cache_read_audio'])) * grains[6] * service[7] + toUInt256(toUInt64(used['input_image'])) * grains[7] * service[8] + toUInt256(toUInt64(used['cache_read_image'])) * grains[8] * service[9] + toUInt256(toUInt64(used['input_video'])) * grains[9] * service[10] + toUInt256((toUInt64(used['output']) - reasoning)) * grains[10] * service[11] + toUInt256(toUInt64(used['output_audio'])) * grains[11] * service[12] + toUInt256(toUInt64(used['output_image'])) * grains[12] * service[13] + toUInt256((toUInt64(used['output_reasoning']) + reasoning)) * grains[13] * service[14])
      * zone[1] * speed_ratio[1] AS token_sum,
    toUInt256((toUInt64(used['images']) * (1 - has_output))) * grains[17] + toUInt256(toUInt64(used['input_images'])) * grains[18] + toUInt256(toUInt64(used['pages'])) * grains[19] + toUInt256(toUInt64(used['annotated_pages'])) * grains[20] + toUInt256(toUInt64(used['queries'])) * grains[21] + toUInt256(toUInt64(used['file_searches'])) * grains[22] + toUInt256(toUInt64(used['characters'])) * grains[16]
      + toUInt256(searches) * grains[search_place] AS unit_sum,
    -- Seconds come with decimals: eighteen of them are taken, then rounded to one grain.
    toUInt256(toDecimal256(toString(seconds), 18) * toDecimal256('1000000000000000000', 0)) * grains[15] AS second_grains,
    toUInt256(service[1]) * zone[2] * speed_ratio[2] AS common,
    bitOr(
      bitShiftLeft(toUInt64(toUInt64(used['input']) > 0), 1) + bitShiftLeft(toUInt64(toUInt64(used['cache_read']) > 0), 2) + bitShiftLeft(toUInt64(toUInt64(used['cache_write']) > 0), 3) + bitShiftLeft(toUInt64(toUInt64(used['cache_write_1h']) > 0), 4) + bitShiftLeft(toUInt64(toUInt64(used['input_audio']) > 0), 5) + bitShiftLeft(toUInt64(toUInt64(used['cache_read_audio']) > 0), 6) + bitShiftLeft(toUInt64(toUInt64(used['input_image']) > 0), 7) + bitShiftLeft(toUInt64(toUInt64(used['cache_read_image']) > 0), 8) + bitShiftLeft(toUInt64(toUInt64(used['input_video']) > 0), 9) + bitShiftLeft(toUInt64((toUInt64(used['output']) - reasoning) > 0), 10) + bitShiftLeft(toUInt64(toUInt64(used['output_audio']) > 0), 11) + bitShiftLeft(toUInt64(toUInt64(used['output_image']) > 0), 12) + bitShiftLeft(toUInt64((toUInt64(used['output_reasoning']) + reasoning) > 0), 13) + bitShiftLeft(toUInt64((toUInt64(used['images']) * (1 - has_output)) > 0), 17) + bitShiftLeft(toUInt64(toUInt64(used['input_images']) > 0), 18) + bitShiftLeft(toUInt64(toUInt64(used['pages']) > 0), 19) + bitShiftLeft(toUInt64(toUInt64(used['annotated_pages']) > 0), 20) + bitShiftLeft(toUInt64(toUInt64(used['queries']) > 0), 21) + bitShiftLeft(toUInt64(toUInt64(used['file_searches']) > 0), 22),
      bitShiftLeft(toUInt64(searches > 0), search_place)
      -- Length of text or sound that came with tokens is the same thing counted twice.
      + (1 - has_tokens) * (bitShiftLeft(toUInt64(toUInt64(used['characters']) > 0), 16) + bitShiftLeft(toUInt64(seconds > 0), 15))
    ) AS needed
  FROM rated
),
heard AS (
  SELECT *, intDiv(second_grains, quintillion) AS second_floor, second_grains - second_floor * quintillion AS second_rest
  FROM summed
),
fraction AS (
  SELECT *,
    (token_sum + (unit_sum + second_floor + greatest(second_rest * 2 > quintillion, (second_rest * 2 = quintillion) * (second_floor % 2 = 1))) * common)
      * price.10[1] AS numerator,
    greatest(common * price.10[2] * toUInt256('3600000000000000'), toUInt256(1)) AS denominator
  FROM heard
),
divided AS (
  SELECT *, intDiv(numerator, denominator) AS floor_pico, (numerator - floor_pico * denominator) * 2 AS twice_rest FROM fraction
),
rounded AS (
  SELECT *, floor_pico + greatest(twice_rest > denominator, (twice_rest = denominator) * (floor_pico % 2 = 1)) AS pico,
    toUInt256('1000000000000') AS trillion
  FROM divided
)
SELECT ts, request_id, attempt, provider, model, cost_usd, recorded_usd, listed_model AS price_model,
  [toDate('1970-01-01'), price.4[sheet]][1 + (is_listed * (sheet > 0))] AS price_valid_from,
  [toDecimal64OrNull(concat(toString(intDiv(pico, trillion)), '.', leftPad(toString(pico % trillion), 12, '0')), 12), NULL][1 + (greatest(1 - is_listed, (price.11 = 0) * greatest(sheet = 0, bitAnd(needed, rates) != needed, (price.13 = 1) * ((toUInt64(used['images']) * (1 - has_output)) > 0), pico > toUInt256('999999999999999999'))))] AS catalog_usd
FROM rounded;

CREATE TABLE IF NOT EXISTS `sidelight`.`cost_backfills`
(
  `ts` DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
  `request_id` UUID CODEC(ZSTD(1)),
  `customer` LowCardinality(String) CODEC(ZSTD(1)),
  `app` LowCardinality(String) CODEC(ZSTD(1)),
  `team` LowCardinality(String) CODEC(ZSTD(1)),
  `feature` LowCardinality(String) CODEC(ZSTD(1)),
  `route` LowCardinality(String) CODEC(ZSTD(1)),
  `provider` LowCardinality(String) CODEC(ZSTD(1)),
  `model` LowCardinality(String) CODEC(ZSTD(1)),
  `env` LowCardinality(String) CODEC(ZSTD(1)),
  `role` LowCardinality(String) CODEC(ZSTD(1)),
  `prompt_name` LowCardinality(String) CODEC(ZSTD(1)),
  `prompt_version` LowCardinality(String) CODEC(ZSTD(1)),
  `cost_usd` Nullable(Decimal(18, 12)) CODEC(T64, ZSTD(1)),
  `price_valid_from` Date CODEC(T64, ZSTD(1)),
  `backfilled_at` DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC') CODEC(Delta(8), ZSTD(1))
)
ENGINE = MergeTree
PARTITION BY toMonday(ts)
ORDER BY (customer, toStartOfHour(ts), request_id)
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1, materialize_ttl_recalculate_only = 1, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE MATERIALIZED VIEW IF NOT EXISTS `sidelight`.`usage_hourly_backfill_view`
TO `sidelight`.`usage_hourly`
AS SELECT b.customer AS customer, toStartOfHour(b.ts) AS hour, b.app AS app, b.team AS team, b.feature AS feature,
  b.route AS route, b.provider AS provider, b.model AS model, b.env AS env, b.role AS role,
  sum(ifNull(b.cost_usd, 0)) AS cost_usd,
  -toInt64(count()) AS unpriced
FROM `sidelight`.`cost_backfills` AS b
GROUP BY customer, hour, app, team, feature, route, provider, model, env, role;

CREATE MATERIALIZED VIEW IF NOT EXISTS `sidelight`.`usage_daily_backfill_view`
TO `sidelight`.`usage_daily`
AS SELECT b.customer AS customer, toDate(b.ts, 'UTC') AS day, b.app AS app, b.model AS model, b.provider AS provider,
  b.role AS role,
  sum(ifNull(b.cost_usd, 0)) AS cost_usd,
  -toInt64(count()) AS unpriced
FROM `sidelight`.`cost_backfills` AS b
GROUP BY customer, day, app, model, provider, role;

CREATE MATERIALIZED VIEW IF NOT EXISTS `sidelight`.`prompt_daily_backfill_view`
TO `sidelight`.`prompt_daily`
AS SELECT toDate(b.ts, 'UTC') AS day, b.app AS app, b.route AS route, b.prompt_name AS prompt_name,
  b.prompt_version AS prompt_version, b.provider AS provider, b.model AS model, b.env AS env,
  sum(ifNull(b.cost_usd, 0)) AS cost_usd,
  -toInt64(count()) AS unpriced
FROM `sidelight`.`cost_backfills` AS b
WHERE b.role = 'primary'
GROUP BY day, app, route, prompt_name, prompt_version, provider, model, env;

CREATE OR REPLACE VIEW `sidelight`.`requests_priced`
AS SELECT r.* EXCEPT (cost_usd, price_valid_from),
  ifNull(r.cost_usd, b.cost_usd) AS cost_usd,
  if(r.cost_usd IS NULL AND b.cost_usd IS NOT NULL, b.price_valid_from, r.price_valid_from) AS price_valid_from,
  r.cost_usd IS NULL AND b.cost_usd IS NOT NULL AS is_backfilled
FROM `sidelight`.`requests` AS r
GLOBAL ANY LEFT JOIN (SELECT request_id, cost_usd, price_valid_from FROM `sidelight`.`cost_backfills`) AS b USING (request_id);

ALTER TABLE `sidelight`.`attempts`
ADD COLUMN IF NOT EXISTS `target` LowCardinality(String) CODEC(ZSTD(1));

ALTER TABLE `sidelight`.`prices`
ADD COLUMN IF NOT EXISTS `image_table` Map(String, UInt128) CODEC(ZSTD(1));

CREATE DICTIONARY IF NOT EXISTS `sidelight`.`price_images`
(
  `provider` String,
  `model` String,
  `names` Array(String),
  `grains` Array(UInt128)
)
PRIMARY KEY provider, model
SOURCE(CLICKHOUSE(QUERY 'SELECT provider, model, mapKeys(any(image_table) AS listed) AS names, mapValues(listed) AS grains
FROM `sidelight`.`prices` FINAL
WHERE notEmpty(image_table) AND (provider, version) IN (SELECT provider, max(version) FROM `sidelight`.`prices` GROUP BY provider)
GROUP BY provider, model'))
LAYOUT(complex_key_hashed())
LIFETIME(MIN 240 MAX 360);

CREATE OR REPLACE VIEW `sidelight`.`call_parts`
AS WITH call AS (
  SELECT a.ts AS ts, a.request_id AS request_id, a.attempt AS attempt, toString(a.provider) AS provider,
    toString(a.model) AS model, a.cost_usd AS cost_usd, ifNull(a.cost_catalog_usd, a.cost_usd) AS recorded_usd,
    if(substring(toString(a.request_id), 15, 1) = '7', UUIDv7ToDateTime(a.request_id, 'UTC'), a.ts) AS at,
    toString(a.price_model) AS own_price_model, toString(a.model_reported) AS model_reported,
    CAST(a.usage_classes, 'Map(String, Float64)') AS classes,
    arrayDistinct(arrayFilter(other -> other != '', arrayMap(name -> substring(name, ifNull(nullIf(position(name, '@'), 0), length(name)) + 1), mapKeys(classes)))) AS others,
    1 + length(others) AS models,
    toUInt64(a.reasoning_tokens) AS own_reasoning, lower(toString(a.service_tier)) AS tier_asked,
    lower(toString(a.price_zone)) AS place, lower(toString(a.speed)) AS own_pace,
    toString(a.price_option) AS price_option, classes['images'] > 0 AS has_images
  FROM `sidelight`.`attempts` AS a
),
part AS (
  SELECT *, arrayJoin(arrayConcat([('', classes)], arrayMap(
      one -> (one, mapApply((name, n) -> (substring(name, 1, position(name, '@') - 1), n), mapFilter((name, n) -> substring(name, ifNull(nullIf(position(name, '@'), 0), length(name)) + 1) = one, classes))),
      others))) AS own,
    own.1 AS other, own.2 AS used,
    [toUInt64(0), own_reasoning][1 + (other = '')] AS reasoning_tokens,
    ['', own_pace][1 + (other = '')] AS pace,
    ['', own_price_model][1 + (other = '')] AS price_model,
    [[other], [model_reported, model]][1 + (other = '')] AS names
  FROM call
),
named AS (
  SELECT *, toDate(at, 'UTC') AS day, toUInt16(toHour(at, 'UTC') * 60 + toMinute(at, 'UTC')) AS minute,
    if(price_model != '', price_model, arrayFirst(
      name -> dictHas('sidelight.price_sheets', (provider, name), day),
      arrayFlatten(arrayMap(
        name -> [name, replaceRegexpOne(name, '-[0-9]{4}-[0-9]{2}-[0-9]{2}$', ''), replaceRegexpOne(name, '[-@][0-9]{8}$', '')],
        names)))) AS listed_model,
    toUInt64(used['input']) + toUInt64(used['cache_read']) + toUInt64(used['cache_write']) + toUInt64(used['cache_write_1h']) + toUInt64(used['input_audio']) + toUInt64(used['cache_read_audio']) + toUInt64(used['input_image']) + toUInt64(used['cache_read_image']) + toUInt64(used['input_video']) AS total_input
  FROM part
),
listed AS (
  SELECT *, dictHas('sidelight.price_sheets', (provider, listed_model), day) AS is_listed,
    dictGet('sidelight.price_sheets', ('above', 'window_from', 'window_to', 'entry_from', 'grains', 'services', 'rated', 'zones',
      'speeds', 'discount', 'is_free', 'min_seconds', 'has_image_table'), (provider, listed_model), day) AS price
  FROM named
),
placed AS (
  SELECT *, arrayFirstIndex(
      (least, from, to) -> total_input > least
        AND (to = 0 OR if(from < to, minute >= from AND minute < to, minute >= from OR minute < to)),
      price.1, price.2, price.3) AS sheet,
    transform(tier_asked,
      ['', 'default', 'auto', 'standard', 'standard_only', 'on_demand', 'traffic_type_unspecified', 'on_demand_flex', 'on_demand_priority'],
      ['standard', 'standard', 'standard', 'standard', 'standard', 'standard', 'standard', 'flex', 'priority'], tier_asked) AS tier,
    used['output'] + used['output_audio'] + used['output_image'] + used['output_reasoning'] > 0 AS has_output,
    -- The option of a call that made images is theirs.
    multiIf(has_images, 24, price_option = 'low', 23,
      price_option = 'high', 25, 24) AS search_place
  FROM listed
),
pictured AS (
  SELECT *, dictGet('sidelight.price_images', ('names', 'grains'), (provider, listed_model)) AS image_table,
    splitByChar('/', price_option) AS words,
    replaceOne(lower([words[1], '1024x1024'][1 + (words[1] = '')]), 'x', '-x-') AS image_size,
    [words[2], 'standard'][1 + (words[2] = '')] AS image_quality,
    ifNull(toInt64OrNull(words[3]), 0) AS image_steps,
    -- The least number of steps that is listed and enough; 0 for none.
    arrayMin(arrayFilter(most -> most >= image_steps,
      arrayMap(name -> ifNull(toInt64OrNull(extract(substring(name, length(image_size) + 2), '^[0-9]+')), -1),
        arrayFilter(name -> startsWith(name, concat(image_size, '/')), image_table.1)))) AS steps_listed,
    concat(image_size, ['', concat('/', toString(steps_listed), '-steps'), '/max-steps'][1 + (words[3] != '') * (1 + (steps_listed = 0))]) AS image_name,
    indexOf(image_table.1, concat(image_quality, '/', image_name)) AS exact_place,
    [(image_quality = 'standard') * indexOf(image_table.1, image_name), exact_place][1 + (exact_place > 0)] AS image_place
  FROM placed
),
rated AS (
  SELECT *, price.5[sheet] AS grains, image_table.2[image_place] AS image_grains,
    bitOr(price.7[sheet], bitShiftLeft(toUInt64(image_place > 0), 17)) AS rates,
    -- The denominator, then a numerator for each class of tokens.
    [price.6[sheet][tier], arrayWithConstant(14, toUInt64(1))][1 + (empty(price.6[sheet][tier]))] AS service,
    [price.8[place], [toUInt64(1), 1]][1 + (greatest(place IN ('', 'global', 'not_available'), empty(price.8[place])))] AS zone,
    [price.9[pace], [toUInt64(1), 1]][1 + (greatest(pace IN ('', 'standard', 'normal'), empty(price.9[pace])))] AS speed_ratio,
    least(reasoning_tokens, toUInt64(used['output'])) * bitTest(price.7[sheet], 14) AS reasoning,
    greatest(total_input > 0, has_output) AS has_tokens,
    toUInt64(used['web_searches']) AS searches,
    greatest(used['audio_seconds'], price.12) * (used['audio_seconds'] > 0) AS seconds,
    toUInt256('1000000000000000000') AS quintillion
  FROM pictured
),
summed AS (
  SELECT *,
    (toUInt256(toUInt64(used['input'])) * grains[1] * service[2] + toUInt256(toUInt64(used['cache_read'])) * grains[2] * service[3] + toUInt256(toUInt64(used['cache_write'])) * grains[3] * service[4] + toUInt256(toUInt64(used['cache_write_1h'])) * grains[4] * service[5] + toUInt256(toUInt64(used['input_audio'])) * grains[5] * service[6] + toUInt256(toUInt64(used['cache_read_audio'])) * grains[6] * service[7] + toUInt256(toUInt64(used['input_image'])) * grains[7] * service[8] + toUInt256(toUInt64(used['cache_read_image'])) * grains[8] * service[9] + toUInt256(toUInt64(used['input_video'])) * grains[9] * service[10] + toUInt256((toUInt64(used['output']) - reasoning)) * grains[10] * service[11] + toUInt256(toUInt64(used['output_audio'])) * grains[11] * service[12] + toUInt256(toUInt64(used['output_image'])) * grains[12] * service[13] + toUInt256((toUInt64(used['output_reasoning']) + reasoning)) * grains[13] * service[14])
      * zone[1] * speed_ratio[1] AS token_sum,
    toUInt256((toUInt64(used['images']) * (1 - has_output))) * grains[17] + toUInt256(toUInt64(used['input_images'])) * grains[18] + toUInt256(toUInt64(used['pages'])) * grains[19] + toUInt256(toUInt64(used['annotated_pages'])) * grains[20] + toUInt256(toUInt64(used['queries'])) * grains[21] + toUInt256(toUInt64(used['file_searches'])) * grains[22] + toUInt256(toUInt64(used['characters'])) * grains[16]
      + toUInt256((toUInt64(used['images']) * (1 - has_output))) * image_grains + toUInt256(searches) * grains[search_place] AS unit_sum,
    -- Seconds come with decimals: eighteen of them are taken, then rounded to one grain.
    toUInt256(toDecimal256(toString(seconds), 18) * toDecimal256('1000000000000000000', 0)) * grains[15] AS second_grains,
    toUInt256(service[1]) * zone[2] * speed_ratio[2] AS common,
    bitOr(
      bitShiftLeft(toUInt64(toUInt64(used['input']) > 0), 1) + bitShiftLeft(toUInt64(toUInt64(used['cache_read']) > 0), 2) + bitShiftLeft(toUInt64(toUInt64(used['cache_write']) > 0), 3) + bitShiftLeft(toUInt64(toUInt64(used['cache_write_1h']) > 0), 4) + bitShiftLeft(toUInt64(toUInt64(used['input_audio']) > 0), 5) + bitShiftLeft(toUInt64(toUInt64(used['cache_read_audio']) > 0), 6) + bitShiftLeft(toUInt64(toUInt64(used['input_image']) > 0), 7) + bitShiftLeft(toUInt64(toUInt64(used['cache_read_image']) > 0), 8) + bitShiftLeft(toUInt64(toUInt64(used['input_video']) > 0), 9) + bitShiftLeft(toUInt64((toUInt64(used['output']) - reasoning) > 0), 10) + bitShiftLeft(toUInt64(toUInt64(used['output_audio']) > 0), 11) + bitShiftLeft(toUInt64(toUInt64(used['output_image']) > 0), 12) + bitShiftLeft(toUInt64((toUInt64(used['output_reasoning']) + reasoning) > 0), 13) + bitShiftLeft(toUInt64((toUInt64(used['images']) * (1 - has_output)) > 0), 17) + bitShiftLeft(toUInt64(toUInt64(used['input_images']) > 0), 18) + bitShiftLeft(toUInt64(toUInt64(used['pages']) > 0), 19) + bitShiftLeft(toUInt64(toUInt64(used['annotated_pages']) > 0), 20) + bitShiftLeft(toUInt64(toUInt64(used['queries']) > 0), 21) + bitShiftLeft(toUInt64(toUInt64(used['file_searches']) > 0), 22),
      bitShiftLeft(toUInt64(searches > 0), search_place)
      -- Length of text or sound that came with tokens is the same thing counted twice.
      + (1 - has_tokens) * (bitShiftLeft(toUInt64(toUInt64(used['characters']) > 0), 16) + bitShiftLeft(toUInt64(seconds > 0), 15))
    ) AS needed
  FROM rated
),
heard AS (
  SELECT *, intDiv(second_grains, quintillion) AS second_floor, second_grains - second_floor * quintillion AS second_rest
  FROM summed
)
SELECT ts, request_id, attempt, provider, model, cost_usd, recorded_usd, models, other, listed_model AS price_model,
  [toDate('1970-01-01'), price.4[sheet]][1 + (is_listed * (sheet > 0))] AS price_valid_from,
  greatest(1 - is_listed, (price.11 = 0) * greatest(sheet = 0, bitAnd(needed, rates) != needed)) AS is_unknown,
  price.11 AS is_free,
  toUInt256(1 - price.11) * (token_sum + (unit_sum + second_floor + greatest(second_rest * 2 > quintillion, (second_rest * 2 = quintillion) * (second_floor % 2 = 1))) * common)
    * price.10[1] AS part_sum,
  -- 0 where nothing is listed; the part is unknown then.
  common AS part_common, greatest(toUInt256(price.10[2]), toUInt256(1)) * toUInt256('3600000000000000') AS scale
FROM heard;

CREATE OR REPLACE VIEW `sidelight`.`attempt_prices`
AS WITH whole AS (
  SELECT ts, request_id, attempt, provider, model, cost_usd, recorded_usd, price_model, price_valid_from, is_unknown, is_free, part_sum AS numerator, part_common * scale AS denominator
  FROM `sidelight`.`call_parts` WHERE models = 1
  UNION ALL
  SELECT ts, request_id, attempt, provider, model, cost_usd, recorded_usd, anyIf(price_model, other = ''), anyIf(price_valid_from, other = ''),
    greatest(max(is_unknown), count() > 6), min(is_free),
    (arrayFold((sum, one) -> (sum.1 * one.2 + one.1 * sum.2, sum.2 * one.2),
      groupArray(6)((part_sum, part_common)) AS fractions, (toUInt256(0), toUInt256(1))) AS added).1,
    added.2 * max(scale)
  FROM `sidelight`.`call_parts` WHERE models > 1
  GROUP BY ts, request_id, attempt, provider, model, cost_usd, recorded_usd
),
divided AS (
  SELECT *, intDiv(numerator, denominator) AS floor_pico, (numerator - floor_pico * denominator) * 2 AS twice_rest FROM whole
),
rounded AS (
  SELECT *, floor_pico + greatest(twice_rest > denominator, (twice_rest = denominator) * (floor_pico % 2 = 1)) AS pico,
    toUInt256('1000000000000') AS trillion
  FROM divided
)
SELECT ts, request_id, attempt, provider, model, cost_usd, recorded_usd, price_model, price_valid_from,
  [toDecimal64OrNull(concat(toString(intDiv(pico, trillion)), '.', leftPad(toString(pico % trillion), 12, '0')), 12), NULL][1 + (greatest(is_unknown, (is_free = 0) * (pico > toUInt256('999999999999999999'))))] AS catalog_usd
FROM rounded;

CREATE TABLE IF NOT EXISTS `sidelight`.`route_candidates`
(
  `route` LowCardinality(String) CODEC(ZSTD(1)),
  `candidate` LowCardinality(String) CODEC(ZSTD(1)),
  `provider` LowCardinality(String) CODEC(ZSTD(1)),
  `model` String CODEC(ZSTD(1)),
  `price_model` String CODEC(ZSTD(1)),
  `price_zone` LowCardinality(String) CODEC(ZSTD(1)),
  `is_free` Bool CODEC(ZSTD(1)),
  `is_baseline` Bool CODEC(ZSTD(1)),
  `version` UInt64 CODEC(Delta(8), ZSTD(1))
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (route, candidate)
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1, materialize_ttl_recalculate_only = 1, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE DICTIONARY IF NOT EXISTS `sidelight`.`route_candidates_by_id`
(
  `route` String,
  `candidate` String,
  `provider` String,
  `model` String,
  `price_model` String,
  `price_zone` String,
  `is_free` UInt8,
  `baseline` String
)
PRIMARY KEY route, candidate
SOURCE(CLICKHOUSE(QUERY 'SELECT route, candidate, provider, model, price_model, lower(price_zone) AS price_zone, is_free, \'\' AS baseline FROM `sidelight`.`route_candidates` FINAL
UNION ALL
SELECT route, \'\', \'\', \'\', \'\', \'\', 0, argMax(if(is_baseline, candidate, \'\'), (version, is_baseline)) FROM `sidelight`.`route_candidates` GROUP BY route'))
LAYOUT(complex_key_hashed())
LIFETIME(MIN 240 MAX 360);

CREATE OR REPLACE VIEW `sidelight`.`candidate_ratios`
AS WITH sides AS (
  SELECT route, segment, first, second, own_index, sum(n) AS requests, count() AS groups,
    sum(inputs) / sum(bytes) AS inputs_ratio,
    count() / (count() - 1) * arraySum((a, b) -> pow(a - inputs_ratio * b, 2), groupArray(inputs), groupArray(bytes))
      / pow(sum(inputs), 2) AS inputs_variance,
    sum(outputs) / sum(weights) AS outputs_ratio,
    count() / (count() - 1) * arraySum((a, b) -> pow(a - outputs_ratio * b, 2), groupArray(outputs), groupArray(weights))
      / pow(sum(outputs), 2) AS outputs_variance
  FROM (
SELECT route, segment, own_index, first, second, group_number, count() AS n,
  sum(weight) AS weights, sum(weight * bytes) AS bytes, sum(weight * input) AS inputs, sum(weight * output) AS outputs
FROM (
  SELECT toString(r.route) AS route, toString(r.segment) AS segment, toString(r.candidate_served) AS own,
    arrayJoin(arrayFilter((other, chance) -> chance > 0 AND other != own, arrayMap(id -> toString(id), r.candidates), r.probabilities)) AS other,
    least(own, other) AS first, greatest(own, other) AS second, own = second AS own_index,
    cityHash64(r.unit_hash) % 64 AS group_number, 1 / r.propensity AS weight,
    toFloat64(r.request_bytes) AS bytes, toFloat64(r.input_tokens) AS input, toFloat64(r.output_tokens) AS output
  FROM `sidelight`.`requests` AS r
  WHERE r.role = 'primary' AND r.status = 'ok' AND r.usage_source = 'provider' AND r.override_source = ''
    AND r.attempt_count = 1 AND r.candidate_served = r.candidate_assigned AND r.propensity > 0 AND r.propensity < 1
    AND r.request_bytes > 0
)
GROUP BY route, segment, own_index, first, second, group_number)
  GROUP BY route, segment, first, second, own_index
  HAVING requests >= 30 AND groups >= 20 AND sum(inputs) > 0 AND sum(outputs) > 0
),
compared AS (
  SELECT route, segment, first, second, sum(requests) AS n, min(groups) - 1 AS degrees,
    log(anyIf(inputs_ratio, own_index = 1) / anyIf(inputs_ratio, own_index = 0)) AS input_change,
    log(anyIf(outputs_ratio, own_index = 1) / anyIf(outputs_ratio, own_index = 0)) AS output_change,
    sqrt(sum(inputs_variance)) AS input_error, sqrt(sum(outputs_variance)) AS output_error
  FROM sides
  GROUP BY route, segment, first, second
  HAVING count() = 2
),
randomised AS (
  SELECT route, segment, arrayJoin([(first, second, 1), (second, first, -1)]) AS way, way.1 AS candidate, way.2 AS other,
    'randomised' AS basis, n, degrees, input_change * way.3 AS input_log, output_change * way.3 AS output_log,
    input_error, output_error
  FROM compared
),
pairs AS (
  SELECT toString(p.route) AS route, toString(p.segment) AS segment, toString(p.candidate_served) AS candidate,
    s.other AS other, cityHash64(p.unit_hash) % 64 AS group_number, count() AS n,
    sum(toFloat64(p.input_tokens)) AS own_inputs, sum(toFloat64(p.output_tokens)) AS own_outputs,
    sum(s.input) AS inputs, sum(s.output) AS outputs
  FROM `sidelight`.`requests` AS p
  GLOBAL ANY INNER JOIN (
    SELECT toUUIDOrZero(pair_id) AS request_id, toString(candidate_served) AS other,
      toFloat64(input_tokens) AS input, toFloat64(output_tokens) AS output
    FROM `sidelight`.`requests` WHERE role = 'shadow' AND status = 'ok' AND usage_source = 'provider'
  ) AS s ON s.request_id = p.request_id
  WHERE p.role = 'primary' AND p.status = 'ok' AND p.usage_source = 'provider' AND p.attempt_count = 1
    AND candidate != other
  GROUP BY route, segment, candidate, other, group_number
),
shadowed AS (
  SELECT route, segment, candidate, other, 'shadow' AS basis, sum(n) AS requests, count() - 1 AS degrees,
    sum(inputs) / sum(own_inputs) AS inputs_ratio,
    count() / (count() - 1) * arraySum((a, b) -> pow(a - inputs_ratio * b, 2), groupArray(inputs), groupArray(own_inputs))
      / pow(sum(inputs), 2) AS inputs_variance,
    sum(outputs) / sum(own_outputs) AS outputs_ratio,
    count() / (count() - 1) * arraySum((a, b) -> pow(a - outputs_ratio * b, 2), groupArray(outputs), groupArray(own_outputs))
      / pow(sum(outputs), 2) AS outputs_variance,
    log(inputs_ratio) AS input_log, log(outputs_ratio) AS output_log,
    sqrt(inputs_variance) AS input_error, sqrt(outputs_variance) AS output_error
  FROM pairs
  GROUP BY route, segment, candidate, other
  HAVING requests >= 30 AND count() >= 20 AND sum(inputs) > 0 AND sum(outputs) > 0
    AND sum(own_inputs) > 0 AND sum(own_outputs) > 0
)
-- The same prompt answered by both says more than prompts that were dealt out to one or the other.
SELECT route, segment, candidate, other, basis, n, exp(input_log) AS input_ratio, exp(output_log) AS output_ratio,
  exp(input_log - (1.96 + 2.4 / (degrees)) * input_error) AS input_low, exp(input_log + (1.96 + 2.4 / (degrees)) * input_error) AS input_high,
  exp(output_log - (1.96 + 2.4 / (degrees)) * output_error) AS output_low, exp(output_log + (1.96 + 2.4 / (degrees)) * output_error) AS output_high
FROM (
  SELECT route, segment, candidate, other, basis, requests AS n, degrees, input_log, output_log, input_error, output_error FROM shadowed
  UNION ALL
  SELECT route, segment, candidate, other, basis, n, degrees, input_log, output_log, input_error, output_error FROM randomised
)
ORDER BY basis = 'shadow' DESC
LIMIT 1 BY route, segment, candidate, other;

CREATE OR REPLACE VIEW `sidelight`.`counterfactual`
AS WITH asked AS (
  SELECT r.ts AS ts, r.request_id AS request_id, toString(r.customer) AS customer, toString(r.app) AS app, toString(r.team) AS team, toString(r.env) AS env, toString(r.feature) AS feature, toString(r.prompt_name) AS prompt_name, toString(r.prompt_version) AS prompt_version, toString(r.route) AS route, toString(r.segment) AS segment, toString(r.policy_role) AS policy_role, toString(r.candidate_assigned) AS candidate_assigned, toString(r.candidate_served) AS candidate_served,
    r.policy_version AS policy_version, arrayMap(id -> toString(id), r.candidates) AS candidates, r.probabilities AS probabilities,
    r.cost_usd AS cost_usd, isNull(r.cost_usd) * empty(r.usage_classes) AS is_uncounted,
    toString(r.provider) AS own_provider, toString(r.model) AS own_model,
    CAST(r.usage_classes, 'Map(String, Float64)') AS used, toFloat64(r.reasoning_tokens) AS reasoning_tokens,
    lower(toString(r.service_tier)) AS tier_asked
  FROM `sidelight`.`requests` AS r
  WHERE r.role = 'primary' AND r.attempt_count > 0),
placed AS (
  SELECT *, dictGet('sidelight.route_candidates_by_id', 'baseline', (route, '')) AS baseline,
    arrayJoin(arrayDistinct(arrayFilter(id -> id != '', arrayConcat(candidates, [baseline])))) AS candidate,
    dictGet('sidelight.route_candidates_by_id', ('provider', 'model', 'price_model', 'price_zone', 'is_free'), (route, candidate)) AS known,
    candidate = candidate_served AS is_served,
    -- The default id of a candidate says who it is.
    position(candidate, '/') AS slash,
    [[(substring(candidate, 1, greatest(slash, 1) - 1), substring(candidate, slash + 1)), (known.1, known.2)][1 + (known.1 != '')], (own_provider, own_model)][1 + (is_served)] AS who,
    who.1 AS provider, who.2 AS model, (provider = known.1) * (model = known.2) AS is_known,
    [('', ''), (known.3, known.4)][1 + (is_known)] AS sold, sold.1 AS price_model, sold.2 AS zone, is_known * known.5 AS is_free
  FROM asked
),
candidate_rows AS (
  SELECT placed.*, q.basis != '' AS is_compared,
    ['same tokens', q.basis, 'served', 'served'][1 + is_compared + 2 * is_served] AS basis,
    [1, q.input_ratio][1 + (is_compared)] AS input_ratio, [1, q.output_ratio][1 + (is_compared)] AS output_ratio, [1, q.input_low][1 + (is_compared)] AS input_low, [1, q.input_high][1 + (is_compared)] AS input_high, [1, q.output_low][1 + (is_compared)] AS output_low, [1, q.output_high][1 + (is_compared)] AS output_high
  FROM placed
  GLOBAL ANY LEFT JOIN `sidelight`.`candidate_ratios` AS q
    ON q.route = placed.route AND q.segment = placed.segment AND q.candidate = placed.candidate_served AND q.other = placed.candidate
),
listed AS (
  SELECT *, toUInt16(toHour(ts, 'UTC') * 60 + toMinute(ts, 'UTC')) AS minute,
    used['input'] + used['cache_read'] + used['cache_write'] + used['cache_write_1h'] + used['input_audio'] + used['cache_read_audio'] + used['input_image'] + used['cache_read_image'] + used['input_video'] AS total_input, used['output'] + used['output_audio'] + used['output_image'] + used['output_reasoning'] > 0 AS has_output,
    greatest(total_input > 0, has_output) AS has_tokens,
    (1 - is_uncounted) * (1 - arrayExists(name -> position(name, '@') > 0, mapKeys(used))) AS is_countable,
    basis != 'same tokens' AS is_measured,
    transform(tier_asked,
      ['', 'default', 'auto', 'standard', 'standard_only', 'on_demand', 'traffic_type_unspecified', 'on_demand_flex', 'on_demand_priority'],
      ['standard', 'standard', 'standard', 'standard', 'standard', 'standard', 'standard', 'flex', 'priority'], tier_asked) AS tier,
    [arrayFirst(
      name -> dictHas('sidelight.price_sheets', (provider, name), toDate(ts)),
      [model, replaceRegexpOne(model, '-[0-9]{4}-[0-9]{2}-[0-9]{2}$', ''), replaceRegexpOne(model, '[-@][0-9]{8}$', '')]), price_model][1 + (price_model != '')] AS listed_model
  FROM candidate_rows
),
sheeted AS (
  SELECT *, dictGet('sidelight.price_sheets', ('above', 'window_from', 'window_to', 'grains', 'rated', 'zones', 'discount', 'is_free', 'min_seconds'), (provider, listed_model), toDate(ts)) AS estimate_price,
    arrayFirstIndex(
      (least, from, to) -> total_input * input_ratio > least
        AND (to = 0 OR if(from < to, minute >= from AND minute < to, minute >= from OR minute < to)),
      estimate_price.1, estimate_price.2, estimate_price.3) AS estimate_sheet,
    dictGet('sidelight.price_sheets', 'services', ([provider, ''][1 + (tier = 'standard')], listed_model), toDate(ts))[estimate_sheet][tier] AS estimate_service,
    dictGet('sidelight.price_sheets', ('above', 'window_from', 'window_to', 'grains', 'rated', 'zones', 'discount', 'is_free', 'min_seconds'), (provider, listed_model), today()) AS today_price,
    arrayFirstIndex(
      (least, from, to) -> total_input * input_ratio > least
        AND (to = 0 OR if(from < to, minute >= from AND minute < to, minute >= from OR minute < to)),
      today_price.1, today_price.2, today_price.3) AS today_sheet,
    dictGet('sidelight.price_sheets', 'services', ([provider, ''][1 + (tier = 'standard')], listed_model), today())[today_sheet][tier] AS today_service
  FROM listed
),
rated AS (
  SELECT *, arrayMap((grain, ratio) -> toFloat64(grain) * ratio, estimate_price.4[estimate_sheet],
      [arrayWithConstant(length(estimate_price.4[estimate_sheet]), toFloat64(1)),
        arrayResize(arrayMap(numerator -> numerator / estimate_service[1], arrayPopFront(estimate_service)), length(estimate_price.4[estimate_sheet]), toFloat64(1))]
      [1 + notEmpty(estimate_service)]) AS estimate_rates,
    least(reasoning_tokens, used['output']) * bitTest(estimate_price.5[estimate_sheet], 14) AS estimate_reasoning,
    arrayMap((grain, ratio) -> toFloat64(grain) * ratio, today_price.4[today_sheet],
      [arrayWithConstant(length(today_price.4[today_sheet]), toFloat64(1)),
        arrayResize(arrayMap(numerator -> numerator / today_service[1], arrayPopFront(today_service)), length(today_price.4[today_sheet]), toFloat64(1))]
      [1 + notEmpty(today_service)]) AS today_rates,
    least(reasoning_tokens, used['output']) * bitTest(today_price.5[today_sheet], 14) AS today_reasoning
  FROM sheeted
),
summed AS (
  SELECT *, estimate_price.7[1] / estimate_price.7[2] / 3.6e27 * (estimate_price.8 = 0) AS estimate_scale,
    estimate_scale * [toFloat64(1), estimate_price.6[zone][1] / estimate_price.6[zone][2]][1 + notEmpty(estimate_price.6[zone])] AS estimate_token_scale,
    (used['input'] * estimate_rates[1] + used['cache_read'] * estimate_rates[2] + used['cache_write'] * estimate_rates[3] + used['cache_write_1h'] * estimate_rates[4] + used['input_audio'] * estimate_rates[5] + used['cache_read_audio'] * estimate_rates[6] + used['input_image'] * estimate_rates[7] + used['cache_read_image'] * estimate_rates[8] + used['input_video'] * estimate_rates[9]) * estimate_token_scale AS estimate_input_usd,
    ((used['output'] - estimate_reasoning) * estimate_rates[10] + used['output_audio'] * estimate_rates[11] + used['output_image'] * estimate_rates[12] + (used['output_reasoning'] + estimate_reasoning) * estimate_rates[13]) * estimate_token_scale AS estimate_output_usd,
    ((used['images'] * (1 - has_output)) * estimate_rates[17] + used['input_images'] * estimate_rates[18] + used['pages'] * estimate_rates[19] + used['annotated_pages'] * estimate_rates[20] + used['queries'] * estimate_rates[21] + used['file_searches'] * estimate_rates[22] + used['characters'] * estimate_rates[16] + used['web_searches'] * estimate_rates[24] + greatest(used['audio_seconds'], estimate_price.9) * (used['audio_seconds'] > 0) * estimate_rates[15]) * estimate_scale AS estimate_unit_usd,
    bitOr(bitShiftLeft(toUInt64(used['input'] > 0), 1) + bitShiftLeft(toUInt64(used['cache_read'] > 0), 2) + bitShiftLeft(toUInt64(used['cache_write'] > 0), 3) + bitShiftLeft(toUInt64(used['cache_write_1h'] > 0), 4) + bitShiftLeft(toUInt64(used['input_audio'] > 0), 5) + bitShiftLeft(toUInt64(used['cache_read_audio'] > 0), 6) + bitShiftLeft(toUInt64(used['input_image'] > 0), 7) + bitShiftLeft(toUInt64(used['cache_read_image'] > 0), 8) + bitShiftLeft(toUInt64(used['input_video'] > 0), 9) + bitShiftLeft(toUInt64((used['output'] - estimate_reasoning) > 0), 10) + bitShiftLeft(toUInt64(used['output_audio'] > 0), 11) + bitShiftLeft(toUInt64(used['output_image'] > 0), 12) + bitShiftLeft(toUInt64((used['output_reasoning'] + estimate_reasoning) > 0), 13) + bitShiftLeft(toUInt64((used['images'] * (1 - has_output)) > 0), 17) + bitShiftLeft(toUInt64(used['input_images'] > 0), 18) + bitShiftLeft(toUInt64(used['pages'] > 0), 19) + bitShiftLeft(toUInt64(used['annotated_pages'] > 0), 20) + bitShiftLeft(toUInt64(used['queries'] > 0), 21) + bitShiftLeft(toUInt64(used['file_searches'] > 0), 22) + bitShiftLeft(toUInt64(used['web_searches'] > 0), 24),
      (1 - has_tokens) * (bitShiftLeft(toUInt64(used['characters'] > 0), 16) + bitShiftLeft(toUInt64(used['audio_seconds'] > 0), 15))) AS estimate_needed,
    today_price.7[1] / today_price.7[2] / 3.6e27 * (today_price.8 = 0) AS today_scale,
    today_scale * [toFloat64(1), today_price.6[zone][1] / today_price.6[zone][2]][1 + notEmpty(today_price.6[zone])] AS today_token_scale,
    (used['input'] * today_rates[1] + used['cache_read'] * today_rates[2] + used['cache_write'] * today_rates[3] + used['cache_write_1h'] * today_rates[4] + used['input_audio'] * today_rates[5] + used['cache_read_audio'] * today_rates[6] + used['input_image'] * today_rates[7] + used['cache_read_image'] * today_rates[8] + used['input_video'] * today_rates[9]) * today_token_scale AS today_input_usd,
    ((used['output'] - today_reasoning) * today_rates[10] + used['output_audio'] * today_rates[11] + used['output_image'] * today_rates[12] + (used['output_reasoning'] + today_reasoning) * today_rates[13]) * today_token_scale AS today_output_usd,
    ((used['images'] * (1 - has_output)) * today_rates[17] + used['input_images'] * today_rates[18] + used['pages'] * today_rates[19] + used['annotated_pages'] * today_rates[20] + used['queries'] * today_rates[21] + used['file_searches'] * today_rates[22] + used['characters'] * today_rates[16] + used['web_searches'] * today_rates[24] + greatest(used['audio_seconds'], today_price.9) * (used['audio_seconds'] > 0) * today_rates[15]) * today_scale AS today_unit_usd,
    bitOr(bitShiftLeft(toUInt64(used['input'] > 0), 1) + bitShiftLeft(toUInt64(used['cache_read'] > 0), 2) + bitShiftLeft(toUInt64(used['cache_write'] > 0), 3) + bitShiftLeft(toUInt64(used['cache_write_1h'] > 0), 4) + bitShiftLeft(toUInt64(used['input_audio'] > 0), 5) + bitShiftLeft(toUInt64(used['cache_read_audio'] > 0), 6) + bitShiftLeft(toUInt64(used['input_image'] > 0), 7) + bitShiftLeft(toUInt64(used['cache_read_image'] > 0), 8) + bitShiftLeft(toUInt64(used['input_video'] > 0), 9) + bitShiftLeft(toUInt64((used['output'] - today_reasoning) > 0), 10) + bitShiftLeft(toUInt64(used['output_audio'] > 0), 11) + bitShiftLeft(toUInt64(used['output_image'] > 0), 12) + bitShiftLeft(toUInt64((used['output_reasoning'] + today_reasoning) > 0), 13) + bitShiftLeft(toUInt64((used['images'] * (1 - has_output)) > 0), 17) + bitShiftLeft(toUInt64(used['input_images'] > 0), 18) + bitShiftLeft(toUInt64(used['pages'] > 0), 19) + bitShiftLeft(toUInt64(used['annotated_pages'] > 0), 20) + bitShiftLeft(toUInt64(used['queries'] > 0), 21) + bitShiftLeft(toUInt64(used['file_searches'] > 0), 22) + bitShiftLeft(toUInt64(used['web_searches'] > 0), 24),
      (1 - has_tokens) * (bitShiftLeft(toUInt64(used['characters'] > 0), 16) + bitShiftLeft(toUInt64(used['audio_seconds'] > 0), 15))) AS today_needed
  FROM rated
)
SELECT ts, request_id, customer, app, team, env, feature, prompt_name, prompt_version, route, segment, policy_role, candidate_assigned, candidate_served, policy_version, candidates, probabilities, cost_usd, candidate, has(candidates, candidate) AS is_eligible, candidate = baseline AS is_baseline, is_served, basis, input_ratio, output_ratio, provider, model,
  [NULL, estimate_input_usd * input_ratio + estimate_output_usd * output_ratio + estimate_unit_usd, 0][1 + ((greatest(is_free, estimate_price.8, (estimate_sheet > 0) * (bitAnd(estimate_needed, estimate_price.5[estimate_sheet]) = estimate_needed)) * is_countable AS estimate_is_known)) * (1 + is_free)] AS estimate_usd,
  [NULL, estimate_input_usd * input_low + estimate_output_usd * output_low + estimate_unit_usd, 0][1 + (estimate_is_known * is_measured) * (1 + is_free)] AS estimate_low_usd,
  [NULL, estimate_input_usd * input_high + estimate_output_usd * output_high + estimate_unit_usd, 0][1 + (estimate_is_known * is_measured) * (1 + is_free)] AS estimate_high_usd,
  [NULL, today_input_usd * input_ratio + today_output_usd * output_ratio + today_unit_usd, 0][1 + ((greatest(is_free, today_price.8, (today_sheet > 0) * (bitAnd(today_needed, today_price.5[today_sheet]) = today_needed)) * is_countable AS today_is_known)) * (1 + is_free)] AS today_usd,
  [NULL, today_input_usd * input_low + today_output_usd * output_low + today_unit_usd, 0][1 + (today_is_known * is_measured) * (1 + is_free)] AS today_low_usd,
  [NULL, today_input_usd * input_high + today_output_usd * output_high + today_unit_usd, 0][1 + (today_is_known * is_measured) * (1 + is_free)] AS today_high_usd
FROM summed;

CREATE OR REPLACE VIEW `sidelight`.`counterfactual_models`
AS WITH asked AS (
  SELECT r.ts AS ts, r.request_id AS request_id, toString(r.customer) AS customer, toString(r.app) AS app, toString(r.team) AS team, toString(r.env) AS env, toString(r.feature) AS feature, toString(r.prompt_name) AS prompt_name, toString(r.prompt_version) AS prompt_version, toString(r.route) AS route, toString(r.segment) AS segment, toString(r.policy_role) AS policy_role, toString(r.candidate_assigned) AS candidate_assigned, toString(r.candidate_served) AS candidate_served,
    r.policy_version AS policy_version, arrayMap(id -> toString(id), r.candidates) AS candidates, r.probabilities AS probabilities,
    r.cost_usd AS cost_usd, isNull(r.cost_usd) * empty(r.usage_classes) AS is_uncounted,
    toString(r.provider) AS own_provider, toString(r.model) AS own_model,
    CAST(r.usage_classes, 'Map(String, Float64)') AS used, toFloat64(r.reasoning_tokens) AS reasoning_tokens,
    lower(toString(r.service_tier)) AS tier_asked
  FROM `sidelight`.`requests` AS r
  WHERE r.role = 'primary' AND r.attempt_count > 0),
candidate_rows AS (
  SELECT asked.*, list.provider AS provider, list.model AS model, list.model AS price_model, '' AS zone, 0 AS is_free,
    'same tokens' AS basis, 1 AS input_ratio, 1 AS output_ratio, 1 AS input_low, 1 AS input_high, 1 AS output_low, 1 AS output_high
  FROM asked
  CROSS JOIN (SELECT DISTINCT toString(provider) AS provider, model FROM `sidelight`.`prices`) AS list
),
listed AS (
  SELECT *, toUInt16(toHour(ts, 'UTC') * 60 + toMinute(ts, 'UTC')) AS minute,
    used['input'] + used['cache_read'] + used['cache_write'] + used['cache_write_1h'] + used['input_audio'] + used['cache_read_audio'] + used['input_image'] + used['cache_read_image'] + used['input_video'] AS total_input, used['output'] + used['output_audio'] + used['output_image'] + used['output_reasoning'] > 0 AS has_output,
    greatest(total_input > 0, has_output) AS has_tokens,
    (1 - is_uncounted) * (1 - arrayExists(name -> position(name, '@') > 0, mapKeys(used))) AS is_countable,
    basis != 'same tokens' AS is_measured,
    transform(tier_asked,
      ['', 'default', 'auto', 'standard', 'standard_only', 'on_demand', 'traffic_type_unspecified', 'on_demand_flex', 'on_demand_priority'],
      ['standard', 'standard', 'standard', 'standard', 'standard', 'standard', 'standard', 'flex', 'priority'], tier_asked) AS tier,
    [arrayFirst(
      name -> dictHas('sidelight.price_sheets', (provider, name), toDate(ts)),
      [model, replaceRegexpOne(model, '-[0-9]{4}-[0-9]{2}-[0-9]{2}$', ''), replaceRegexpOne(model, '[-@][0-9]{8}$', '')]), price_model][1 + (price_model != '')] AS listed_model
  FROM candidate_rows
),
sheeted AS (
  SELECT *, dictGet('sidelight.price_sheets', ('above', 'window_from', 'window_to', 'grains', 'rated', 'zones', 'discount', 'is_free', 'min_seconds'), (provider, listed_model), toDate(ts)) AS estimate_price,
    arrayFirstIndex(
      (least, from, to) -> total_input * input_ratio > least
        AND (to = 0 OR if(from < to, minute >= from AND minute < to, minute >= from OR minute < to)),
      estimate_price.1, estimate_price.2, estimate_price.3) AS estimate_sheet,
    dictGet('sidelight.price_sheets', 'services', ([provider, ''][1 + (tier = 'standard')], listed_model), toDate(ts))[estimate_sheet][tier] AS estimate_service,
    dictGet('sidelight.price_sheets', ('above', 'window_from', 'window_to', 'grains', 'rated', 'zones', 'discount', 'is_free', 'min_seconds'), (provider, listed_model), today()) AS today_price,
    arrayFirstIndex(
      (least, from, to) -> total_input * input_ratio > least
        AND (to = 0 OR if(from < to, minute >= from AND minute < to, minute >= from OR minute < to)),
      today_price.1, today_price.2, today_price.3) AS today_sheet,
    dictGet('sidelight.price_sheets', 'services', ([provider, ''][1 + (tier = 'standard')], listed_model), today())[today_sheet][tier] AS today_service
  FROM listed
),
rated AS (
  SELECT *, arrayMap((grain, ratio) -> toFloat64(grain) * ratio, estimate_price.4[estimate_sheet],
      [arrayWithConstant(length(estimate_price.4[estimate_sheet]), toFloat64(1)),
        arrayResize(arrayMap(numerator -> numerator / estimate_service[1], arrayPopFront(estimate_service)), length(estimate_price.4[estimate_sheet]), toFloat64(1))]
      [1 + notEmpty(estimate_service)]) AS estimate_rates,
    least(reasoning_tokens, used['output']) * bitTest(estimate_price.5[estimate_sheet], 14) AS estimate_reasoning,
    arrayMap((grain, ratio) -> toFloat64(grain) * ratio, today_price.4[today_sheet],
      [arrayWithConstant(length(today_price.4[today_sheet]), toFloat64(1)),
        arrayResize(arrayMap(numerator -> numerator / today_service[1], arrayPopFront(today_service)), length(today_price.4[today_sheet]), toFloat64(1))]
      [1 + notEmpty(today_service)]) AS today_rates,
    least(reasoning_tokens, used['output']) * bitTest(today_price.5[today_sheet], 14) AS today_reasoning
  FROM sheeted
),
summed AS (
  SELECT *, estimate_price.7[1] / estimate_price.7[2] / 3.6e27 * (estimate_price.8 = 0) AS estimate_scale,
    estimate_scale * [toFloat64(1), estimate_price.6[zone][1] / estimate_price.6[zone][2]][1 + notEmpty(estimate_price.6[zone])] AS estimate_token_scale,
    (used['input'] * estimate_rates[1] + used['cache_read'] * estimate_rates[2] + used['cache_write'] * estimate_rates[3] + used['cache_write_1h'] * estimate_rates[4] + used['input_audio'] * estimate_rates[5] + used['cache_read_audio'] * estimate_rates[6] + used['input_image'] * estimate_rates[7] + used['cache_read_image'] * estimate_rates[8] + used['input_video'] * estimate_rates[9]) * estimate_token_scale AS estimate_input_usd,
    ((used['output'] - estimate_reasoning) * estimate_rates[10] + used['output_audio'] * estimate_rates[11] + used['output_image'] * estimate_rates[12] + (used['output_reasoning'] + estimate_reasoning) * estimate_rates[13]) * estimate_token_scale AS estimate_output_usd,
    ((used['images'] * (1 - has_output)) * estimate_rates[17] + used['input_images'] * estimate_rates[18] + used['pages'] * estimate_rates[19] + used['annotated_pages'] * estimate_rates[20] + used['queries'] * estimate_rates[21] + used['file_searches'] * estimate_rates[22] + used['characters'] * estimate_rates[16] + used['web_searches'] * estimate_rates[24] + greatest(used['audio_seconds'], estimate_price.9) * (used['audio_seconds'] > 0) * estimate_rates[15]) * estimate_scale AS estimate_unit_usd,
    bitOr(bitShiftLeft(toUInt64(used['input'] > 0), 1) + bitShiftLeft(toUInt64(used['cache_read'] > 0), 2) + bitShiftLeft(toUInt64(used['cache_write'] > 0), 3) + bitShiftLeft(toUInt64(used['cache_write_1h'] > 0), 4) + bitShiftLeft(toUInt64(used['input_audio'] > 0), 5) + bitShiftLeft(toUInt64(used['cache_read_audio'] > 0), 6) + bitShiftLeft(toUInt64(used['input_image'] > 0), 7) + bitShiftLeft(toUInt64(used['cache_read_image'] > 0), 8) + bitShiftLeft(toUInt64(used['input_video'] > 0), 9) + bitShiftLeft(toUInt64((used['output'] - estimate_reasoning) > 0), 10) + bitShiftLeft(toUInt64(used['output_audio'] > 0), 11) + bitShiftLeft(toUInt64(used['output_image'] > 0), 12) + bitShiftLeft(toUInt64((used['output_reasoning'] + estimate_reasoning) > 0), 13) + bitShiftLeft(toUInt64((used['images'] * (1 - has_output)) > 0), 17) + bitShiftLeft(toUInt64(used['input_images'] > 0), 18) + bitShiftLeft(toUInt64(used['pages'] > 0), 19) + bitShiftLeft(toUInt64(used['annotated_pages'] > 0), 20) + bitShiftLeft(toUInt64(used['queries'] > 0), 21) + bitShiftLeft(toUInt64(used['file_searches'] > 0), 22) + bitShiftLeft(toUInt64(used['web_searches'] > 0), 24),
      (1 - has_tokens) * (bitShiftLeft(toUInt64(used['characters'] > 0), 16) + bitShiftLeft(toUInt64(used['audio_seconds'] > 0), 15))) AS estimate_needed,
    today_price.7[1] / today_price.7[2] / 3.6e27 * (today_price.8 = 0) AS today_scale,
    today_scale * [toFloat64(1), today_price.6[zone][1] / today_price.6[zone][2]][1 + notEmpty(today_price.6[zone])] AS today_token_scale,
    (used['input'] * today_rates[1] + used['cache_read'] * today_rates[2] + used['cache_write'] * today_rates[3] + used['cache_write_1h'] * today_rates[4] + used['input_audio'] * today_rates[5] + used['cache_read_audio'] * today_rates[6] + used['input_image'] * today_rates[7] + used['cache_read_image'] * today_rates[8] + used['input_video'] * today_rates[9]) * today_token_scale AS today_input_usd,
    ((used['output'] - today_reasoning) * today_rates[10] + used['output_audio'] * today_rates[11] + used['output_image'] * today_rates[12] + (used['output_reasoning'] + today_reasoning) * today_rates[13]) * today_token_scale AS today_output_usd,
    ((used['images'] * (1 - has_output)) * today_rates[17] + used['input_images'] * today_rates[18] + used['pages'] * today_rates[19] + used['annotated_pages'] * today_rates[20] + used['queries'] * today_rates[21] + used['file_searches'] * today_rates[22] + used['characters'] * today_rates[16] + used['web_searches'] * today_rates[24] + greatest(used['audio_seconds'], today_price.9) * (used['audio_seconds'] > 0) * today_rates[15]) * today_scale AS today_unit_usd,
    bitOr(bitShiftLeft(toUInt64(used['input'] > 0), 1) + bitShiftLeft(toUInt64(used['cache_read'] > 0), 2) + bitShiftLeft(toUInt64(used['cache_write'] > 0), 3) + bitShiftLeft(toUInt64(used['cache_write_1h'] > 0), 4) + bitShiftLeft(toUInt64(used['input_audio'] > 0), 5) + bitShiftLeft(toUInt64(used['cache_read_audio'] > 0), 6) + bitShiftLeft(toUInt64(used['input_image'] > 0), 7) + bitShiftLeft(toUInt64(used['cache_read_image'] > 0), 8) + bitShiftLeft(toUInt64(used['input_video'] > 0), 9) + bitShiftLeft(toUInt64((used['output'] - today_reasoning) > 0), 10) + bitShiftLeft(toUInt64(used['output_audio'] > 0), 11) + bitShiftLeft(toUInt64(used['output_image'] > 0), 12) + bitShiftLeft(toUInt64((used['output_reasoning'] + today_reasoning) > 0), 13) + bitShiftLeft(toUInt64((used['images'] * (1 - has_output)) > 0), 17) + bitShiftLeft(toUInt64(used['input_images'] > 0), 18) + bitShiftLeft(toUInt64(used['pages'] > 0), 19) + bitShiftLeft(toUInt64(used['annotated_pages'] > 0), 20) + bitShiftLeft(toUInt64(used['queries'] > 0), 21) + bitShiftLeft(toUInt64(used['file_searches'] > 0), 22) + bitShiftLeft(toUInt64(used['web_searches'] > 0), 24),
      (1 - has_tokens) * (bitShiftLeft(toUInt64(used['characters'] > 0), 16) + bitShiftLeft(toUInt64(used['audio_seconds'] > 0), 15))) AS today_needed
  FROM rated
)
SELECT ts, request_id, customer, app, team, env, feature, prompt_name, prompt_version, route, segment, policy_role, candidate_assigned, candidate_served, policy_version, candidates, probabilities, cost_usd, provider, model,
  [NULL, estimate_input_usd * input_ratio + estimate_output_usd * output_ratio + estimate_unit_usd, 0][1 + ((greatest(is_free, estimate_price.8, (estimate_sheet > 0) * (bitAnd(estimate_needed, estimate_price.5[estimate_sheet]) = estimate_needed)) * is_countable AS estimate_is_known)) * (1 + is_free)] AS estimate_usd,
  [NULL, estimate_input_usd * input_low + estimate_output_usd * output_low + estimate_unit_usd, 0][1 + (estimate_is_known * is_measured) * (1 + is_free)] AS estimate_low_usd,
  [NULL, estimate_input_usd * input_high + estimate_output_usd * output_high + estimate_unit_usd, 0][1 + (estimate_is_known * is_measured) * (1 + is_free)] AS estimate_high_usd,
  [NULL, today_input_usd * input_ratio + today_output_usd * output_ratio + today_unit_usd, 0][1 + ((greatest(is_free, today_price.8, (today_sheet > 0) * (bitAnd(today_needed, today_price.5[today_sheet]) = today_needed)) * is_countable AS today_is_known)) * (1 + is_free)] AS today_usd,
  [NULL, today_input_usd * input_low + today_output_usd * output_low + today_unit_usd, 0][1 + (today_is_known * is_measured) * (1 + is_free)] AS today_low_usd,
  [NULL, today_input_usd * input_high + today_output_usd * output_high + today_unit_usd, 0][1 + (today_is_known * is_measured) * (1 + is_free)] AS today_high_usd
FROM summed;

CREATE TABLE IF NOT EXISTS `sidelight`.`cache_entries`
(
  `ts` DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
  `entry_id` String CODEC(ZSTD(1)),
  `app` LowCardinality(String) CODEC(ZSTD(1)),
  `customer` LowCardinality(String) CODEC(ZSTD(1)),
  `route` LowCardinality(String) CODEC(ZSTD(1)),
  `provider` LowCardinality(String) CODEC(ZSTD(1)),
  `model` LowCardinality(String) CODEC(ZSTD(1)),
  `tags` Map(LowCardinality(String), String) CODEC(ZSTD(1)),
  `exact_key` String CODEC(ZSTD(1)),
  `compat_key` String CODEC(ZSTD(1)),
  `owner` String CODEC(ZSTD(1)),
  `language` LowCardinality(String) CODEC(ZSTD(1)),
  `question` String CODEC(ZSTD(6)),
  `answer` String CODEC(ZSTD(6)),
  `life_ms` Map(LowCardinality(String), Float64) CODEC(ZSTD(1)),
  `took_ms` Float32 CODEC(ZSTD(1)),
  `cost_usd` Nullable(Decimal(18, 12)) CODEC(T64, ZSTD(1)),
  `mask_rules_version` LowCardinality(String) CODEC(ZSTD(1))
)
ENGINE = MergeTree
PARTITION BY toDate(ts)
ORDER BY (ts, exact_key)
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1, materialize_ttl_recalculate_only = 1, fsync_after_insert = 1, fsync_part_directory = 1;

ALTER TABLE `sidelight`.`requests` MODIFY TTL toDateTime(ts) + toIntervalDay(90);

ALTER TABLE `sidelight`.`attempts` MODIFY TTL toDateTime(ts) + toIntervalDay(90);

ALTER TABLE `sidelight`.`cost_backfills` MODIFY TTL toDateTime(ts) + toIntervalDay(90);

ALTER TABLE `sidelight`.`contents` MODIFY TTL toDateTime(ts) + toIntervalDay(14);

ALTER TABLE `sidelight`.`feedback` MODIFY TTL toDateTime(ts) + toIntervalDay(400);

ALTER TABLE `sidelight`.`scores` MODIFY TTL toDateTime(ts) + toIntervalDay(400);

ALTER TABLE `sidelight`.`cache_audits` MODIFY TTL toDateTime(ts) + toIntervalDay(400);

ALTER TABLE `sidelight`.`cache_entries` MODIFY TTL toDateTime(ts) + toIntervalDay(7);

ALTER TABLE `sidelight`.`eval_runs` MODIFY TTL toDateTime(ts) + toIntervalDay(400);

ALTER TABLE `sidelight`.`self_audit` MODIFY TTL toDateTime(ts) + toIntervalDay(400);

ALTER TABLE `sidelight`.`usage_hourly` MODIFY TTL hour + toIntervalDay(730);

ALTER TABLE `sidelight`.`latency_1m` MODIFY TTL minute + toIntervalDay(30);

ALTER TABLE `sidelight`.`latency_1h` MODIFY TTL hour + toIntervalDay(730);

ALTER TABLE `sidelight`.`prompt_daily` MODIFY TTL day + toIntervalDay(730);

ALTER TABLE `sidelight`.`candidate_1h` MODIFY TTL hour + toIntervalDay(730);
