-- The mails whose links were followed in a burst, the busiest first: scanners behind a browser's name.
SELECT campaign, mail, count(*) AS clicks, min(happened_at) AS began, max(happened_at) AS ended
FROM people
WHERE burst
GROUP BY campaign, mail
ORDER BY clicks DESC, mail
LIMIT 100
