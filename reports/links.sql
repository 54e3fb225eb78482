-- Which links were followed, by how many people, and by how many machines beside them.
SELECT
    campaign,
    url,
    position,
    count(*) FILTER (WHERE who = 'person') AS clicks,
    count(DISTINCT mail) FILTER (WHERE who = 'person') AS unique_clicks,
    count(*) FILTER (WHERE who IN ('machine', 'proxy')) AS machine_clicks
FROM people
WHERE "type" = 'email.clicked'
GROUP BY campaign, url, position
ORDER BY campaign, clicks DESC, url, position
