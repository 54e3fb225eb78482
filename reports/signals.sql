-- How far each signal agrees with bursts and decoys, which show machines by other means.
--
-- Of the clicks that have the signal, those in a burst are machines' for certain; what is not in one
-- may be either. of_bursts is the part of all clicks in bursts that have it.
SELECT
    list,
    signal,
    clicks,
    in_bursts,
    CAST(in_bursts AS double) / clicks AS share_in_bursts,
    CAST(in_bursts AS double) / nullif(bursts, 0) AS share_of_bursts
FROM (
    SELECT
        list,
        split_part(item, ':', 1) AS signal,
        count(*) AS clicks,
        count(*) FILTER (WHERE burst) AS in_bursts,
        max(CASE WHEN list = 'all' THEN count(*) FILTER (WHERE burst) END) OVER () AS bursts
    FROM people
    CROSS JOIN (VALUES ('decides'), ('shadow'), ('all')) AS lists (list)
    CROSS JOIN UNNEST(
        split(CASE list WHEN 'decides' THEN signals WHEN 'shadow' THEN shadow ELSE 'all' END, '|')
    ) AS each_one (item)
    WHERE "type" = 'email.clicked' AND item <> ''
    GROUP BY list, split_part(item, ':', 1)
)
WHERE list <> 'all'
ORDER BY list DESC, clicks DESC, signal
