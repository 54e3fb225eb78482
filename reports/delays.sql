-- How long people took, in seconds from when the link was made: to the first open, to the first
-- click of each mail.
SELECT
    campaign,
    "type",
    count(*) AS mails,
    approx_percentile(seconds, 0.1) AS tenth,
    approx_percentile(seconds, 0.5) AS median,
    approx_percentile(seconds, 0.9) AS ninetieth
FROM (
    SELECT campaign, "type", mail, min(age_seconds) AS seconds
    FROM people
    WHERE mail IS NOT NULL AND age_seconds IS NOT NULL
        AND ("type" = 'email.opened' AND who IN ('person', 'proxy')
            OR "type" = 'email.clicked' AND who = 'person')
    GROUP BY campaign, "type", mail
)
GROUP BY campaign, "type"
ORDER BY campaign, "type" DESC
