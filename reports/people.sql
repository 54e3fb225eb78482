-- Each event once, and who made it: the rules by which people are distinguished from machines.
--
-- machine   the verdict names a program (bot, scanner, prefetch), or the click is part of a burst:
--           three links or more of one mail within 10 seconds either way, or its decoy. What was
--           clicked in the same run before a burst (no pause over 10 seconds) belongs to it.
-- proxy     a mail provider fetched the image for a person: an open by a person, seen indirectly.
-- person    a browser or a mail program, and no burst.
-- unknown   nothing is known: counted apart.
--
-- An event of a link that names no recipient (privacy: aggregate) has no mail.
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
                THEN coalesce(json_extract_scalar(metadata, '$.message_id'), metadata)
        END AS mail,
        json_extract_scalar(metadata, '$.campaign') AS campaign,
        CASE WHEN tracked_url IS NOT NULL
            THEN json_extract_scalar(metadata, '$.link_position') END AS position,
        link_id,
        tracked_url AS url,
        visitor."class" AS verdict,
        split_part(split_part(array_join(visitor.signals, ' '), ' ', 1), ':', 1) AS signal,
        array_join(visitor.signals, ' ') AS signals,
        array_join(visitor.shadow, ' ') AS shadow,
        visitor.age_seconds AS age_seconds,
        "value"
    FROM (
        SELECT *, row_number() OVER (PARTITION BY id ORDER BY "timestamp") AS copy
        FROM events
        WHERE id IS NOT NULL AND test IS NOT TRUE
    )
    WHERE copy = 1
),
-- Only a mail of which three links or more were clicked, or its decoy, can hold a burst.
suspects AS (
    SELECT mail
    FROM once
    WHERE "type" = 'email.clicked' AND mail IS NOT NULL
    GROUP BY mail
    HAVING count(DISTINCT link_id) >= 3 OR count(*) FILTER (WHERE signal = 'decoy') > 0
),
steps AS (
    SELECT
        id, once.mail, link_id, happened_at, signal,
        happened_at - lag(happened_at)
            OVER (PARTITION BY once.mail ORDER BY happened_at, id) AS pause
    FROM once JOIN suspects ON once.mail = suspects.mail
    WHERE "type" = 'email.clicked'
),
runs AS (
    SELECT
        id, mail, link_id, happened_at, signal,
        sum(CASE WHEN pause <= 10 THEN 0 ELSE 1 END)
            OVER (PARTITION BY mail ORDER BY happened_at, id ROWS UNBOUNDED PRECEDING) AS run
    FROM steps
),
firsts AS (
    SELECT
        id, mail, run, happened_at, signal,
        CASE WHEN row_number() OVER (PARTITION BY mail, run, link_id ORDER BY happened_at, id) = 1
            THEN 1 ELSE 0 END AS is_first
    FROM runs
),
crowds AS (
    SELECT
        id, mail, run, happened_at, signal,
        sum(is_first) OVER (
            PARTITION BY mail, run ORDER BY happened_at
            RANGE BETWEEN 10 PRECEDING AND 10 FOLLOWING
        ) AS links
    FROM firsts
),
bursts AS (
    SELECT
        id,
        happened_at - 10 <= max(CASE WHEN links >= 3 OR signal = 'decoy' THEN happened_at END)
            OVER (PARTITION BY mail, run) AS burst
    FROM crowds
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
FROM once LEFT JOIN bursts ON once.id = bursts.id
