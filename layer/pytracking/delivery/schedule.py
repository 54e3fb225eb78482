"""When a failed delivery is tried again."""

import email.utils
import math
import random

MINUTE = 60
HOUR = 60 * MINUTE

RETRY_DELAYS = (5, 5 * MINUTE, 30 * MINUTE, *(hours * HOUR for hours in (2, 5, 10, 14, 20, 24)))
"""Seconds before the second, third, ... tenth attempt (Standard Webhooks' own recommendation)."""

JITTER = 0.2
"""A delay is stretched or shrunk at random by up to this part, so that failures spread out."""

MAX_DELAY = 24 * HOUR
"""Longest that a receiver may put an attempt off, in seconds."""

MAX_QUEUE_DELAY = 900
"""Longest delay SQS keeps a message back, in seconds: a longer one is requeued on the way."""


def next_attempt(
    attempts: int,
    now: float,
    *,
    retry_after: str | None = None,
    delays: tuple[float, ...] = RETRY_DELAYS,
    rng: random.Random | None = None,
) -> int | None:
    """Return when the next attempt is due (seconds since the epoch), or None if there is none.

    Args:
        attempts: how many attempts were made, at least one.
        retry_after: the receiver's Retry-After header. It can put the next attempt off, up to a
            day, and never brings it forward: a receiver that asks for one more every second would
            otherwise use its ten attempts up in ten seconds.
    """
    if attempts > len(delays):
        return None
    # Spreading load, not guarding a secret.
    spread = (rng or random).uniform(1 - JITTER, 1 + JITTER)
    delay = max(delays[attempts - 1] * spread, parse_retry_after(retry_after, now))
    return math.ceil(now + delay)


def requeue_delay(not_before: float, now: float) -> int:
    """Return the DelaySeconds (0-900) that bring a message nearer to ``not_before``.

    A time further ahead than any that ``next_attempt`` gives is none of ours: such a message is due
    now, where it would be requeued again and again otherwise, each time as a new message.
    """
    ahead = not_before - now
    if ahead > MAX_DELAY * (1 + JITTER) + 1:
        return 0
    return min(MAX_QUEUE_DELAY, max(0, math.ceil(ahead)))


def parse_retry_after(value: str | None, now: float) -> float:
    """Return the seconds that a Retry-After header asks for, within 0 and a day.

    Seconds or a date (RFC 9110, 10.2.3); what is neither asks for nothing.
    """
    if not value:
        return 0
    value = value.strip()
    if value.isascii() and value.isdecimal():
        # Ten digits are more than enough for any second there will be.
        return min(int(value[:10]), MAX_DELAY)
    try:
        asked = email.utils.parsedate_to_datetime(value).timestamp() - now
    except Exception:  # a stranger's text, and what its parser makes of it differs by version
        return 0
    return min(max(0.0, asked), MAX_DELAY)
