"""Work that takes long - pictures, feature maps, the disk - off the event loop, within limits."""

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from typing import TypeVar

from lenet.server.refusals import RETRY_AFTER, Refusal, busy

WAITING = 64  # jobs at most, those at work included
SECONDS = 10.0  # that a job may take, its waiting included

T = TypeVar("T")


class Workers:
    """As many threads as there are cores."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="worker")
        self.inside = 0

    async def do(self, work: Callable[[], T]) -> T:
        """Return what `work` gives.

        Raises
        ------
        Refusal
            Too many are waiting, or it takes too long.
        """
        self.check()
        loop = asyncio.get_running_loop()
        job = self._threads.submit(work)
        self.inside += 1
        # A thread cannot be stopped: what takes too long keeps its place until it is done.
        job.add_done_callback(lambda _: loop.call_soon_threadsafe(self._leave))
        try:
            return await asyncio.wait_for(asyncio.wrap_future(job), SECONDS)
        except TimeoutError:
            raise Refusal(
                HTTPStatus.SERVICE_UNAVAILABLE,
                f"this takes longer than {SECONDS:.0f} seconds: try again, or send less",
                RETRY_AFTER,
            ) from None

    def check(self) -> None:
        """Refuse what would have to wait too long (`Refusal`)."""
        if self.inside >= WAITING:
            raise busy()

    def close(self) -> None:
        """End the threads."""
        self._threads.shutdown(cancel_futures=True)

    def _leave(self) -> None:
        self.inside -= 1
