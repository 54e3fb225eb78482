-- Why events are not counted as people's: the signal of each verdict, or a burst of clicks.
SELECT
    who,
    CASE WHEN burst AND coalesce(verdict, '') NOT IN ('bot', 'scanner', 'prefetch') THEN 'burst'
        ELSE nullif(signal, '') END
        AS reason,
    count(*) FILTER (WHERE "type" = 'email.opened') AS opens,
    count(*) FILTER (WHERE "type" = 'email.clicked') AS clicks
FROM people
WHERE who <> 'person' AND "type" IN ('email.opened', 'email.clicked')
GROUP BY
    who,
    CASE WHEN burst AND coalesce(verdict, '') NOT IN ('bot', 'scanner', 'prefetch') THEN 'burst'
        ELSE nullif(signal, '') END
ORDER BY opens + clicks DESC, reason
