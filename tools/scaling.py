"""What a month of tracking costs, and which limits it meets: the tables of docs/scaling.md.

    python -m tools.scaling

A model, not a bill: list prices of one region, the sizes measured here, and the durations assumed
below. Change what is different for you and run it again.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pytracking.delivery.schedule import MAX_QUEUE_DELAY, RETRY_DELAYS
from pytracking.messages import Message

MONTH_SECONDS = 30 * 86400
HOURS = MONTH_SECONDS / 3600
VOLUMES = {"1 M": 1e6, "300 M": 300e6, "1 G": 1e9, "100 G": 100e9}  # opens a month

# List prices in USD of us-east-1, without the free tier, as published in 2025. A tier is (units up
# to here, price of a unit); the last has no end.
Tiers = Sequence[tuple[float, float]]
END = float("inf")
HTTP_API: Tiers = ((300e6, 1.00e-6), (END, 0.90e-6))  # a request of up to 512 KB
LAMBDA_REQUEST: Tiers = ((END, 0.20e-6),)
LAMBDA_GB_SECOND: Tiers = ((7.5e9, 1.33334e-5), (18.75e9, 1.20001e-5), (END, 1.06667e-5))  # arm64
SQS_REQUEST: Tiers = ((100e9, 0.40e-6), (200e9, 0.30e-6), (END, 0.24e-6))  # of up to 64 KB
LOG_GB: Tiers = ((10e3, 0.50), (30e3, 0.25), (50e3, 0.10), (END, 0.05))  # Lambda's, vended
TRANSFER_GB: Tiers = ((10e3, 0.09), (50e3, 0.085), (150e3, 0.07), (END, 0.05))
CLOUDFRONT_REQUEST: Tiers = ((END, 1.00e-6),)  # HTTPS, North America
CLOUDFRONT_GB: Tiers = ((10e3, 0.085), (50e3, 0.080), (150e3, 0.060), (500e3, 0.040), (END, 0.030))
ALB_HOUR = 0.0225
ALB_LCU_HOUR = 0.008
ALB_LCU_CONNECTIONS = 25  # new ones a second; opens rarely share one
IPV4_HOUR = 0.005  # each public address: a load balancer has one in each zone
ZONES = 2
FARGATE_HOUR = 0.03238 + 2 * 0.00356  # arm64: one processor with its least memory, 2 GB
FIREHOSE_GB: Tiers = ((500e3, 0.029), (2e6, 0.025), (END, 0.020))  # direct put
FIREHOSE_STEP = 5 * 1024  # bytes; each record is rounded up to one
S3_GB: Tiers = ((50e3, 0.023), (500e3, 0.022), (END, 0.021))  # a month
S3_PUT = 5.00e-6
ATHENA_TB = 5.00  # read, compressed as it is
STORE_READS = 2  # Trino reads the events as often as reports/people.sql names them
EVENT_BUS: Tiers = ((END, 1.00e-6),)  # an event of up to 64 KB
ALARMS = 23  # of template.yaml, with a domain
FIXED = ALARMS * 0.10 + 3.00 + 2 * 0.40 + 13 * 0.30  # and dashboard, secrets, own metrics

# Measured: tests/operations/test_scaling.py and `make bench`.
LOG_BYTES = 30  # a hit's part of the one line that deliver writes for a batch of ten
ACCESS_LOG_BYTES = 250
ANSWER_BYTES = 900  # headers, 68 bytes of pixel, and TLS's and HTTP's part
OWN_SECONDS = 0.0005  # a warm answer's own time, with what the runtime adds
RETRY_LOG_BYTES = 420  # what a failed attempt writes: a line of its own, and a tenth of a metric's
EVENT_BYTES = 660  # one line of the store; as gzip, with ids and addresses that do not repeat:
STORED_BYTES = 110

# Assumed: what only a region can tell.
QUEUE_CALL_SECONDS = 0.008  # SendMessage within a region
WEBHOOK_SECONDS = 0.100  # a receiver's answer; a batch waits for its slowest
WAITING_BATCH_SECONDS = 0.020  # ten waiting hits read, and sent again in one call
CORE_HITS = 1_000  # hits a second that a container's processor answers; see docs/containers.md
CORE_USE = 0.5  # of it at the busiest second, so that one zone may fail
MEMORY_GB = 0.5
GATHER_SECONDS = 0.02  # how long a container's first hit of a batch waits for others
BATCH = 10  # hits that are sent, received and deleted at once where many wait
PEAK = 5  # the busiest second of the month over its average
STORED_FILES = MONTH_SECONDS / 300  # Firehose writes every five minutes, or 128 MB
RECEIVES_IDLE = 5 * 3 * MONTH_SECONDS / 60  # five pollers, twenty seconds each


@dataclass(frozen=True)
class Month:
    """One volume: opens a month."""

    hits: float

    @property
    def rate(self) -> float:
        """Hits a second, on average."""
        return self.hits / MONTH_SECONDS

    @property
    def batch(self) -> float:
        """Hits a batch: a quiet queue gives them one by one."""
        return min(10.0, max(1.0, self.rate * WEBHOOK_SECONDS))

    @property
    def costs(self) -> dict[str, float]:
        """USD a month by what is paid."""
        batches = self.hits / self.batch
        seconds = self.hits * (OWN_SECONDS + QUEUE_CALL_SECONDS) + batches * WEBHOOK_SECONDS
        sqs = self.hits + max(batches, RECEIVES_IDLE) + batches  # send, receive, delete
        return {
            "API Gateway": price(self.hits, HTTP_API),
            "Lambda, invocations": price(self.hits + batches, LAMBDA_REQUEST),
            "Lambda, time": price(seconds * MEMORY_GB, LAMBDA_GB_SECOND),
            "SQS": price(sqs, SQS_REQUEST),
            "Logs": price(self.hits * LOG_BYTES / 1e9, LOG_GB),
            "Access logs": price(self.hits * ACCESS_LOG_BYTES / 1e9, LOG_GB),
            "Data out": price(self.hits * ANSWER_BYTES / 1e9, TRANSFER_GB),
            "Fixed": FIXED,
        }

    @property
    def store(self) -> dict[str, float]:
        """USD a month of the event store, by what is paid; a batch of events is one record."""
        record = math.ceil(self.batch * EVENT_BYTES / FIREHOSE_STEP) * FIREHOSE_STEP
        files = max(STORED_FILES, self.hits * EVENT_BYTES / 128e6)
        stored = self.hits * STORED_BYTES
        return {
            "Firehose": price(self.hits / self.batch * record / 1e9, FIREHOSE_GB),
            "S3, files written": files * S3_PUT,
            "S3, each month that they are kept": price(stored / 1e9, S3_GB),
        }

    @property
    def beside(self) -> dict[str, float]:
        """USD of what is paid beside the store: to scan all events of a month, and the bus."""
        return {
            f"Athena, one scan of all of them, of {STORE_READS} a question": self.hits
            * STORED_BYTES
            / 1e12
            * ATHENA_TB,
            "EventBridge, where there is a bus": price(self.hits, EVENT_BUS),
        }

    @property
    def fronts(self) -> dict[str, float]:
        """USD a month of answering: the front, data out, what answers, and sending to the queue."""
        gigabytes = self.hits * ANSWER_BYTES / 1e9
        transfer = price(gigabytes, TRANSFER_GB)
        seconds = self.hits * (OWN_SECONDS + QUEUE_CALL_SECONDS)
        functions = (
            price(self.hits, LAMBDA_REQUEST)
            + price(seconds * MEMORY_GB, LAMBDA_GB_SECOND)
            + price(self.hits, SQS_REQUEST)
        )
        lcus = max(1.0, self.rate / ALB_LCU_CONNECTIONS)
        balancer = HOURS * (ALB_HOUR + lcus * ALB_LCU_HOUR + ZONES * IPV4_HOUR) + transfer
        return {
            "HTTP API, functions (the template)": price(self.hits, HTTP_API) + transfer + functions,
            "CloudFront, function URLs": (
                price(self.hits, CLOUDFRONT_REQUEST) + price(gigabytes, CLOUDFRONT_GB) + functions
            ),
            "Load balancer, functions": balancer + functions,
            "Load balancer, containers": (
                balancer
                + HOURS * self.containers * (FARGATE_HOUR + IPV4_HOUR)
                + price(self.hits / self.gathered, SQS_REQUEST)
            ),
        }

    @property
    def containers(self) -> int:
        """Containers of one processor each that the busiest second needs, one a zone at least."""
        return max(ZONES, math.ceil(self.rate * PEAK / (CORE_HITS * CORE_USE)))

    @property
    def gathered(self) -> float:
        """Hits that a container sends to the queue at once: those that come within 20 ms."""
        return min(10.0, 1.0 + self.rate / self.containers * GATHER_SECONDS)

    @property
    def limits(self) -> dict[str, float]:
        """What the busiest second needs."""
        peak = self.rate * PEAK
        return {
            "requests a second": peak,
            "concurrent answers": peak * (OWN_SECONDS + QUEUE_CALL_SECONDS),
            "batches of 10 delivered at once": peak / 10 * WEBHOOK_SECONDS,
            "messages in flight": peak * WEBHOOK_SECONDS,
        }


def pays_from(front: str) -> float:
    """Return the opens a month from which a front costs less than the template's."""
    low, high = 1e6, 1e11
    while high / low > 1.01:
        middle = math.sqrt(low * high)
        costs = Month(middle).fronts
        if costs[front] < next(iter(costs.values())):
            high = middle
        else:
            low = middle
    return high


def dead_receiver() -> dict[str, float]:
    """Return the USD that a million hits cost whose receiver never takes them, by what is paid.

    Each is posted ten times; between attempts it is a copy that is sent, received and deleted
    every 15 minutes, by tens. It moves to the slow lane once, and in the end to the dead letters.
    """
    million = 1e6
    copies = sum(math.ceil(delay / MAX_QUEUE_DELAY) for delay in RETRY_DELAYS)
    batches = million * (copies + 2) / BATCH
    attempts = million * (1 + len(RETRY_DELAYS))
    seconds = batches * WAITING_BATCH_SECONDS + attempts / BATCH * WEBHOOK_SECONDS
    return {
        "SQS": price(3 * batches, SQS_REQUEST),  # send, receive, delete
        "Lambda, invocations": price(batches, LAMBDA_REQUEST),
        "Lambda, time": price(seconds * MEMORY_GB, LAMBDA_GB_SECOND),
        "Logs": price(attempts * RETRY_LOG_BYTES / 1e9, LOG_GB),
    }


def price(units: float, tiers: Tiers) -> float:
    """Return the cost of so many units under tiered prices."""
    total = begin = 0.0
    for end, each in tiers:
        total += max(0.0, min(units, end) - begin) * each
        begin = end
    return total


def message_bytes() -> int:
    """Return the size of a common hit's queue message: it must fit one priced unit of 64 KB."""
    body = {
        "is_open_tracking": True,
        "metadata": {"customer": "6fa459ea-ee8a-3ca4-894e-db77e160355e", "campaign": 42},
        "request_data": {"user_agent": "Mozilla/5.0 " * 10, "user_ip": "203.0.113.9"},
        "visitor": {"class": "human", "signals": ["browser"], "ruleset": "2026-11"},
    }
    return len(Message("0" * 32, "https://api.example.com/tracking", body).to_json())


def tables() -> str:
    """Return the tables of docs/scaling.md, as Markdown."""
    months = {name: Month(hits) for name, hits in VOLUMES.items()}
    head = "| {} | " + " | ".join(f"{name} opens" for name in months) + " |\n|---|"
    head += "---:|" * len(months)
    parts = [head.format("USD a month")]
    parts += _rows(months, lambda month: month.costs)
    totals = [sum(month.costs.values()) for month in months.values()]
    parts.append("| **Total** | " + " | ".join(f"**{_money(one)}**" for one in totals) + " |")
    each = (
        total / (month.hits / 1e6) for total, month in zip(totals, months.values(), strict=True)
    )
    parts.append("| A million opens | " + " | ".join(_money(one) for one in each) + " |")
    parts += ["", head.format("Ways to answer, USD a month")]
    parts += _rows(months, lambda month: month.fronts)
    parts += ["", "| Costs less than the template from | opens a month |\n|---|---:|"]
    parts += [
        f"| {front} | {pays_from(front) / 1e6:,.0f} M |"
        for front in ("Load balancer, functions", "Load balancer, containers")
    ]
    parts += ["", head.format(f"Busiest second ({PEAK}x the average)")]
    parts += _rows(months, lambda month: month.limits, lambda value: f"{value:,.1f}")
    parts += ["", head.format("The event store, USD a month")]
    parts += _rows(months, lambda month: month.store)
    sums = [sum(month.store.values()) for month in months.values()]
    parts.append("| **Total** | " + " | ".join(f"**{_money(one)}**" for one in sums) + " |")
    parts += _rows(months, lambda month: month.beside)
    dead = dead_receiver()
    parts += ["", "| A million hits whose receiver stays dead | USD |\n|---|---:|"]
    parts += [f"| {name} | {_money(cost)} |" for name, cost in dead.items()]
    parts.append(f"| **Total** | **{_money(sum(dead.values()))}** |")
    return "\n".join(parts)


def _rows(
    months: dict[str, Month],
    of: Callable[[Month], dict[str, float]],
    shown: Callable[[float], str] | None = None,
) -> list[str]:
    columns = [of(month) for month in months.values()]
    show = shown or _money
    return [
        f"| {name} | " + " | ".join(show(column[name]) for column in columns) + " |"
        for name in columns[0]
    ]


def _money(value: float) -> str:
    return f"{value:,.2f}" if value < 100 else f"{value:,.0f}"


if __name__ == "__main__":
    print(tables())
