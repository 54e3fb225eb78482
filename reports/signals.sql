-- How far each signal agrees with bursts and decoys, which show machines by other means.
--
-- Of the clicks that have the signal, those in a burst are machines' for certain; what is not in one
-- may be either. of_bursts is the part of all clicks in bursts that have it.
SELECT
    list,
    signal,
    count(*) AS clicks,
    count(*) FILTER (WHERE burst) AS in_bursts,
    1.0 * count(*) FILTER (WHERE burst) / count(*) AS share_in_bursts,
    1.0 * count(*) FILTER (WHERE burst)
        / nullif((SELECT count(*) FROM people WHERE burst), 0) AS share_of_bursts
FROM (
    SELECT 'decides' AS list, split_part(item, ':', 1) AS signal, burst
    FROM people CROSS JOIN UNNEST(split(signals, ' ')) AS each_one (item)
    WHERE "type" = 'email.clicked' AND item <> ''
    UNION ALL
    SELECT 'shadow' AS list, split_part(item, ':', 1) AS signal, burst
    FROM people CROSS JOIN UNNEST(split(shadow, ' ')) AS each_one (item)
    WHERE "type" = 'email.clicked' AND item <> ''
)
GROUP BY list, signal
ORDER BY list DESC, clicks DESC, signal
