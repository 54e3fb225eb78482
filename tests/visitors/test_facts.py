"""Client and device: coarse facts for receivers that do not keep the user agent."""

import pytest
from pytracking.visitors import classify

IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15"
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("agent", "kind", "client", "device"),
    [
        (f"{IPHONE} (KHTML, like Gecko) Mobile/15E148", "open", "apple-mail", "phone"),
        (f"{IPHONE} (KHTML, like Gecko) Mobile/15E148", "click", "other", "phone"),
        ("Mozilla/5.0", "open", "apple-mail", "other"),
        (
            f"{IPHONE} (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1",
            "click",
            "safari",
            "phone",
        ),
        (
            "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.6326; Pro)",
            "open",
            "outlook",
            "desktop",
        ),
        (
            "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0"
            " (via ggpht.com GoogleImageProxy)",
            "open",
            "gmail",
            "other",
        ),
        ("YahooMailProxy; https://help.yahoo.com/", "open", "yahoo-mail", "other"),
        (f"{WINDOWS} Chrome/139.0.0.0 Safari/537.36", "click", "chrome", "desktop"),
        (f"{WINDOWS} Chrome/139.0.0.0 Safari/537.36 Edg/139.0.0.0", "click", "edge", "desktop"),
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Thunderbird/140.0",
            "open",
            "thunderbird",
            "desktop",
        ),
        (
            "Mozilla/5.0 (Linux; Android 13; SM-X700) AppleWebKit/537.36 (KHTML, like Gecko)"
            " SamsungBrowser/28.0 Chrome/130.0.0.0 Safari/537.36",
            "click",
            "samsung-internet",
            "tablet",
        ),
        (
            "Opera/9.80 (Android; Opera Mini/36.2.2254/119.132; U; id) Presto/2.12.423",
            "click",
            "opera",
            "phone",
        ),
        (
            "Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 6.1; Trident/4.0; Tablet PC 2.0)",
            "click",
            "internet-explorer",
            "desktop",
        ),
        ("curl/8.5.0", "click", "other", "other"),
        ("", "click", "other", "other"),
    ],
)
def test_a_visitors_client_and_device_are_named_coarsely(agent, kind, client, device):
    found = classify(agent, {}, "GET", None, kind)
    assert (found.client, found.device) == (client, device)
