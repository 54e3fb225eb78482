"""Words of a user agent: what people's browsers and applications say, and what machines do."""

import pytest
from pytracking.visitors import classify

CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Chrome/139.0.0.0 Safari/537.36"
)
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15"
    " (KHTML, like Gecko) Mobile/15E148"
)


def verdict(agent, kind="click"):
    return classify(agent, {"user-agent": agent}, "GET", None, kind)


@pytest.mark.parametrize(
    "agent",
    [
        f"{IPHONE} [FBAN/FBIOS;FBAV/400] MetaIAB Facebook",
        "Mozilla/5.0 (X11; FreeBSD amd64 15.0-CURRENT; rv:140.0) Gecko/20100101 Firefox/140.0",
        f"{IPHONE} QRScanner/2.1",
        f"{IPHONE} VideoDownloader/3",
        f"{CHROME} Angebote/2.0",
        f"{CHROME} (https://addons.mozilla.org/firefox/addon/example/)",
        f"{CHROME} wxwork/4.1.16 MicroMessenger/7.0.1 Language/zh",
        "Lynx/2.8.9rel.1 libwww-FM/2.14 SSL-MM/1.4.1 OpenSSL/1.1.1d",
        "w3m/0.5.3+git20230121",
        "Links (2.28; Linux 6.1.0 x86_64; GNU C 12.2; text)",
        "Mozilla/4.0 (compatible; MSIE 6.0; Windows NT 5.1; www.example.com; .NET CLR 1.1.4322)",
        "Mozilla/4.0 (compatible; MSIE 6.0; Windows 98; Example Toolbar (http://example.com))",
        "Mozilla/5.0 (Windows NT 6.1; Trident/7.0; https://example.com/; rv:11.0) like Gecko",
        "Mozilla/5.0 (X11; Linux x86_64; rv:50.0) Gecko/20100101 Firefox/50.0,gzip(gfe)"
        " (via translate.example.com)",
        "Mozilla/5.0 (Windows NT 10.0; WOW64) AppleWebKit/537.36 (KHTML, like Gecko)"
        " Example/1.1 Safari/537.36",
        "Mozilla/5.0 (compatible; OSS/1.0; Linux) MOT-EM30/v10.3 Profile/MIDP-2.0",
        "Gnus/5.13 (Gnus v5.13) Emacs/24.3 (gnu/linux)",
        "Roku/DVP-9.10 (519.10E04111A)",
        "OmniWeb/2.7-beta-3 OWF/1.0",
        "Mozilla/4.08 [en] (Win98; I ;Nav)",
        "Mozilla/3.01Gold (Win95; I)",
        "Mozilla/2.02E (Win95; U)",
        "Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 6.1; Trident/4.0)",
        "Mozilla/5.0 (compatible; Konqueror/4.5; FreeBSD) KHTML/4.5.4 (like Gecko)",
        "Mozilla/5.0 (Linux; U; Android 2.3.5; en-us; LS670 Build/GRJ22) AppleWebKit/533.1"
        " (KHTML, like Gecko) Version/4.0 Mobile Safari/533.1",
    ],
)
def test_what_people_read_with_is_no_machine(agent):
    assert verdict(agent).cls == "human"


LINUX = "Mozilla/5.0 (X11; Linux {}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0"


@pytest.mark.parametrize(
    "agent",
    [
        CHROME.replace("(Windows", "(Windows:"),
        IPHONE.replace("(iPhone; CPU iPhone OS 18_6 like", "(Macintosh: Intel"),
        f"{LINUX.format('x188_64')} Safari/537.36",
        f"{LINUX.format('x92_64')} Safari/537.36",
        "Mozilla/4.0 (compatible; MSIE 6.0; Windows NT 5.1; {}; SV1)",
        CHROME.replace("Mozilla/5.0", "Mozilla/7.4"),
        CHROME.replace("Chrome", "DownloaderChrome"),
        f"{CHROME} Example/1598937205",
        f"{CHROME} Example/1710630666672",
    ],
)
def test_what_no_browser_writes_is_no_browsers(agent):
    assert verdict(agent).signals == ("malformed",)


@pytest.mark.parametrize(
    "agent",
    [
        "Mozilla/5.0 (Linux; arm_64; Android 14; V30) AppleWebKit/537.36 (KHTML, like Gecko)"
        " Chrome/134.0.6998.261 YaBrowser/25.4.0.261.00 SA/3 Mobile Safari/537.36",
        f"{LINUX.format('x64_64')} Safari/537.36",
        f"{LINUX.format('armv8l')} Safari/537.36",
        f"{CHROME} Nichrome/self/27",
        f"{IPHONE} Version/10.3 Safari/8536.25 Mobicip/1882608256",
        "Mozilla/5.0 (Linux: U; Android 2.3.6;en-us; M920 Build/GINGERBREAD) AppleWebKit/533.1"
        " (KHTML, like Gecko) Version/4.0 Mobile Safari/533.1",
        "Mozilla/4.0 (compatible; MSIE 6.0; Windows NT 5.1; {6BD3E7C1-0732-43E8-8828})",
    ],
)
def test_what_a_rare_browser_writes_is_a_browsers(agent):
    assert verdict(agent).cls == "human"


FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
SAFARI = f"{IPHONE.replace('Mobile', 'Version/18.6 Mobile')} Safari/604.1"


@pytest.mark.parametrize(
    "attack",
    ["';alert(/x/);//", "${jndi:ldap://x.example/a}", "<script>", "/../../etc/passwd", " sleep(5)"],
)
@pytest.mark.parametrize(
    ("browser", "place"),
    [
        (CHROME, "NT 10.0"),
        (CHROME, "Win64"),
        (CHROME, "Chrome/139.0.0.0"),
        (CHROME, "Safari/537.36"),
        (f"{CHROME} Edg/139.0.0.0", "Edg/139.0.0.0"),
        (f"{LINUX.format('x86_64')} Safari/537.36", "x86_64"),
        (FIREFOX, "rv:140.0"),
        (FIREFOX, "Gecko/20100101"),
        (FIREFOX, "Firefox/140.0"),
        (SAFARI, "OS 18_6"),
        (SAFARI, "AppleWebKit/605.1.15"),
        (SAFARI, "Version/18.6"),
        (SAFARI, "Mobile/15E148"),
        (SAFARI, "Safari/604.1"),
        (SAFARI.replace("iPhone; CPU iPhone OS 18_6 like", "Macintosh; Intel"), "Mac OS X"),
    ],
)
def test_an_attack_is_found_wherever_a_browsers_string_holds_it(browser, place, attack):
    assert verdict(browser).cls == "human"
    assert "injection" in verdict(browser.replace(place, place + attack)).signals


ANDROID = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/137.0.0.0 Mobile Safari/537.36"
OLD_ANDROID = "AppleWebKit/534.30 (KHTML, like Gecko) Version/4.0 Mobile Safari/534.30"
MSIE = "Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 5.1"
EMBEDDED = "Embedded Web Browser from: http://bsalsa.com/; .NET CLR 2.0.50727)"


@pytest.mark.parametrize("device", ["Seeker", "FEVER", "Highscreen Spider", "CUBOT2", "Expanse"])
@pytest.mark.parametrize(
    "agent",
    [
        "Mozilla/5.0 (Linux; Android 15; {}) " + ANDROID,
        "Mozilla/5.0 (Linux; Android 15; {} Build/AP3A.240905; wv) " + ANDROID + " Instagram 385.0"
        " Android (35/15; 480dpi; 1200x2670; Example Inc.; {}; {}; mt6878; en_US; 750437416)",
        "Mozilla/5.0 (Linux; Android 10; HarmonyOS; {}) " + ANDROID,
        *(
            f"Mozilla/5.0 (Linux; U; Android 4.2.2; {tag}; {{}} Build/JDQ39) {OLD_ANDROID}"
            for tag in ("en-us", "fr", "fil-ph", "es-419", "sr-latn-rs", "zh-hant-tw")
        ),
        "UCWEB/2.0 (MIDP-2.0; U; Adr 4.2.2; ru; {}) U2/1.0.0 UCBrowser/10.1.0.527 U2/1.0.0 Mobile",
        "Dalvik/2.1.0 (Linux; U; Android 6.0; Phone) [FBAN/FB4A;FBAV/400;FBDV/{};FBSV/6.0;]",
        "Snapchat/13.1.0.40 ({}; Android 15#1#35; gzip; )",
        "YahooMobileMail/1.0 (Android Mail; 6.0.1) ({};WIKO;{};6.0/MRA58K)",
    ],
)
def test_what_a_telephone_is_called_says_nothing(agent, device):
    assert verdict(agent.format(*[device] * 3)).cls in ("human", "unknown")


@pytest.mark.parametrize(
    "agent",
    [
        f"{IPHONE} Tumblr/iPhone/30.1/301/17.0/tumblr/",
        f"{IPHONE} Bluesky/1.98.0",
        f"{IPHONE} Overcast/2023.8",
        f"{IPHONE} Goodreads/4.8",
        f"{IPHONE} Inoreader/6.4",
        f"{IPHONE} PayPal/8.73.0",
        f"{IPHONE} Sogou SogouMobileBrowser/5.11.10",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
        " Asana/2.1.0 Chrome/116.0.0.0 Electron/26.4.1 Safari/537.36",
        "Mozilla/5.0 (Linux; Android 11) AppleWebKit/537.36 (KHTML, like Gecko) CocCoc/100.0.214"
        " Chrome/94.0.4606.214 Mobile Safari/537.36",
        "Mozilla/5.0 (Android) Nextcloud-android/3.27.0",
        "Mozilla/5.0 (Linux) mirall/3.11.0git (Nextcloud, example-6.1)",
        "Mozilla/5.0 (Windows NT 10.0; WOW64) AppleWebKit/538.1 (KHTML, like Gecko) QuiteRSS/0.19.4"
        " Safari/538.1",
        "Mozilla/5.0 (Windows; U; Windows NT 5.1; ru; rv:1.9.2.3) Gecko/20100401 Firefox/3.6.3"
        " (.NET CLR 3.5.30729) sputnik 2.1 mail.ru",
        f"{IPHONE} MyApp/1700000000",
        f"{CHROME} Valve Steam GameOverlay/1700000000",
        "Mozilla/5.0 (Windows Phone 10.0; Microsoft; Lumia 950) AppleWebKit/537.36"
        " (KHTML, like Gecko) Chrome/52.0.2743.116 Mobile Safari/537.36 Edge/15.15063 QRScanner/2",
        "Mozilla/5.0 (SymbianOS/9.4; Nokia) AppleWebKit/525 (KHTML, like Gecko) (vodafone.com)",
        "Mozilla/5.0 (Linux; Tizen 7.0; SAMSUNG Smart Monitor M8) AppleWebKit/537.36"
        " (KHTML, like Gecko) SamsungBrowser/4.0 Chrome/94.0.4606.31 TV Safari/537.36",
        "Nokia3510i/1.0 (05.30) Profile/MIDP-1.0 Configuration/CLDC-1.0 Java/1.0",
        f"{MSIE}; {MSIE}; SV1) ; {EMBEDDED}",
        f"{MSIE}; Trident/4.0; (R1 1.5); {EMBEDDED}",
        f"{MSIE}; MRA 5.5 (build 02842); {EMBEDDED}",
        f"{MSIE}; BT [build 60A]; (R1 1.6); www.ASPSimply.com; .NET CLR 2.0.50727)",
    ],
)
def test_an_application_that_joins_its_name_to_a_browsers_is_no_machine(agent):
    assert verdict(agent).cls in ("human", "unknown")


def test_a_contact_behind_internet_explorers_brackets_is_a_machines():
    assert verdict(f"{MSIE}; (R1 1.5)) (name@example.com)").signals == ("contact",)
    assert verdict(f"{MSIE}; (R1 1.5); name@example.com").cls == "human"  # they stay open


@pytest.mark.parametrize(
    "agent",
    [
        *(
            f"Mozilla/5.0 (Linux; Android 10; {name}) {ANDROID}"
            for name in ("Googlebot/2.1", "sleep(15)", "select null,null", "http://www.example.com")
        ),
        CHROME.replace("x64", "Linux x86_64"),
        CHROME.replace("NT 10.0", "NT 99.0"),
        FIREFOX.replace("Linux x86_64", "Intel Mac OS X 10_15_7"),
    ],
)
def test_brackets_that_no_maker_writes_are_not_taken_for_a_makers(agent):
    headers = {"user-agent": agent, "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}
    headers |= {"accept": "text/html", "accept-language": "en", "sec-ch-ua": '"Example";v="1"'}
    assert "browser-headers" not in classify(agent, headers, "GET", None, "click").signals


@pytest.mark.parametrize(
    "agent",
    [
        "Example/2.0.15 (win10 x64)",
        "Example/7.3 (Windows;Microsoft Windows XP;en-US)",
        "com.example.piano/1.3.1 (2.2,de_DE)",
        "LENOVO-I908_CMCC",
        "Linux UPnP/1.0 Example/54.2 (ZPS11)",
        "MSIE 6.0 (Win XP)",
        "Netscape/7.2",
        "WhatsApp/2.11.112 Android/4.2.1 Device/asus-Nexus_7",
        "com.apple.WebKit.Networking/8614 CFNetwork/1390 Darwin/22.0.0",
        "Mozilla/4.5 (compatible; iCab 2.9.9; Macintosh; U; PPC)",
    ],
)
def test_an_application_in_somebodys_hands_is_no_machine(agent):
    assert verdict(agent).cls in ("human", "unknown")


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (f"{CHROME} PTST/210115.205427", "tool"),
        ("Mozilla/5.0 (Windows NT 6.1; rv:40.0; GomezAgent 3.0) Gecko/2010 Firefox/40.0", "tool"),
        (f"{CHROME} Catchpoint", "tool"),
        (f"{CHROME} DejaClick/2.9.9.9", "tool"),
        (f"{CHROME} NeustarWPM", "tool"),
        (
            "Mozilla/5.0 (X11; Linux) AppleWebKit/602.1 wkhtmltoimage Version/10.0 Safari/602",
            "tool",
        ),
        (f"{CHROME}; Example-User/1.0", "tool"),
        (f"{CHROME} GoogleMessages/20260101", "tool"),
        ("com.apple.geod/1 CFNetwork/1390 Darwin/22.0.0", "service"),
        ("Microsoft-CryptoAPI/10.0", "service"),
        ("Mozilla/5.0 (compatible; Page Thumbnail Maker/2.2)", "bot-word"),
        (f"{CHROME} PageMonitor/2", "bot-word"),
        ("PageDownloader/1725 CFNetwork/720.3.13 Darwin/14.3.0 (x86_64)", "bot-word"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:9.0) Gecko Firefox/9.0 WebThumb/1.0", "bot-word"),
        (f"{CHROME} (jobs.example.com)", "contact"),
        (f"{CHROME} name at example dot com", "contact"),
        (
            "Mozilla/5.0 (compatible; MSIE 10.0; Trident/6.0) Example (http://example.com)/5.7",
            "contact",
        ),
        (f"{CHROME} Google-Example", "owner"),
        ("Mozilla/5.0 (compatible; Example/2.2; Linux)", "remark"),
        ("${jndi:ldap://x.example/a}", "injection"),
        ("() { :; }; /bin/bash -c 'sleep 5'", "injection"),
        (f"{CHROME}' UNION SELECT NULL--", "injection"),
        (f"{CHROME}') AS x WHERE 1=1", "injection"),
        (f"{CHROME}/../etc", "injection"),
        (IPHONE.replace("Mac OS X)", "Mac OS X; Catchpoint)"), "tool"),
        ("Mozilla/5.0 (Linux x64) node.js/16.14.2 v8/9.4", "http-library"),
        ("Mozilla/3.0 (compatible; Indy Library)", "http-library"),
        ("ureq/2.9.1", "http-library"),
        ("Symfony2 BrowserKit", "http-library"),
        ("Example3/1.17.18 Python/3.8.5 Darwin/19.6.0", "http-library"),
        ("Mozilla/4.0 (Windows 10 10.0) Java/1.8.0_351", "http-library"),
        (
            "Mozilla/5.0 (Linux; U; Android 4.0.2; en-us; Catchpoint) AppleWebKit/534.30"
            " (KHTML, like Gecko) Version/4.0 Mobile Safari/534.30",
            "tool",
        ),
        ("Example/1.0 (Linux x86_64)", "program"),
    ],
)
def test_what_programs_say_of_themselves_is_heard(agent, name):
    found = verdict(agent)
    assert found.signals[0].partition(":")[0] in (name, "crawler")
    assert found.cls in ("bot", "scanner")


@pytest.mark.parametrize(
    "agent",
    [
        "Superhuman",
        "Mozilla/5.0 (compatible; YandexImageResizer/2.0; +http://yandex.com/bots)",
        "Mozilla/5.0 (compatible; ExampleMailImageProxy/1.0)",
        f"{CHROME} Electron/25.9.0 (via SuperhumanProxy; hello@example.com)",
    ],
)
def test_image_proxies_of_mail_providers_are_proxies(agent):
    assert verdict(agent, "open").signals == ("mail-proxy",)


@pytest.mark.parametrize(
    "agent",
    [
        "Microsoft Office Word 2014",
        "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Excel 16.0.13231; Pro)",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X) Word/14.50.0",
    ],
)
def test_office_that_is_no_mail_client_asks_ahead_of_the_browser_that_it_opens(agent):
    assert (verdict(agent).cls, verdict(agent).signals) == ("prefetch", ("office-discovery",))


@pytest.mark.parametrize(
    "agent",
    [
        "Mozilla/4.0 (compatible; ms-office; MSOffice 16)",
        "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.12026; Pro)",
    ],
)
def test_office_that_asks_for_a_clicked_link_is_nobody_yet(agent):
    assert (verdict(agent).cls, verdict(agent).signals) == ("unknown", ("office-fetch",))


def test_office_that_shows_a_mail_is_a_mail_client():
    agent = "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.12026; Pro)"
    assert verdict(agent, "open").cls == "human"


def test_an_agent_that_a_distribution_hides_is_unknown_and_says_so():
    found = verdict("Amazon CloudFront")
    assert (found.cls, found.signals) == ("unknown", ("hidden-agent",))
