CREATE FUNCTION journal_accept(
    p_global_serial text[], p_channel text[], p_channel_serial text[], p_payload_hash bytea[], p_operation text[],
    p_effect text[], p_host text[], p_customer text[], p_account text[], p_amount bigint[], p_currency text[],
    p_limit_day text[], p_accepted_at bigint[], p_due_at bigint[], p_owner text[], p_command bytea[], p_agent text[],
    p_call text[], p_terminal text[], p_branch text[], p_trace text[], p_limited bigint[],
    p_single bigint, p_daily bigint, p_count bigint
) RETURNS TABLE (
    o_place bigint, o_code text, o_single bigint, o_daily bigint, o_count bigint, o_used_total bigint,
    o_used_count bigint, o_original transactions
) LANGUAGE plpgsql AS $function$
DECLARE
    r record;
BEGIN
    FOR r IN
        SELECT * FROM unnest(
            p_global_serial, p_channel, p_channel_serial, p_payload_hash, p_operation, p_effect, p_host, p_customer,
            p_account, p_amount, p_currency, p_limit_day, p_accepted_at, p_due_at, p_owner, p_command, p_agent, p_call,
            p_terminal, p_branch, p_trace, p_limited
        ) WITH ORDINALITY AS x(
            global_serial, channel, channel_serial, payload_hash, operation, effect, host, customer,
            account, amount, currency, limit_day, accepted_at, due_at, owner, command, agent, call,
            terminal, branch, trace, limited, place
        ) ORDER BY x.account, x.channel, x.channel_serial, x.place
    LOOP
        o_place := r.place;
        o_code := NULL;
        o_original := NULL;
        IF r.limited IS NOT NULL THEN
            SELECT u.total, u.count INTO o_used_total, o_used_count
            FROM limit_usage u WHERE u.account = r.account AND u.limit_day = r.limit_day FOR UPDATE;
            IF NOT FOUND THEN
                INSERT INTO limit_usage (account, limit_day, total, count) VALUES (r.account, r.limit_day, 0, 0)
                ON CONFLICT DO NOTHING;
                SELECT u.total, u.count INTO o_used_total, o_used_count
                FROM limit_usage u WHERE u.account = r.account AND u.limit_day = r.limit_day FOR UPDATE;
            END IF;
            SELECT a.single_limit, a.daily_limit, a.count_limit INTO o_single, o_daily, o_count
            FROM accounts a WHERE a.account = r.account;
            IF NOT FOUND THEN
                o_single := p_single;
                o_daily := p_daily;
                o_count := p_count;
            END IF;
            o_code := CASE
                WHEN r.limited > o_single THEN 'LIMIT_SINGLE_EXCEEDED'
                WHEN o_used_count >= o_count THEN 'LIMIT_COUNT_EXCEEDED'
                WHEN o_used_total + r.limited > o_daily THEN 'LIMIT_DAILY_EXCEEDED'
            END;
        END IF;
        IF o_code IS NULL THEN
            INSERT INTO transactions (
                global_serial, channel, channel_serial, payload_hash, operation, effect, host, customer, account,
                amount, currency, limit_day, state, accepted_at, due_at, owner, command, outcome, host_serial,
                accounting_date, code, agent, call, terminal, branch, trace, reserved
            ) VALUES (
                r.global_serial, r.channel, r.channel_serial, r.payload_hash, r.operation, r.effect, r.host,
                r.customer, r.account, r.amount, r.currency, r.limit_day, 'PENDING', r.accepted_at, r.due_at, r.owner,
                r.command, '', '', '', '', r.agent, r.call, r.terminal, r.branch, r.trace, coalesce(r.limited, 0)
            ) ON CONFLICT (channel, channel_serial) WHERE effect <> 'ENQUIRY' DO NOTHING;
            IF FOUND THEN
                IF r.limited IS NOT NULL THEN
                    UPDATE limit_usage SET total = total + r.limited, count = count + 1
                    WHERE account = r.account AND limit_day = r.limit_day;
                END IF;
                CONTINUE;
            END IF;
        END IF;
        SELECT t.* INTO o_original FROM transactions t
        WHERE t.channel = r.channel AND t.channel_serial = r.channel_serial AND t.effect <> 'ENQUIRY';
        RETURN NEXT;
    END LOOP;
END
$function$;

CREATE FUNCTION journal_settle(
    p_global_serial text[], p_expected text[], p_state text[], p_at bigint[], p_settled_at bigint[],
    p_outcome bytea[], p_host_serial text[], p_accounting_date text[], p_code text[], p_release boolean[],
    p_before_reversal boolean[], p_doubt integer[], p_events integer[],
    d_host text[], d_operation text[], d_account text[], d_stage text[], d_policy text[], d_attempts bigint[],
    d_opened_at bigint[], d_due_at bigint[], d_reason text[],
    e_place integer[], e_at bigint[], e_kind text[], e_detail bytea[]
) RETURNS TABLE (o_place bigint, o_before transactions) LANGUAGE plpgsql AS $function$
DECLARE
    r record;
BEGIN
    FOR r IN
        SELECT x.* FROM unnest(
            p_global_serial, p_expected, p_state, p_at, p_settled_at, p_outcome, p_host_serial, p_accounting_date,
            p_code, p_release, p_before_reversal, p_doubt, p_events
        ) WITH ORDINALITY AS x(
            global_serial, expected, state, at, settled_at, outcome, host_serial, accounting_date,
            code, release, before_reversal, doubt, events, place
        ) JOIN transactions t ON t.global_serial = x.global_serial
        ORDER BY t.account, x.global_serial, x.place
    LOOP
        SELECT t.* INTO o_before FROM transactions t WHERE t.global_serial = r.global_serial FOR UPDATE;
        CONTINUE WHEN NOT o_before.state = ANY (string_to_array(r.expected, ','));
        CONTINUE WHEN r.before_reversal AND EXISTS (
            SELECT 1 FROM doubts d
            WHERE d.global_serial = r.global_serial AND d.closed_at IS NULL AND d.stage <> 'INQUIRE'
        );
        o_place := r.place;
        UPDATE transactions SET
            state = r.state, settled_at = r.settled_at, outcome = r.outcome,
            host_serial = coalesce(nullif(r.host_serial, ''), o_before.host_serial),
            accounting_date = coalesce(nullif(r.accounting_date, ''), o_before.accounting_date),
            code = r.code, reserved = CASE WHEN r.release THEN 0 ELSE o_before.reserved END
        WHERE global_serial = r.global_serial;
        IF r.release AND o_before.reserved <> 0 THEN
            UPDATE limit_usage SET total = total - o_before.reserved
            WHERE account = o_before.account AND limit_day = o_before.limit_day;
        END IF;
        IF r.doubt IS NULL THEN
            UPDATE doubts SET closed_at = r.at WHERE global_serial = r.global_serial AND closed_at IS NULL;
        ELSE
            INSERT INTO doubts (
                global_serial, host, operation, account, stage, policy, attempts, opened_at, due_at, reason
            ) VALUES (
                r.global_serial, d_host[r.doubt], d_operation[r.doubt], d_account[r.doubt], d_stage[r.doubt],
                d_policy[r.doubt], d_attempts[r.doubt], d_opened_at[r.doubt], d_due_at[r.doubt], d_reason[r.doubt]
            ) ON CONFLICT (global_serial) DO UPDATE SET
                host = excluded.host, operation = excluded.operation, account = excluded.account,
                stage = excluded.stage, policy = excluded.policy, attempts = excluded.attempts,
                opened_at = excluded.opened_at, due_at = excluded.due_at, reason = excluded.reason,
                closed_at = NULL, claimed_by = '', claimed_until = 0;
        END IF;
        IF r.events > 0 THEN
            INSERT INTO events (global_serial, at, kind, detail)
            SELECT r.global_serial, e.at, e.kind, e.detail
            FROM unnest(e_place, e_at, e_kind, e_detail) WITH ORDINALITY AS e(place, at, kind, detail, number)
            WHERE e.place = r.place ORDER BY e.number;
        END IF;
        RETURN NEXT;
    END LOOP;
END
$function$
