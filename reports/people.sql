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
-- whole metadata names it, but for where a link stands in it.
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
                    regexp_replace(metadata, ',? *"link_position" *: *[0-9]+', '')
                )
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
-- How many links of the mail were clicked within 10 seconds of each moment at which one was.
moments AS (
    SELECT DISTINCT mail, happened_at, link_id FROM runs
),
crowds AS (
    SELECT moment.mail, moment.happened_at, count(DISTINCT near.link_id) AS links
    FROM (SELECT DISTINCT mail, happened_at FROM moments) AS moment
    JOIN moments AS near
        ON near.mail = moment.mail
        AND near.happened_at BETWEEN moment.happened_at - 10 AND moment.happened_at + 10
    GROUP BY moment.mail, moment.happened_at
),
bursts AS (
    SELECT
        id,
        runs.happened_at - 10
            <= max(CASE WHEN links >= 3 OR signal = 'decoy' THEN runs.happened_at END)
            OVER (PARTITION BY runs.mail, run) AS burst
    FROM runs JOIN crowds ON crowds.mail = runs.mail AND crowds.happened_at = runs.happened_at
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
