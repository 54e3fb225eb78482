"""Idle connections, kept for the next request: so many in all, each for so long."""

from __future__ import annotations

import select
import socket
import threading
import time
from collections.abc import Hashable
from typing import Generic, Protocol, TypeVar


class _Closable(Protocol):
    """What a pool keeps. ``sock`` is None once the connection is closed."""

    sock: socket.socket | None

    def close(self) -> None:
        """Close the connection."""


_C = TypeVar("_C", bound=_Closable)


class Pool(Generic[_C]):
    """Any thread may take a connection and give it back; the least recently used goes first."""

    def __init__(self, most: int, seconds: float) -> None:
        """Keep nothing yet.

        Args:
            most: connections kept in all, whatever their keys: each holds a file descriptor.
            seconds: how long one is kept unused.
        """
        self._most = most
        self._seconds = seconds
        self._idle: list[tuple[Hashable, _C, float]] = []  # the least recently used first
        self._lock = threading.Lock()

    def take(self, key: Hashable) -> _C | None:
        """Return the connection of ``key`` that was used last and is still open, if any."""
        self._sweep()
        while True:
            with self._lock:
                newest = range(len(self._idle) - 1, -1, -1)
                at = next((at for at in newest if self._idle[at][0] == key), None)
                if at is None:
                    return None
                connection = self._idle.pop(at)[1]
            if _is_open(connection.sock):
                return connection
            connection.close()

    def keep(self, key: Hashable, connection: _C) -> None:
        """Keep a connection whose answer was read to its end."""
        with self._lock:
            self._idle.append((key, connection, time.time()))
        self._sweep()

    def close(self) -> None:
        """Close all that are kept."""
        with self._lock:
            closing, self._idle = self._idle, []
        for _, connection, _ in closing:
            connection.close()

    def _sweep(self) -> None:
        # By the time of day: other clocks may stand still while a function is frozen.
        now = time.time()
        with self._lock:
            fresh = [one for one in self._idle if 0 <= now - one[2] < self._seconds]
            stale = [one for one in self._idle if not 0 <= now - one[2] < self._seconds]
            surplus = max(0, len(fresh) - self._most)
            closing, self._idle = stale + fresh[:surplus], fresh[surplus:]
        for _, connection, _ in closing:
            connection.close()


def _is_open(sock: socket.socket | None) -> bool:
    """Return whether nothing has arrived on an idle connection: what arrives is its end."""
    if sock is None or sock.fileno() < 0:
        return False
    poll = select.poll()
    poll.register(sock, select.POLLIN)
    return not poll.poll(0)
