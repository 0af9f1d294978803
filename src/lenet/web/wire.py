"""A connection with one deadline for everything, and a limit to what comes in."""

import io
import socket
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any


class Wire:
    """What `http.client` takes for a socket.

    Parameters
    ----------
    connection : socket
        What it writes to and reads from.
    deadline : float
        Of `time.monotonic`, for all of it together.
    limit : int
        How many bytes may come in.
    """

    def __init__(self, connection: socket.socket, deadline: float, limit: int) -> None:
        self.connection, self.deadline, self.limit = connection, deadline, limit

    def sendall(self, content: bytes) -> None:
        """Send all of `content`."""
        self.connection.settimeout(left(self.deadline))
        self.connection.sendall(content)

    def makefile(self, *_mode: Any) -> io.BufferedReader:
        """Return what comes in, to be read."""
        return io.BufferedReader(_Incoming(self))

    def close(self) -> None:
        """Leave it open: `http.client` closes before it reads."""


class _Incoming(io.RawIOBase):
    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._wire.connection.settimeout(left(self._wire.deadline))
        count = self._wire.connection.recv_into(buffer)
        self._wire.limit -= count
        if self._wire.limit < 0:
            raise ConnectionError("more than was asked for")
        return count


def left(deadline: float) -> float:
    """Return the seconds to `deadline`; none left is a `TimeoutError`."""
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise TimeoutError
    return seconds


def in_time(work: Callable[[], Sequence[str]], deadline: float) -> Sequence[str]:
    """Return what `work` gives; the system's resolver has no deadline of its own."""
    outcome: list[Sequence[str]] = []
    faults: list[BaseException] = []

    def try_it() -> None:
        try:
            outcome.append(work())
        except BaseException as fault:  # raised again below, in the thread that asked
            faults.append(fault)

    thread = threading.Thread(target=try_it, daemon=True)
    thread.start()
    thread.join(left(deadline))
    if faults:
        raise faults[0]
    if not outcome:
        raise TimeoutError
    return outcome[0]
