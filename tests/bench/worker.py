"""One library under measurement, in a process of its own.

Reads one JSON command a line, answers one JSON line each:

    {"do": "load", "payloads": [...], "settings": {...}}   mint a link of each payload with each
                                                           format; -> {format: [token length, ...]}
    {"do": "encode" | "decode" | "reject", "format": ...}  -> seconds for one pass over all

The garbage collector is off while a pass is timed.
"""

import gc
import json
import sys
import time
from collections.abc import Callable
from typing import Any

FERNET_KEY = "cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4="
SECRET = "the secret of the benchmarks, which nobody else uses"
BASES = {
    "base_open_tracking_url": "https://t.example.com/o/",
    "base_click_tracking_url": "https://t.example.com/c/",
}

Mint = Callable[[dict[str, Any]], str]
Read = Callable[[dict[str, Any], str], Any]


def pytracking_formats(
    settings: dict[str, Any], formats: dict[str, Any]
) -> dict[str, tuple[Mint, Read]]:
    """Mint and read through the public functions, as a caller does."""
    import pytracking

    def of(keys: dict[str, Any]) -> tuple[Mint, Read]:
        made = pytracking.Configuration(**BASES, **settings, **keys)
        # a configuration for each webhook, as its sender would keep one
        configurations = {None: made}

        def configuration(payload: dict[str, Any]) -> Any:
            webhook = payload.get("webhook")
            if webhook not in configurations:
                configurations[webhook] = pytracking.Configuration(
                    **BASES, **settings, **keys, webhook_url=webhook, include_webhook_url=True
                )
            return configurations[webhook]

        def mint(payload: dict[str, Any]) -> str:
            if payload["kind"] == "open":
                return pytracking.get_open_tracking_url(payload["metadata"], configuration(payload))
            return pytracking.get_click_tracking_url(
                payload["url"], payload["metadata"], configuration(payload)
            )

        def read(payload: dict[str, Any], link: str) -> Any:
            if payload["kind"] == "open":
                return pytracking.get_open_tracking_result(link, None, configuration(payload))
            return pytracking.get_click_tracking_result(link, None, configuration(payload))

        return mint, read

    return {name: of(keys) for name, keys in formats.items()}


def original(settings: dict[str, Any]) -> dict[str, tuple[Mint, Read]]:
    return pytracking_formats(
        settings, {"plain": {}, "fernet": {"encryption_bytestring_key": FERNET_KEY}}
    )


def ours(settings: dict[str, Any]) -> dict[str, tuple[Mint, Read]]:
    from pytracking import Keyring

    return pytracking_formats(
        settings,
        {
            "plain": {},
            "fernet": {"encryption_bytestring_key": FERNET_KEY},
            "sealed": {"keyring": Keyring(SECRET)},
            "uncompressed": {"keyring": Keyring(SECRET), "compress": False},
        },
    )


def others(settings: dict[str, Any]) -> dict[str, tuple[Mint, Read]]:
    """Signed, readable by everyone: what one would take from the shelf."""
    import jwt
    from itsdangerous import URLSafeSerializer

    serializer = URLSafeSerializer(SECRET)

    def content(payload: dict[str, Any]) -> dict[str, Any]:
        names = ("url", "metadata", "webhook")
        return {name: payload[name] for name in names if payload.get(name)}

    return {
        "itsdangerous": (
            lambda payload: serializer.dumps(content(payload)),
            lambda _, token: serializer.loads(token),
        ),
        "pyjwt": (
            lambda payload: jwt.encode(content(payload), SECRET, algorithm="HS256"),
            lambda _, token: jwt.decode(token, SECRET, algorithms=["HS256"]),
        ),
    }


def forge(link: str) -> str:
    """Return a link with one character changed in the middle of its token."""
    token = link.rsplit("/", 1)[-1]
    position = len(link) - len(token) // 2
    return link[:position] + ("A" if link[position] != "A" else "B") + link[position + 1 :]


def timed(function: Callable[[Any], Any], arguments: list[Any]) -> float:
    gc.collect()
    gc.disable()
    try:
        start = time.perf_counter()
        for argument in arguments:
            function(argument)
        return time.perf_counter() - start
    finally:
        gc.enable()


def main() -> None:
    libraries = {"original": original, "ours": ours, "others": others}
    formats: dict[str, tuple[Mint, Read]] = {}
    payloads: list[dict[str, Any]] = []
    links: dict[str, list[tuple[dict[str, Any], str]]] = {}
    for line in sys.stdin:
        command = json.loads(line)
        answer: Any
        if command["do"] == "load":
            payloads = command["payloads"]
            formats = libraries[sys.argv[1]](command["settings"])
            links = {
                name: [(payload, mint(payload)) for payload in payloads]
                for name, (mint, _) in formats.items()
            }
            answer = {
                name: [len(link.rsplit("/", 1)[-1]) for _, link in minted]
                for name, minted in links.items()
            }
        else:
            mint, read = formats[command["format"]]
            if command["do"] == "encode":
                answer = timed(mint, payloads)
            elif command["do"] == "decode":
                answer = timed(reading(read), links[command["format"]])
            else:
                answer = timed(rejecting(read), forged(links[command["format"]]))
        print(json.dumps(answer), flush=True)


def forged(minted: list[tuple[dict[str, Any], str]]) -> list[tuple[dict[str, Any], str]]:
    return [(payload, forge(link)) for payload, link in minted]


def reading(read: Read) -> Callable[[Any], Any]:
    return lambda pair: read(*pair)


def rejecting(read: Read) -> Callable[[Any], None]:
    def reject(pair: tuple[dict[str, Any], str]) -> None:
        try:
            read(*pair)
        except Exception:
            return
        raise AssertionError("a forged link was taken")

    return reject


if __name__ == "__main__":
    main()
