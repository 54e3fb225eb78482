-- Opens and clicks in each hour (its beginning, seconds since the epoch, UTC).
SELECT
    happened_at - happened_at % 3600 AS hour,
    count(*) FILTER (WHERE "type" = 'email.opened' AND who IN ('person', 'proxy')) AS opens,
    count(*) FILTER (WHERE "type" = 'email.clicked' AND who = 'person') AS clicks,
    count(*) FILTER (WHERE who = 'machine' OR who = 'proxy' AND "type" = 'email.clicked') AS machines
FROM people
WHERE "type" IN ('email.opened', 'email.clicked')
GROUP BY happened_at - happened_at % 3600
ORDER BY hour
