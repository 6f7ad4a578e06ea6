import type { Migration } from './step.ts'

/** The tables that Sidelight writes. A copy of the columns as they were: it stays as it is when they grow. */
export const ledger: Migration = {
  version: 1,
  name: 'ledger',
  steps: [
    {
      kind: 'table',
      name: 'requests',
      columns: `
        ts time
        request_id uuid
        seq u64
        sidecar_id label
        boot u32
        worker u16
        schema_version u8
        app label
        team label
        env label
        key_name label
        customer label
        tier label
        feature label
        session text
        prompt_name label
        prompt_version label
        prompt_fingerprint hex32
        tags label_map
        trace_id text
        dialect label
        endpoint label
        route label
        model_asked label
        segment label
        streamed bool
        role label
        pair_id text
        policy_id label
        policy_version u32
        policy_role label
        candidates labels
        probabilities floats
        excluded label_map
        draw_u float
        draw_n u16
        unit_kind label
        unit_hash hex32
        salt_id label
        sticky_version u32
        sticky_hit bool
        override_source label
        candidate_assigned label
        propensity float
        candidate_served label
        provider label
        model label
        model_reported label
        region label
        attempt_count u16
        fallback_used bool
        recovery_mode label
        stitched_at_chars u32
        cache label
        cache_score float?
        cache_saved_usd money?
        input_tokens u32
        cached_input_tokens u32
        cache_write_tokens u32
        output_tokens u32
        reasoning_tokens u32
        usage_classes amount_map
        usage_source label
        service_tier label
        cost_usd money?
        cost_reported_usd money?
        baseline_usd money?
        price_valid_from date
        price_assumed bool
        quality float?
        pii_counts count_map
        pii_action label
        guard_verdict label
        status label
        http_status u16
        error_code label
        finish_reason label
        duration_ms ms
        first_token_ms ms?
        overhead_us u32
        dropped_fields labels
        request_bytes u32
        response_bytes u32
        cost_catalog_usd money?
        charge_usd money?
        price_zone label
        speed label
        cache_guard label
        cache_entry_id text
        cache_age_s u32
        cache_tau float?
        cache_saved_ms ms?
        coalesced bool
        guard_score u16
        mask_rules_version label
        pii_scan_us u32
        unscanned_parts u16
        placeholder_unknown u16
        ingested_at = DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC') CODEC(Delta(8), ZSTD(1))
      `,
      engine: 'MergeTree',
      partitionBy: 'toMonday(ts)',
      orderBy: '(customer, toStartOfHour(ts), model, ts)',
      shardBy: 'cityHash64(customer)',
    },
    {
      kind: 'table',
      name: 'attempts',
      columns: `
        ts time
        request_id uuid
        attempt u16
        sidecar_id label
        candidate label
        provider label
        model label
        region label
        outcome label
        http_status u16
        error_code label
        duration_ms ms
        first_token_ms ms?
        input_tokens u32
        cached_input_tokens u32
        cache_write_tokens u32
        output_tokens u32
        usage_classes amount_map
        usage_source label
        cost_usd money?
        price_valid_from date
        upstream_request_id text
        model_reported label
        reasoning_tokens u32
        service_tier label
        price_zone label
        speed label
        price_model label
        price_option label
        price_assumed bool
        cost_catalog_usd money?
        ingested_at = DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC') CODEC(Delta(8), ZSTD(1))
      `,
      engine: 'MergeTree',
      partitionBy: 'toMonday(ts)',
      orderBy: '(provider, model, toStartOfHour(ts), request_id)',
      shardBy: 'cityHash64(request_id)',
    },
    {
      kind: 'table',
      name: 'feedback',
      columns: `
        ts time
        request_id uuid
        name label
        value float
        comment text
        app label
        key_name label
        customer label
        sidecar_id label
        boot u32
        worker u16
        seq u64
        schema_version u8
        ingested_at = DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC') CODEC(Delta(8), ZSTD(1))
      `,
      engine: 'MergeTree',
      partitionBy: 'toMonday(ts)',
      orderBy: '(name, toStartOfHour(ts), request_id)',
      shardBy: 'cityHash64(customer)',
    },
    {
      kind: 'table',
      name: 'self_audit',
      columns: `
        ts time
        day date
        of_table label
        sidecar_id label
        boot u32
        worker u16
        seen u64
        spooled u64
        lost u64
        losses count_map
        seq_min u64
        seq_max u64
        schema_version u8
      `,
      engine: 'MergeTree',
      partitionBy: 'toYYYYMM(day)',
      orderBy: '(day, sidecar_id, boot, worker, ts)',
      shardBy: 'cityHash64(sidecar_id)',
    },
    {
      kind: 'table',
      name: 'scores',
      columns: `
        ts time
        request_id uuid
        item text
        scorer label
        scorer_version label
        version u64
        origin label
        pair_id text
        run_id text
        app label
        customer label
        route label
        segment label
        candidate label
        policy_version u32
        policy_role label
        unit_hash hex32
        propensity float
        inclusion float
        score float?
        reason label
        cost_usd money?
        judge_cost_usd money?
        duration_ms ms
        first_token_ms ms?
      `,
      engine: 'ReplacingMergeTree(version)',
      partitionBy: 'toMonday(ts)',
      orderBy: '(scorer, route, toDate(ts), request_id, scorer_version, item, candidate)',
      shardBy: 'cityHash64(request_id)',
    },
    {
      kind: 'table',
      name: 'contents',
      columns: `
        ts time
        request_id uuid
        app label
        customer label
        route label
        prompt document
        answer document
        prompt_bytes u32
        answer_bytes u32
        truncated bool
        mask_rules_version label
      `,
      engine: 'MergeTree',
      partitionBy: 'toDate(ts)',
      orderBy: '(customer, toStartOfHour(ts), request_id)',
      shardBy: 'cityHash64(customer)',
    },
    {
      kind: 'table',
      name: 'cache_audits',
      columns: `
        ts time
        request_id uuid
        app label
        customer label
        route label
        tier label
        entry_id text
        score float
        tau float
        delta float
        guard label
        label label
        label_source label
        method label
        sampling_p float
        entry_age_s u32
        cost_usd money?
        action label
        cache = String ALIAS tier
        cache_score = Float64 ALIAS score
        false_hit = UInt8 ALIAS label = 'disagree'
      `,
      engine: 'MergeTree',
      partitionBy: 'toYYYYMM(ts)',
      orderBy: '(route, tier, ts)',
      shardBy: 'cityHash64(request_id)',
    },
    {
      kind: 'table',
      name: 'routing_policies',
      columns: `
        ts time
        route label
        version u32
        parent u32
        policy_id text
        action label
        actor label
        reason text
        run_id text
        not_before time
        weights amount_map
        document document
      `,
      engine: 'MergeTree',
      orderBy: '(route, version, ts)',
    },
    {
      kind: 'table',
      name: 'eval_runs',
      columns: `
        ts time
        run_id text
        kind label
        stage label
        route label
        status label
        exit_code u8
        asked u32
        scored u32
        failed u32
        skipped u32
        spend_usd money?
        duration_ms ms
        applied bool
        policy_version u32
        reason text
        figures amount_map
      `,
      engine: 'MergeTree',
      orderBy: '(ts, run_id, stage, route)',
    },
    {
      kind: 'table',
      name: 'budgets',
      columns: `
        updated_at time
        scope label
        key text
        period label
        limit_usd money
        actor label
      `,
      engine: 'MergeTree',
      orderBy: '(scope, key, period, updated_at)',
    },
    {
      kind: 'table',
      name: 'audit_log',
      columns: `
        ts time
        actor label
        action label
        subject label
        salt text
        details label_map
        counts amount_map
      `,
      engine: 'MergeTree',
      orderBy: '(ts, action)',
    },
  ],
}
