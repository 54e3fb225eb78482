"""Where a redirect or a webhook may go."""

import re
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytracking.errors import InvalidTarget, PytrackingError
from pytracking.targets import MAX_URL_CHARS, check_target, check_webhook_url

REFUSED = [
    *("", "example.com", "/path", "//evil", "//evil.example/", "https:evil", "https:/evil"),
    *("https:///x", "https://", "https://?q", "https://#f", "https://:80/", "javascript:alert(1)"),
    *("JavaScript:alert(1)", "java\nscript:alert(1)", "data:text/html,x", "mailto:a@b.example"),
    *("ftp://example.com/", "xhttps://example.com/", "httpss://example.com/"),
    *(" https://example.com/", "https://example.com/ ", "\x01https://example.com/"),
    *("https://example.com/\n", "ht\ttps://example.com/", "https://exam\nple.com/"),
    *("https://example.com/\r\nSet-Cookie: a=b", "https://example.com/a b"),
    *("https://example.com/\x00", "https://example.com/\x7f", "https://example.com/\x85"),
    *("https://example.com/\u00a0", "https://example.com/\u2028", "https://example.com/\u2029"),
    *("https://example.com/\u3000", "https://example.com/\ud800", "https://bank@evil.example/"),
    *("https://bank:pw@evil.example/", "https://@evil.example/", "https://bank%40evil.example/"),
    *("http://a.com\\@127.0.0.1", "https://example.com\\.evil.example/"),
    *("https://example.com/\\evil", "https:\\\\evil.example", "https://example.com:0/"),
    *("https://example.com:00080/", "https://example.com:65536/", "https://example.com:99999/"),
    *("https://example.com:100000/", "https://example.com:abc/", "https://example.com:-1/"),
    *("https://example.com:8\u0660/", "https://example.com:80:80/", "http://%6fk.test/"),
    *("http://ok%2etest/", "https://a..example/", "https://.example/", "https://example.com../"),
    *("https://./", "https://-a.example/", "https://a-.example/", "https://a*b.example/"),
    *("https://a,b.example/", "https://[::1", "https://::1]/", "https://[]/", "https://[::1]x/"),
    *("https://[::g]/", "https://[fe80::1%25eth0]/", "https://[1.2.3.4]/"),
    *("https://[::1].example/", "http://127.1/", "http://0x7f.1/", "http://0x7f000001/"),
    *("http://2130706433/", "http://256.0.0.1/", "http://127.0.0.01/", "http://1.2.3.4.5/"),
    *("http://a.0x/", "http://a.1./", "https://xn--a.example/", "https://xn--/"),
    *("https://xn--example-.com/", "https://xn--b\u00fccher-kva.example/"),
    *("https://xn--BCHER-KVA!.example/", "https://xn--zca--.example/"),
    *("https://xn--99999999999.example/", "https://ab--\u00fc.example/"),
    *("https://-\u00fc.example/", "https://\u00fc-.example/", "https://\u0301a.example/"),
    *("https://a\u200db.example/", "https://a\u200c\u0646.example/"),
    *("https://\u0646\u200ca.example/", "https://\u0646\u200d\u0646.example/"),
    *("https://\u200c\u0646.example/", "https://\u00ad.example/"),
    "https://xn--i-7iqv272g.ws/",  # with the variation selector, which nobody keeps
    "https://\uff58n--a.example/",
    "https://a\u3164b.example/",
    "https://FA\u1e9e.de/",
    "https://a\u1806b.com/",
    "https://a\ufffdb.example/",
    "https://\u2ff0\u00fc.example/",
    "https://\u00fc\ufe12a.example/",
    "https://a\u202eb.example/",
    "https://evil.example\uff0f.bank.example/",
    "https://a\u2100b.example/",
    "https://\u00fc!.example/",
    "https://\u00fc\u037e.example/",
    "https://" + "a" * 64 + ".example/",
    "https://" + "\u00fc" * 60 + ".example/",
    "https://" + "a." * 126 + "example/",
    "https://xn--" + "\ufb00a".encode("punycode").decode() + ".example/",  # the ligature ff
    "https://" + "abcdefg." * 33 + "example/",
    "https://example.com/" + "x" * (MAX_URL_CHARS - 19),
    "https://example.com/" + "é" * 400,
    "https://example.com/" + "\u00fc" * MAX_URL_CHARS,
]


@pytest.mark.parametrize("url", REFUSED, ids=[ascii(url)[:50] for url in REFUSED])
def test_what_is_no_safe_target_is_refused(url):
    with pytest.raises(InvalidTarget):
        check_target(url)
    with pytest.raises(InvalidTarget):
        check_webhook_url(url, allow_http=True)


@pytest.mark.parametrize("url", [None, 5, b"https://example.com/", ["https://example.com/"]])
def test_what_is_no_text_is_refused(url):
    with pytest.raises(InvalidTarget, match=type(url).__name__):
        check_target(url)


def test_the_error_is_one_of_ours_and_says_what_was_given_and_expected():
    with pytest.raises(PytrackingError) as caught:
        check_target("java\nscript:x" + "y" * 200)
    message = str(caught.value)
    assert isinstance(caught.value, ValueError)
    assert "'java\\nscript:xyyy" in message
    assert message.startswith("invalid target ")
    assert message.isascii()
    assert len(message) < 300


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("https://a b/", "must not contain white space, control characters or backslashes"),
        ("ftp://a.example/", "must start with http:// or https://"),
        ("https://u@a.example/", "without user information"),
        ("https://a.example:0/", "its port must be 1 to 65535, not 0"),
        ("https://[1::2::3]/", "its host must be an IPv6 address"),
        ("https://a..example/", "must have a host name for a host"),
        ("https://1.2.3/", "its host must be an IPv4 address"),
        ("https://xn--99999999999.example/", "xn-- labels that stand for no host name"),
        ("https://xn--zca--.example/", "xn-- labels that stand for no host name"),
        ("https://-\u00fc.example/", "its host must be a host name of IDNA"),
        ("https://a.example/" + "x" * 2_048, "must have at most 2048 characters, not 2066"),
        ("https://a.example/" + "\u00e9" * 400, "at most 2048 characters in ASCII, not 2418"),
    ],
)
def test_the_error_names_the_part_that_is_wrong(url, reason):
    with pytest.raises(InvalidTarget) as caught:
        check_target(url)
    message = str(caught.value)
    assert message.startswith(f"invalid target {ascii(url[:20])[:-1]}")
    assert reason in message


@given(
    st.one_of(
        st.text(max_size=60),
        st.text(max_size=60).map("https://".__add__),
        st.text(max_size=60).map("https://example.com/".__add__),
        st.from_regex(r"https?://[^/]{1,20}:?[0-9]{0,5}/.{0,20}", fullmatch=True),
    )
)
def test_whatever_passes_is_ascii_and_reads_alike_for_the_standard_parser(url):
    try:
        checked = check_target(url)
    except InvalidTarget:
        return
    assert re.fullmatch(r"https?://[!-~]+", checked)
    assert check_target(checked) == checked
    parts = urlsplit(checked)
    assert parts.hostname
    assert parts.username is None
    assert parts.port is None or 1 <= parts.port <= 65_535
    assert checked.startswith(f"{parts.scheme}://{parts.netloc}")
