-- Each event once, and who made it: the rules by which people are distinguished from machines.
--
-- machine   the verdict names a program (bot, scanner, prefetch), or the click is part of a burst:
--           three links or more of one mail within 10 seconds either way, or its decoy. What was
--           clicked in the same run before a burst (no pause over 10 seconds) belongs to it.
-- proxy     a mail provider fetched the image for a person: an open by a person, seen indirectly.
-- person    a browser or a mail program, and no burst.
-- unknown   nothing is known: counted apart.
--
-- An event of a link that names no recipient (privacy: aggregate) has no mail. Without a message_id the
-- whole metadata names it, but for what rewriting put in front about the link: its place, its label.
--
-- Trino reads a named query as often as it is asked for: few are, so that the events are read seldom.
WITH once AS (
    SELECT
        id,
        "timestamp" AS happened_at,
        CASE
            WHEN "type" IS NOT NULL THEN "type"
            WHEN is_open_tracking THEN 'email.opened'
            ELSE 'email.clicked'
        END AS "type",
        CASE
            WHEN link_id IS NOT NULL
                THEN coalesce(
                    json_extract_scalar(metadata, '$.message_id'),
                    regexp_replace(
                        metadata,
                        '^\{( *"link_(position|part|label|decoy)" *: *("([^"\\]|\\.)*"|[0-9]+|true) *,?)+ *',
                        '{'
                    )
                )
        END AS mail,
        json_extract_scalar(metadata, '$.campaign') AS campaign,
        CASE WHEN tracked_url IS NOT NULL
            THEN json_extract_scalar(metadata, '$.link_position') END AS position,
        link_id,
        tracked_url AS url,
        visitor."class" AS verdict,
        split_part(split_part(array_join(visitor.signals, '|'), '|', 1), ':', 1) AS signal,
        array_join(visitor.signals, '|') AS signals,
        array_join(visitor.shadow, '|') AS shadow,
        visitor.age_seconds AS age_seconds,
        "value"
    FROM (
        SELECT *, row_number() OVER (PARTITION BY id ORDER BY "timestamp") AS copy
        FROM events
        WHERE id IS NOT NULL AND NOT coalesce(test, FALSE)
    )
    WHERE copy = 1
),
clicks AS (
    SELECT
        mail, happened_at,
        CASE WHEN signal = 'decoy' THEN 1 ELSE 0 END AS decoy,
        dense_rank() OVER (PARTITION BY mail ORDER BY link_id) AS link
    FROM once
    WHERE "type" = 'email.clicked' AND mail IS NOT NULL
),
seconds AS (
    SELECT
        mail, happened_at,
        max(decoy) AS decoy,
        min(link) AS low, max(link) AS high,
        count(*) AS amount, sum(link) AS total, sum(link * link) AS squares
    FROM clicks
    GROUP BY mail, happened_at
),
-- The clicks of the mail within 10 seconds of each second.
around AS (
    SELECT
        mail, happened_at, decoy,
        happened_at - lag(happened_at) OVER (PARTITION BY mail ORDER BY happened_at) AS pause,
        min(low) OVER (
            PARTITION BY mail ORDER BY happened_at RANGE BETWEEN 10 PRECEDING AND 10 FOLLOWING
        ) AS low,
        max(high) OVER (
            PARTITION BY mail ORDER BY happened_at RANGE BETWEEN 10 PRECEDING AND 10 FOLLOWING
        ) AS high,
        sum(amount) OVER (
            PARTITION BY mail ORDER BY happened_at RANGE BETWEEN 10 PRECEDING AND 10 FOLLOWING
        ) AS amount,
        sum(total) OVER (
            PARTITION BY mail ORDER BY happened_at RANGE BETWEEN 10 PRECEDING AND 10 FOLLOWING
        ) AS total,
        sum(squares) OVER (
            PARTITION BY mail ORDER BY happened_at RANGE BETWEEN 10 PRECEDING AND 10 FOLLOWING
        ) AS squares
    FROM seconds
),
-- (link - low) * (link - high) is 0 for those two links and less for each between them. So its sum
-- over the clicks around a second, here multiplied out, is less than 0 from three links on.
runs AS (
    SELECT
        mail, happened_at,
        CASE WHEN decoy = 1 OR squares - (low + high) * total + low * high * amount < 0
            THEN happened_at END AS crowded_at,
        sum(CASE WHEN pause <= 10 THEN 0 ELSE 1 END)
            OVER (PARTITION BY mail ORDER BY happened_at ROWS UNBOUNDED PRECEDING) AS run
    FROM around
),
bursts AS (
    SELECT
        mail, happened_at,
        happened_at - 10 <= max(crowded_at) OVER (PARTITION BY mail, run) AS burst
    FROM runs
)
SELECT
    once.*,
    coalesce(bursts.burst, FALSE) AS burst,
    CASE
        WHEN verdict IN ('bot', 'scanner', 'prefetch') OR bursts.burst THEN 'machine'
        WHEN verdict = 'proxy' THEN 'proxy'
        WHEN verdict = 'human' THEN 'person'
        ELSE 'unknown'
    END AS who
FROM once LEFT JOIN bursts
    ON once.mail = bursts.mail AND once.happened_at = bursts.happened_at
    AND once."type" = 'email.clicked'
