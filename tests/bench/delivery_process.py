"""The processes that the delivery benchmarks are made of; ``python -m`` with one of the names.

``receiver``   serves a webhook that answers after the milliseconds of its first argument and, on
               other ports, one that never answers and one that takes 9.9 s; prints the ports. At
               the end of its standard input it prints how many posts the first one answered.
``arrivals``   the same receiver, which in the end prints when it answered each id (time.time()).
``answers``    calls the click function's handler for the paths in the JSON on its standard input,
               by turns, and prints what each call took, in milliseconds.
``original``   posts N times with pytracking 0.2.2 and prints the posts per second; runs in the
               original's own environment.
"""

import asyncio
import contextlib
import json
import os
import sys
import time
from collections.abc import AsyncIterator

SLOW_SECONDS = 9.9
"""Just below the client's read timeout."""


async def receive(milliseconds: float, *, arrivals: bool) -> None:
    """Serve until the standard input ends."""
    answered_at: dict[str, float] = {}
    answered = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal answered
        async for headers in requests(reader, writer, milliseconds / 1000):
            answered += 1
            if arrivals:
                answered_at.setdefault(headers[b"webhook-id"].decode(), time.time())

    async def serve_slowly(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async for _ in requests(reader, writer, SLOW_SECONDS):
            pass

    async def requests(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seconds: float
    ) -> AsyncIterator[dict[bytes, bytes]]:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                headers = dict(
                    line.lower().split(b": ", 1)
                    for line in head.split(b"\r\n")[1:]
                    if b": " in line
                )
                await reader.readexactly(int(headers[b"content-length"]))
                await asyncio.sleep(seconds)
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
                yield headers
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await reader.read(65_536):
                pass
        except ConnectionError:
            pass
        writer.close()

    servers = [
        await asyncio.start_server(one, "127.0.0.1", 0, backlog=512)
        for one in (serve, hang, serve_slowly)
    ]
    print(*(server.sockets[0].getsockname()[1] for server in servers), flush=True)
    loop = asyncio.get_running_loop()
    while (await loop.run_in_executor(None, sys.stdin.readline)).strip() == "count":
        print(answered, flush=True)
    print(json.dumps(answered_at), flush=True)
    os._exit(0)  # connections that are still open would each have a word to say


def answer(paths: list[str], count: int, per_second: float) -> list[float]:
    """Return the milliseconds that each call of the click function took."""
    from tests.support.aws import FUNCTIONS, module_of
    from tools import samples

    handler = module_of(FUNCTIONS / "click" / "app.py").handler
    events = [samples.http_api(path) for path in paths]
    for event in events * 20:
        handler(event, None)
    taken = []
    for number in range(count):
        began = time.perf_counter()
        status = handler(events[number % len(events)], None)["statusCode"]
        taken.append((time.perf_counter() - began) * 1e3)
        assert status == 302, status
        time.sleep(1 / per_second)
    return taken


def post_with_the_original(url: str, count: int) -> float:
    """Return the posts per second of so many posts, one after the other."""
    import pytracking
    from pytracking.webhook import send_webhook

    result = pytracking.TrackingResult(
        is_click_tracking=True,
        tracked_url="https://a.test/",
        webhook_url=url,
        metadata={"customer_id": 1},
        request_data={"user_agent": "test", "user_ip": "203.0.113.9"},
        timestamp=int(time.time()),
    )
    assert send_webhook(result).status_code == 200
    began = time.perf_counter()
    for _ in range(count):
        send_webhook(result)
    return count / (time.perf_counter() - began)


if __name__ == "__main__":
    name, *rest = sys.argv[1:]
    if name in ("receiver", "arrivals"):
        asyncio.run(receive(float(rest[0]), arrivals=name == "arrivals"))
    elif name == "answers":
        asked = json.load(sys.stdin)
        # The function prints its metrics: they are not for whoever reads what calls took.
        with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):  # noqa: PTH123
            taken = answer(**asked)
        print(json.dumps(taken))
    else:
        print(post_with_the_original(rest[0], int(rest[1])))
