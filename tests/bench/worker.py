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

Call = tuple[Callable[..., Any], tuple[Any, ...]]
"""A function and its arguments, at hand before a pass begins: only the call is timed."""

Mint = Callable[[dict[str, Any]], Call]
Read = Callable[[dict[str, Any], str], Call]


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

        def mint(payload: dict[str, Any]) -> Call:
            arguments = (payload["metadata"], configuration(payload))
            if payload["kind"] == "open":
                return pytracking.get_open_tracking_url, arguments
            return pytracking.get_click_tracking_url, (payload["url"], *arguments)

        def read(payload: dict[str, Any], link: str) -> Call:
            arguments = (link, None, configuration(payload))
            if payload["kind"] == "open":
                return pytracking.get_open_tracking_result, arguments
            return pytracking.get_click_tracking_result, arguments

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


def forge(link: str) -> str:
    """Return a link with one character changed in the middle of its token."""
    token = link.rsplit("/", 1)[-1]
    position = len(link) - len(token) // 2
    return link[:position] + ("A" if link[position] != "A" else "B") + link[position + 1 :]


def timed(calls: list[Call], fails: bool = False) -> float:
    """Return the seconds that all ``calls`` take, one after the other, each of which ``fails``."""
    gc.collect()
    gc.disable()
    try:
        # One pass before: other processes and the collector have emptied the caches, and CPython
        # has to adapt its code to this format again, for the last pass was another format's.
        _pass(calls, fails)
        start = time.perf_counter()
        _pass(calls, fails)
        return time.perf_counter() - start
    finally:
        gc.enable()


def _pass(calls: list[Call], fails: bool) -> None:
    if not fails:
        for function, arguments in calls:
            function(*arguments)
        return
    for function, arguments in calls:
        try:
            function(*arguments)
        except Exception:
            continue
        raise AssertionError("a forged link was taken")


def main() -> None:
    libraries = {"original": original, "ours": ours}
    encode: dict[str, list[Call]] = {}
    decode: dict[str, list[Call]] = {}
    reject: dict[str, list[Call]] = {}
    for line in sys.stdin:
        command = json.loads(line)
        answer: Any
        if command["do"] == "load":
            answer = {}
            formats = libraries[sys.argv[1]](command["settings"])
            for name, (mint, read) in formats.items():
                payloads = command["payloads"]
                encode[name] = [mint(payload) for payload in payloads]
                links = [function(*arguments) for function, arguments in encode[name]]
                pairs = list(zip(payloads, links, strict=True))
                decode[name] = [read(payload, link) for payload, link in pairs]
                reject[name] = [read(payload, forge(link)) for payload, link in pairs]
                answer[name] = [len(link.rsplit("/", 1)[-1]) for link in links]
        elif command["do"] == "reject":
            answer = timed(reject[command["format"]], fails=True)
        else:
            calls = encode if command["do"] == "encode" else decode
            answer = timed(calls[command["format"]])
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
