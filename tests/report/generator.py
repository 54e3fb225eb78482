"""Events of a known truth: people, proxies, scanners in bursts, duplicates, all out of order.

The figures that a report must find are counted while the events are made, by other means than SQL.
"""

import gzip
import itertools
import json
import random
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

START = 1_790_000_000
"""When the first mail was sent, seconds since the epoch."""

LINKS = [
    f"https://shop.example.com/{name}" for name in ["home", "sale", "new", "returns", "app", "news"]
]
OPENED, CLICKED = "email.opened", "email.clicked"


@dataclass
class Truth:
    """What a report must find, by campaign where it is a Counter."""

    sent: int = 0
    events: int = 0
    duplicates: int = 0
    opens: Counter = field(default_factory=Counter)
    unique_opens: Counter = field(default_factory=Counter)
    opens_of_no_mail: Counter = field(default_factory=Counter)
    clicks: Counter = field(default_factory=Counter)
    unique_clicks: Counter = field(default_factory=Counter)
    unsubscribes: Counter = field(default_factory=Counter)
    burst_ids: set = field(default_factory=set)
    people_ids: set = field(default_factory=set)


class Maker:
    """Makes the events of mails one after another."""

    def __init__(self, seed: int = 1) -> None:
        self.random = random.Random(seed)
        self.truth = Truth()
        self.number = 0

    def event(self, kind, mail, campaign, sent, after, who, url=None, **more):
        """Return one event, ``after`` seconds behind the sending of its mail."""
        self.number += 1
        signals = {"human": ["browser"], "proxy": ["gmail-proxy"], "bot": ["crawler:bingbot"]}
        event = {
            "type": kind,
            "schema": 1,
            "is_open_tracking": kind == OPENED,
            "is_click_tracking": kind == CLICKED,
            "metadata": {"campaign": campaign, "message_id": f"m{mail}"},
            "request_data": {
                "user_agent": "Mozilla/5.0",
                "user_ip": "203.0.113.9",
                "method": "GET",
            },
            "timestamp": int(sent + after),
            "id": f"{self.number:032x}",
            "link_id": f"{mail}-{LINKS.index(url) if url in LINKS else kind}",
            "visitor": {
                "class": who,
                "signals": signals.get(who, [who]),
                "age_seconds": int(after),
                "ruleset": "1",
            },
            **more,
        }
        if url:
            event["tracked_url"] = url
        return event

    def mail(self):
        """Yield the events of one mail."""
        truth, draw, mail = self.truth, self.random, self.truth.sent
        truth.sent += 1
        campaign = f"campaign-{mail % 20}"
        sent = START + mail // 50
        if draw.random() < 0.05:  # a scanner that passes for a browser follows each link at once
            start = draw.expovariate(1 / 62)  # a public report of 835 bursts: median 43 s
            for url in LINKS:
                one = self.event(
                    CLICKED, mail, campaign, sent, start + draw.uniform(0, 8), "human", url
                )
                truth.burst_ids.add(one["id"])
                yield one
        if draw.random() < 0.2:
            yield self.event(OPENED, mail, campaign, sent, draw.uniform(0, 5), "prefetch")
        if draw.random() < 0.1:
            yield self.event(CLICKED, mail, campaign, sent, 1, "bot", LINKS[0])
        if draw.random() < 0.02:
            yield self._aggregate(mail, campaign, sent)
        if draw.random() < 0.6:
            yield from self._person(mail, campaign, sent)

    def _aggregate(self, mail, campaign, sent):
        self.truth.opens_of_no_mail[campaign] += 1
        one = self.event(OPENED, mail, campaign, sent, 4000, "human")
        one["link_id"], one["metadata"] = None, {"campaign": campaign}
        one["visitor"]["age_seconds"] = None
        return one | {"privacy": ["no_ip", "no_agent", "aggregate"]}

    def _person(self, mail, campaign, sent):
        truth, draw = self.truth, self.random
        at = 600 + draw.expovariate(1 / 20_000)
        opens = draw.randrange(1, 4)
        truth.opens[campaign] += opens
        truth.unique_opens[campaign] += 1
        for _ in range(opens):
            who = draw.choice(["human", "proxy"])
            one = self.event(OPENED, mail, campaign, sent, at, who)
            truth.people_ids.add(one["id"])
            yield one
            at += draw.uniform(30, 4000)
        if draw.random() < 0.3:
            urls = draw.sample(LINKS, draw.randrange(1, 3))
            truth.clicks[campaign] += len(urls)
            truth.unique_clicks[campaign] += 1
            for url in urls:
                one = self.event(CLICKED, mail, campaign, sent, at, "human", url)
                truth.people_ids.add(one["id"])
                yield one
                at += draw.uniform(4, 90)
        if draw.random() < 0.01:
            truth.unsubscribes[campaign] += 1
            yield self.event(
                "email.unsubscribed", mail, campaign, sent, at + 30, "human", how="page"
            )

    def lines(self, events: int):
        """Yield about so many events as lines of JSON, out of order, some of them twice."""
        waiting = []
        while self.truth.events < events:
            for one in self.mail():
                self.truth.events += 1
                waiting.append(one)
                if self.random.random() < 0.01:
                    self.truth.duplicates += 1
                    waiting.append(one)
            if len(waiting) > 5000:
                self.random.shuffle(waiting)
                yield from map(json.dumps, waiting)
                waiting = []
        self.random.shuffle(waiting)
        yield from map(json.dumps, waiting)


def write(folder: Path, events: int, seed: int = 1, lines_a_file: int = 100_000) -> Truth:
    """Write gzip files of events as the store writes them, and return what they hold."""
    maker = Maker(seed)
    lines = maker.lines(events)
    number = 0
    while part := list(itertools.islice(lines, lines_a_file)):
        number += 1
        day = folder / "events" / f"dt=2026-09-{number:02d}"
        day.mkdir(parents=True, exist_ok=True)
        with gzip.open(day / f"pytracking-{number}.gz", "wt", compresslevel=1) as file:
            file.write("\n".join(part) + "\n")
    return maker.truth
