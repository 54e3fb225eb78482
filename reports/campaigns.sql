-- What became of each campaign: people apart from machines.
--
-- unique_* count mails. opens_of_no_mail are of links that name no recipient: they are among the
-- opens and in none of the unique ones. Acts (unsubscribing, rating, ...) count for every visitor.
-- "nan" and "inf" are words, not numbers.
SELECT
    campaign,
    count(*) FILTER (WHERE "type" = 'email.opened' AND who IN ('person', 'proxy')) AS opens,
    count(DISTINCT mail) FILTER (WHERE "type" = 'email.opened' AND who IN ('person', 'proxy'))
        AS unique_opens,
    count(*) FILTER (WHERE "type" = 'email.opened' AND who IN ('person', 'proxy') AND mail IS NULL)
        AS opens_of_no_mail,
    count(*) FILTER (WHERE "type" = 'email.clicked' AND who = 'person') AS clicks,
    count(DISTINCT mail) FILTER (WHERE "type" = 'email.clicked' AND who = 'person')
        AS unique_clicks,
    count(*) FILTER (WHERE "type" = 'email.opened' AND who = 'machine') AS machine_opens,
    count(*) FILTER (WHERE "type" = 'email.clicked' AND who IN ('machine', 'proxy'))
        AS machine_clicks,
    count(*) FILTER (WHERE "type" IN ('email.opened', 'email.clicked') AND who = 'unknown')
        AS unknown,
    count(DISTINCT mail) FILTER (WHERE "type" = 'email.unsubscribed')
        + count(*) FILTER (WHERE "type" = 'email.unsubscribed' AND mail IS NULL) AS unsubscribes,
    count(DISTINCT mail) FILTER (WHERE "type" = 'email.rated')
        + count(*) FILTER (WHERE "type" = 'email.rated' AND mail IS NULL) AS ratings,
    avg(rating) FILTER (WHERE "type" = 'email.rated' AND rating BETWEEN -1e9 AND 1e9)
        AS average_rating
FROM (SELECT *, TRY_CAST("value" AS double) AS rating FROM people)
GROUP BY campaign
ORDER BY opens DESC, campaign
