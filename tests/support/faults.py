"""The faults and bad inputs that every release survives, and which tests prove it.

A test says what it proves by ``@pytest.mark.fault("delivering", 22)``. ``python -m
tests.support.faults`` writes docs/faults.md from these marks; a test compares them.
"""

import ast
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "faults.md"

ROOMS: dict[str, tuple[str, dict[int, str]]] = {
    "answering": (
        "Answering: whatever fails, a visitor is answered within 1.2 s",
        {
            1: "the queue answers 500 once",
            2: "the queue swallows everything and never answers",
            3: "the queue stores a hit, but its reply is lost",
            4: "access to the queue is denied, or it does not exist",
            5: "an event is too large for the queue",
            6: "Secrets Manager is down while the function is warm",
            7: "Secrets Manager is down when the function starts",
            8: "link keys are rotated",
            9: "the new link keys are malformed",
            10: "a handler has a bug, or no memory is left",
            11: "nothing can be logged",
            12: "the clock is off by an hour",
            13: "the environment was frozen, copied and thawed",
            14: "the process is killed after the queue has taken a hit",
            49: "the queue swallows everything for minutes",
            50: "Secrets Manager takes up to three seconds when the function starts",
            51: "a rotation of keys at any moment",
            52: "two rotations of keys at once",
            53: "there are no keys, and a stranger asks for junk",
            54: "a path without a link: /, /c/, /C/x",
            55: "the page for broken links is under the tracking domain, behind a CDN",
            56: "a webhook or a page for broken links in the settings that cannot be used",
            83: "an authentic link says it was made at an absurd time",
            102: "a container is stopped, or killed, while hits are on their way to the queue",
            103: "the queue refuses one hit of a batch",
            104: "a stranger's X-Forwarded-For, or one of several hops",
            105: "a host that is not one of the deployment's",
            106: "a domain that links were sent under is changed or removed",
            107: "ids of apps and fingerprints that are malformed, or in another spelling",
        },
    ),
    "acting": (
        "Acting: nothing happens unasked, and nothing that somebody asked for is lost",
        {
            92: "a scanner, a prefetch or a browser without a person opens the link",
            93: "the queue is down when somebody acts",
            94: "the queue and the log are down when somebody acts",
            95: "no keys can be read when somebody acts",
            96: "a process is killed between the queue and the answer to an act",
            97: "a body that is no form, is cut off, or is longer than any button sends",
            98: "a value that was not sealed, or a token of another kind or page",
            99: "somebody takes back an unsubscription that is not theirs, or after an hour",
            100: "an opt-out is refused by its receiver, or late",
            101: "Python's email package folds and encodes long headers",
        },
    ),
    "delivering": (
        "Delivering: every hit arrives, under one id, and nobody is led inside",
        {
            15: "a receiver answers 5xx, refuses, resets or says nothing",
            16: "kill -9 after the post",
            17: "one poison message among ten",
            18: "time is running out",
            19: "there is nothing, or nothing nameable, to report",
            20: "the retry copy cannot be sent",
            21: "the retry copy is sent, but the original is not deleted",
            22: "a receiver drips its headers or its body, or floods interim answers",
            23: "an answer breaks off in its headers",
            24: "103 Early Hints, and then 200",
            25: "a body that inflates, or never ends",
            26: "a redirect",
            27: "410 Gone; Retry-After that is negative, a date, or 1e9",
            28: "a certificate that has expired, or is another host's",
            29: "addresses that lead inside, alone or mixed with others; a look-up that hangs",
            30: "a kept connection that has gone stale",
            31: "one endpoint is dead for a day, at a hundred hits a second",
            32: "dead letters are brought back twice",
            33: "a message is received twice at once",
            34: "a receiver takes all the time it may",
            35: "all attempts are used up",
            36: "a message that is not JSON, of an unknown version, or undecoded",
            60: "thousands of webhook hosts, and 1,024 file descriptors",
            61: "no file descriptor is left",
            62: "one hit in a hundred goes to a receiver that takes 9.9 s",
            63: "a silent host whose webhooks differ in their queries",
            64: "a receiver answers with anything at all",
            65: "a message with absurd values",
            67: "deliver has a bug",
            90: "the event store or bus is silent, throttles, or takes a part of a call",
            91: "kill -9 while a hit is owed to several destinations",
        },
    ),
    "tokens": (
        "Tokens, and documents in authentic ones: an open gets its pixel and is no event; a click "
        "gets one and the same 404",
        {
            1: "empty",
            2: "a single character",
            3: "over 2 kB",
            4: "truncated",
            5: "a bit flipped",
            6: "sealed with a foreign key",
            7: "sealed with a retired key that was removed",
            8: "expired",
            9: "from the future",
            10: "not ASCII",
            11: "padding stripped or added",
            12: "a second spelling: line ends, `!`, NUL, `+` and `/`, spare bits",
            13: "an open's token for a click, and the other way round",
            14: "percent-encoded once and twice",
            15: "plain base64 JSON while a key is configured",
            16: "nested 5,000 deep",
            17: "an integer of 5,000 digits",
            18: "NaN and infinities",
            19: "a lone surrogate",
            20: "duplicate keys",
            21: "a byte order mark",
            22: "null or an array at the root",
            23: "no URL, or one that is no text",
            24: "metadata that is huge, or no object",
            57: "text behind a good token, what folding and quoting put into one, invisible marks",
        },
    ),
    "commands": (
        "The command line: one line says what is wrong, and the exit status that it was",
        {
            79: "no key: no link is minted unless --plain asks for one",
            80: "a missing file, a full disk, a directory, Ctrl-C",
        },
    ),
    "local": (
        "The local run: nobody but its user commands it",
        {
            81: "a mail that begins with forty comments, or as strangely",
            82: "a page that rebinds its name, or is of another origin",
        },
    ),
    "targets": (
        "Targets: checked when minted, and again before a redirect",
        {
            25: "`javascript:`, `data:`, leading spaces, controls inside the scheme",
            26: "`//evil`, `https:evil`, `https:///x`",
            27: "a raw CR or LF",
            28: "`https://bank@evil`",
            29: "a backslash, by which parsers disagree",
            30: "port 0, 99999, abc",
            31: "percent-encoded, ideographic and raw international host names",
            32: "spaces and U+2028",
            33: "over 2,048 characters",
            34: "a redirect to itself",
            35: "`[::1`",
            77: "a webhook that cannot be posted to, when a link is minted",
            78: "an international base URL",
        },
    ),
    "http": (
        "HTTP events, whichever gateway they come through",
        {
            36: "payload 1.0 with null maps",
            37: "payload 2.0 with comma-joined headers",
            38: "an empty event, or one without its context",
            39: "a body that claims to be base64 and is not",
            40: "HEAD",
            41: "POST and PUT",
            42: "a forged X-Forwarded-For",
            43: "a user agent of 8 kB, or with line ends or terminal sequences",
            44: "Range and If-None-Match",
            45: "a stage prefix, `//`, `%2F`, `..`",
            46: "a forged Host",
        },
    ),
    "queue": (
        "Messages of the queue",
        {47: "an unknown version", 48: "an id that holds a dot or a line end"},
    ),
    "mails": (
        "Mails: each leaves with its bytes, and its links lead where they led",
        {
            68: "text or HTML that is made to take long",
            69: "bytes that the charset lacks",
            70: "a charset named wrongly or unknown, UTF-16, ISO-2022-JP with extensions",
            71: "a part that cannot be read",
            72: "metadata in the mail with the names of the sender's own",
            73: "200 multiparts, one in the other",
            74: "a template's placeholder, and a finished URL that looks like one",
            75: "a signed URL",
            76: "a mail in which there is nothing to change",
            102: "a file of recipients whose lines, or whose run, break off",
            103: "a customer's name that is HTML",
        },
    ),
    "addresses": (
        "Addresses that a webhook never reaches",
        {
            1: "every network inside, mapped into IPv6 or not",
            2: "a connection that ended up elsewhere than it was dialled",
            3: "user names, `%` and trailing dots in a URL",
            4: "a host with one address outside and one inside",
            5: "a name that is looked up once, and its certificate",
        },
    ),
}
"""By room: its heading, and what goes wrong, by row."""

Rows = dict[tuple[str, int], list[str]]
"""By room and row, the tests: ``tests/x/test_y.py::test_z``, without parameters, sorted."""


def collect() -> Rows:
    """Return which tests prove which rows, as the marks above them say."""
    rows: defaultdict[tuple[str, int], list[str]] = defaultdict(list)
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        name = path.relative_to(ROOT).as_posix()
        text = path.read_text(encoding="utf-8")
        for test in ast.walk(ast.parse(text)) if "mark.fault" in text else ():
            for mark in getattr(test, "decorator_list", ()):
                if ast.unparse(mark).startswith("pytest.mark.fault("):
                    room, *numbers = map(ast.literal_eval, mark.args)
                    for row in numbers:
                        rows[room, row].append(f"{name}::{test.name}")
    return {key: sorted(tests) for key, tests in rows.items()}


def page(rows: Rows) -> str:
    """Return docs/faults.md."""
    lines = [
        "# Faults",
        "",
        "What every release survives, and the tests that prove it, on real sockets and processes",
        "where the fault lives there. Made by `python -m tests.support.faults` from the marks of",
        "the tests; a test fails when a row has none, or when this page and the marks differ.",
    ]
    for room, (heading, faults) in ROOMS.items():
        lines += ["", f"## {heading}", "", "| | What goes wrong | Tests |", "|---|---|---|"]
        for row, fault in faults.items():
            lines.append(f"| {row} | {fault} | {_tests(rows.get((room, row), []))} |")
    return "\n".join(lines) + "\n"


def _tests(tests: list[str]) -> str:
    by_file: defaultdict[str, list[str]] = defaultdict(list)
    for test in tests:
        file, _, name = test.partition("::")
        by_file[file].append(name.rpartition("::")[2].removeprefix("test_").replace("_", " "))
    return "<br>".join(
        f"[{file.removeprefix('tests/')}](../{file}): " + "; ".join(names)
        for file, names in by_file.items()
    )


if __name__ == "__main__":
    PAGE.write_text(page(collect()), encoding="utf-8")
