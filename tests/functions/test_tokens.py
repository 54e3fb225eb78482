"""Tokens that are not ours, or not any more: the pixel and no event; one and the same 404."""

import base64
import json
import time

import pytest
from cryptography.fernet import Fernet
from hypothesis import assume, given
from hypothesis import strategies as st
from pytracking.handlers.http import NOT_FOUND, PIXEL, Request, render
from pytracking.tokens.keyring import Keyring

from tests.functions.links import KINDS, RING, TARGET, metrics, seal, token
from tests.support.sealing import encode

FERNET_KEY = Fernet.generate_key()
FOREIGN = Keyring("a secret of somebody else, as long as ours")
NOW = int(time.time())


def fernet(content):
    return Fernet(FERNET_KEY).encrypt(json.dumps(content).encode()).decode()


def damaged(kind):
    """Return the tokens that rows 1 to 15 name, by row."""
    good = token(kind)
    other = token("click" if kind == "open" else "open")
    content = {"url": TARGET} if kind == "click" else {"metadata": {"n": 1}}
    other_content = {"metadata": {"n": 1}} if kind == "click" else {"url": TARGET}
    flipped = "".join(
        chr(ord(c) ^ 1) if n == len(good) // 2 and chr(ord(c) ^ 1).isalnum() else c
        for n, c in enumerate(good)
    )
    plain = base64.urlsafe_b64encode(json.dumps(content).encode()).decode()
    last = good[-1]
    return [
        (1, ""),
        (2, "p"),
        (2, "e"),
        (3, good + "A" * 2048),
        (3, "p" * 9000),
        (4, good[:-1]),
        (4, good[: len(good) // 2]),
        (4, good[:4]),
        (5, flipped if flipped != good else good[:10] + "AA" + good[12:]),
        (6, token(kind, FOREIGN)),
        (6, Fernet(Fernet.generate_key()).encrypt(b"{}").decode()),
        (7, token(kind, Keyring("a retired secret that was taken out of the ring"))),
        (8, encode({**content, "exp": NOW - 10}, kind, RING)),
        (8, fernet({**content, "exp": NOW - 10})),
        (9, encode({**content, "iat": NOW + 86_400}, kind, RING)),
        (10, "p\u00e4\u00f6\u00fc\u65e5\u672c"),
        (10, good[:8] + "\u00e9" + good[8:]),
        (10, "\ud800"),
        (12, good[:8] + "!" + good[8:]),
        (12, good[:8] + "\0" + good[8:]),
        (12, good[:8] + "+" + good[9:]),
        (12, good[:-1] + chr(ord(last) + 1)),
        (13, other),
        (13, fernet(other_content)),
        (15, plain),
        (15, plain.rstrip("=")),
    ]


def repaired(kind):
    """Return tokens that mail has damaged in a way that is undone, by row."""
    good = token(kind)
    once = "".join(f"%{ord(c):02X}" if c in "-_" or n < 3 else c for n, c in enumerate(good))
    sealed_by_fernet = fernet({"url": TARGET} if kind == "click" else {"metadata": {"n": 1}})
    return [
        (11, good + "="),
        (11, good + "=="),
        (11, sealed_by_fernet.rstrip("=")),
        (12, good[:20] + "\n" + good[20:]),
        (14, once),
        (14, once.replace("%", "%25")),
        *(
            (57, good + behind)
            for behind in ("]", ";", "\u2019", "\u3002", "%EF%BC%89", "</a>", "/]")
        ),
        *(
            (57, good + behind)
            for behind in ("%20next", ".html", "\u00e9", "\u200e", "%C3%A9", " next")
        ),
        *((57, good[:8] + inside + good[8:]) for inside in ("!%20", "%3E%20", "<wbr>", "\u00ad")),
    ]


def rows(maker):
    return [
        pytest.param(kind, text, id=f"{kind}-{row}-{n}")
        for kind in ("open", "click")
        for n, (row, text) in enumerate(maker(kind))
    ]


@pytest.fixture
def keys():
    return json.dumps({**json.loads(RING.to_json()), "fernet": [FERNET_KEY.decode()]})


@pytest.mark.fault("tokens", 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 13, 15)
@pytest.mark.parametrize(("kind", "text"), rows(damaged))
def test_an_unusable_token_gives_the_answer_of_all_unusable_tokens(
    kind, text, keys, start, log, queue
):
    function = start(kind, PYTRACKING_QUEUE_URL=queue.url, PYTRACKING_LINK_KEYS=keys)
    result = function.get(text)
    assert result == render(PIXEL if kind == "open" else NOT_FOUND, Request())
    assert queue.requests == []
    lines = log.lines()
    assert [line["InvalidLinks"] for line in lines] == [[1.0]]
    assert len(text) < 8 or text not in log.text


@pytest.mark.fault("tokens", 11, 12, 14, 57)
@pytest.mark.parametrize(("kind", "text"), rows(repaired))
def test_a_token_that_mail_has_damaged_still_works(kind, text, keys, start, queue):
    function = start(kind, PYTRACKING_QUEUE_URL=queue.url, PYTRACKING_LINK_KEYS=keys)
    result = function.get(text)
    assert result["statusCode"] == (200 if kind == "open" else 302)
    assert len(queue.requests) == 1


@pytest.mark.fault("tokens", 12)
def test_every_spelling_of_a_link_has_one_link_id(start, queue):
    function = start("open", PYTRACKING_QUEUE_URL=queue.url)
    good = token("open")
    for text in (good, good + "=", good[:20] + "\n" + good[20:], good.replace("p", "%70", 1)):
        function.get(text)
    assert len({message["body"]["link_id"] for message in queue.messages}) == 1
    assert len(queue.messages) == 4


@pytest.mark.parametrize("kind", ["open", "click"])
def test_no_text_whatever_is_taken_for_a_link(kind, start):
    function = start(kind)
    expected = render(PIXEL if kind == "open" else NOT_FOUND, Request())

    @given(st.text(max_size=300) | st.text("pgeABC0123-_=%/.", max_size=60))
    def check(text):
        assume(text.strip("/") not in ("robots.txt", "favicon.ico"))  # have answers of their own
        assert function.get(text) == expected

    check()


PLAINTEXTS = [
    (16, b'{"metadata":' + b'{"a":' * 5000 + b"1" + b"}" * 5000 + b"}"),
    (16, b'{"metadata":{"a":' + b"[" * 5000 + b"]" * 5000 + b"}}"),
    (17, b'{"metadata":{"n":' + b"9" * 5000 + b"}}"),
    (18, b'{"metadata":{"n":NaN}}'),
    (18, b'{"metadata":{"n":-Infinity}}'),
    (19, b'{"metadata":{"n":"\\ud800"}}'),
    (20, b'{"metadata":{"n":1,"n":2}}'),
    (21, b'\xef\xbb\xbf{"metadata":{}}'),
    (22, b"null"),
    (22, b"[]"),
    (23, b'{"url":7}'),
    (23, b'{"url":null}'),
    (24, b'{"metadata":[]}'),
    (24, b'{"metadata":"x"}'),
    (24, b'{"metadata":{"n":"' + b"x" * 70_000 + b'"}}'),
]


@pytest.mark.fault("tokens", 16, 17, 18, 19, 20, 21, 22, 23, 24)
@pytest.mark.parametrize("kind", ["open", "click"])
@pytest.mark.parametrize(
    "plaintext", [pytest.param(text, id=f"{row}-{n}") for n, (row, text) in enumerate(PLAINTEXTS)]
)
def test_an_authentic_token_with_a_hostile_inside_is_an_unusable_one(kind, plaintext, start):
    """The sender's own keys were used, by a program that is not ours."""
    if kind == "click" and plaintext.startswith(b'{"metadata"'):
        plaintext = b'{"url":"https://shop.example.com/",' + plaintext[1:]
    function = start(kind, PYTRACKING_WEBHOOK_URL="")
    assert function.get(seal(plaintext, kind)) == render(
        PIXEL if kind == "open" else NOT_FOUND, Request()
    )


@pytest.mark.parametrize("kind", ["open", "click"])
def test_a_token_sealed_by_the_wire_format_alone_is_one_of_ours(kind, start, log):
    """Or else the test above would prove nothing."""
    function = start(kind, PYTRACKING_WEBHOOK_URL="")
    plaintext = b'{"metadata":{}}' if kind == "open" else b'{"url":"https://shop.example.com/"}'
    function.get(seal(plaintext, kind))
    assert metrics(log.lines()).keys() & {"Opens", "Clicks", "InvalidLinks"} == {
        "Opens" if kind == "open" else "Clicks"
    }


@KINDS
@pytest.mark.fault("answering", 83)
@pytest.mark.parametrize("made", ["-" + "9" * 4300, "-1", "0", "-" + "9" * 30])
def test_an_authentic_link_made_at_an_absurd_time_loses_no_hit(kind, made, start, log, queue):
    url = '"url":"https://shop.example.com/",' if kind == "click" else ""
    function = start(kind, PYTRACKING_QUEUE_URL=queue.url)
    answer = function.get(seal(f'{{{url}"iat":{made}}}'.encode(), kind))
    [message] = queue.messages
    assert answer["statusCode"] == (302 if kind == "click" else 200)
    age = message["body"]["visitor"]["age_seconds"]
    assert age is None or age < 100 * 366 * 86_400
    assert log.lines() == []
