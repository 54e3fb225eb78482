"""docs/scaling.md says what its model says, and the model's measured inputs are true."""

import gzip
import heapq
import ipaddress
import json
import random
import re
import uuid
from collections.abc import Sequence
from pathlib import Path

import pytest
from pytracking.aws.observability import count_many
from pytracking.aws.queue import QueueEntry
from pytracking.delivery.destinations import Result
from pytracking.events import Event
from pytracking.handlers.delivering import Deliverer
from pytracking.messages import Message

from local.functions import Context
from local.queue import Queue
from tests.delivery.in_memory import deliverer_of, event_of
from tests.delivery.rig import hit
from tests.support import sam
from tests.support.programs import python
from tests.support.timing import Clock
from tools import scaling
from tools.scaling import BATCH

ROOT = Path(__file__).resolve().parents[2]


def test_the_page_shows_what_the_model_prints() -> None:
    assert scaling.tables() in (ROOT / "docs" / "scaling.md").read_text("utf-8")


@pytest.mark.parametrize(
    ("units", "expected"), [(0, 0.0), (100, 10.0), (150, 12.5), (1000, 10.0 + 5.0 + 8.0)]
)
def test_a_price_has_tiers(units: float, expected: float) -> None:
    tiers = ((100, 0.10), (200, 0.05), (scaling.END, 0.01))
    assert scaling.price(units, tiers) == pytest.approx(expected)


def test_a_message_is_one_priced_unit() -> None:
    assert scaling.message_bytes() < 2000


def test_an_event_is_stored_in_as_many_bytes_as_the_model_says() -> None:
    draw = random.Random(1)
    people = (ROOT / "tests" / "visitors" / "corpus" / "people.jsonl").read_text("utf-8")
    agents = [json.loads(line)["agent"] for line in people.splitlines()[:200]]

    def hexadecimal() -> str:
        return f"{draw.getrandbits(128):032x}"

    lines = "".join(
        json.dumps(
            Event(
                "open",
                hexadecimal(),
                1_795_486_474 + number // 50,
                {"customer": str(uuid.UUID(hexadecimal())), "campaign": f"spring-{number % 20}"},
                {
                    "user_agent": draw.choice(agents),
                    "user_ip": str(ipaddress.IPv4Address(draw.getrandbits(32))),
                    "method": "GET",
                },
                {
                    "class": "human",
                    "signals": ["browser", "browser-headers"],
                    "age_seconds": draw.randrange(400_000),
                    "client": "chrome",
                    "device": "phone",
                    "ruleset": "5 crawlers 1.67.0 0.4.2",
                },
                hexadecimal()[:22],
            ).to_json(),
            separators=(",", ":"),
        )
        + "\n"
        for number in range(1000)
    ).encode()
    assert scaling.EVENT_BYTES * 0.9 < len(lines) / 1000 <= scaling.EVENT_BYTES
    stored = len(gzip.compress(lines)) / 1000
    assert scaling.STORED_BYTES * 0.8 < stored <= scaling.STORED_BYTES


def test_a_thousand_million_events_cost_at_most_35_usd_to_store_and_1_to_scan() -> None:
    month = scaling.Month(1e9)
    assert sum(month.store.values()) <= 35
    assert next(iter(month.beside.values())) <= 1  # of Athena


def test_a_hit_logs_as_much_as_the_model_says(capsys: pytest.CaptureFixture[str]) -> None:
    count_many({"Opens": 7, "Clicks": 3, "Delivered": 10})
    written = len(capsys.readouterr().out) / 10
    assert scaling.LOG_BYTES * 0.8 < written <= scaling.LOG_BYTES


def test_the_model_knows_every_alarm() -> None:
    resources = sam.source()["Resources"].items()
    alarms = {name: one for name, one in resources if one["Type"] == "AWS::CloudWatch::Alarm"}
    chosen = ("HasLinksFunction", "HasEventStore")
    always = [one for one in alarms.values() if one.get("Condition") not in chosen]
    assert len(always) == scaling.ALARMS


class Dead:
    """A destination that takes nothing."""

    name = "webhook"

    def send(self, messages: Sequence[Message], ends_at: float) -> list[Result]:
        return [Result("failed", "503", 503, excerpt="x" * 100)] * len(messages)


class Agenda:
    """A queue by a clock that runs ahead, which counts the messages sent to it."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.due: list[tuple[float, str]] = []
        self.sent = 0

    def send_batch(self, entries: Sequence[QueueEntry], timeout: float) -> dict[int, str]:
        self.sent += len(entries)
        for entry in entries:
            heapq.heappush(self.due, (self.clock.now + entry.delay, entry.text))
        return {}


def test_a_hit_whose_receiver_stays_dead_takes_as_many_messages_as_the_model_says() -> None:
    lives = 5
    clock = Clock()
    again, dead = Agenda(clock), Agenda(clock)
    deliverer = Deliverer(destinations=[Dead()], again=again, dead=dead, clock=clock)
    for _ in range(lives):
        heapq.heappush(again.due, (clock.now, hit("https://r.example/").to_json()))
        while again.due:
            clock.now, text = heapq.heappop(again.due)
            deliverer.deliver({"Records": [{"messageId": "m", "body": text}]}, Context(60))
    messages = (again.sent + dead.sent) / lives
    requests = scaling.dead_receiver()["SQS"] / scaling.SQS_REQUEST[0][1] / 1e6
    assert dead.sent == lives
    assert 3 * messages / BATCH == pytest.approx(requests, rel=0.1)


FAILING_BATCH = """
from tests.operations.test_scaling import BATCH, Agenda, Context, Dead, Deliverer, event_of, hit
from tests.support.programs import python
from tests.support.timing import Clock

clock = Clock()
deliverer = Deliverer(destinations=[Dead()], again=Agenda(clock), dead=Agenda(clock), clock=clock)
hits = [hit("https://r.example/", attempt=4) for _ in range(BATCH)]
deliverer.deliver(event_of(*hits), Context(60))
"""


def test_a_failed_attempt_logs_as_much_as_the_model_says() -> None:
    # In a process of its own: the logger keeps the output that it began with.
    written = python("-c", FAILING_BATCH, PYTHONPATH=f"{ROOT / 'layer'}:{ROOT}")
    assert scaling.RETRY_LOG_BYTES * 0.8 < len(written) / BATCH <= scaling.RETRY_LOG_BYTES


def test_a_waiting_hit_logs_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    clock = Clock()
    event = event_of(hit("https://r.example/", attempt=1, not_before=int(clock.now) + 900))
    deliverer_of(Queue("hits"), Queue("dead"), clock).deliver(event, Context(60))
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("page", ["scaling.md", "faq.md"])
def test_what_a_dead_receiver_costs_is_said_and_is_at_most_50_usd_a_million(page: str) -> None:
    cost = sum(scaling.dead_receiver().values())
    assert cost <= 50
    text = (ROOT / "docs" / page).read_text("utf-8")
    (said,) = re.findall(r"stays dead cost(?:s)? about (\d+) USD a\s+million", text)
    assert int(said) == round(cost)
