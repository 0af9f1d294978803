"""Two bounded queues for work off the event loop: images for a network, jobs for threads.

`Batcher` puts images of many requests through a network together, without a timer: a batch is
whatever arrived while the last one ran. A single request never waits for others, and batches
grow with the load.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from lenet.reader import Status
from lenet.runtime import available_cores
from lenet.server.refusals import RETRY_AFTER, Refusal, busy

BATCH = 256  # images at most
MAX_IMAGES_WAITING = 4096  # at 8,000 images/s the last one waits half a second
MAX_JOBS = 64  # running and waiting
JOB_SECONDS = 10.0  # that a job may take, including its wait

T = TypeVar("T")


class Answers(NamedTuple):
    """A network's answers for n images, as plain lists, so that the event loop converts nothing.

    Attributes
    ----------
    best : list of int
        The most probable class for each image.
    probabilities : list of list of float
        The probabilities of all k classes for each image.
    statuses : list of str
        ``digit``, ``uncertain`` or ``not_a_digit`` for each image.
    """

    best: list[int]
    probabilities: list[list[float]]
    statuses: list[Status]


class _Question(NamedTuple):
    images: NDArray[np.uint8]
    answers: asyncio.Future[Answers]


class Batcher:
    """Runs one network on the images of many requests.

    All public methods run in the event loop; the network runs in its own thread.

    Parameters
    ----------
    network : callable
        Takes uint8 images ``(n, 28, 28)`` and returns their `Answers`.
    watch : callable
        Called with the size of each batch.
    """

    def __init__(
        self,
        network: Callable[[NDArray[np.uint8]], Answers],
        watch: Callable[[int], Any] = lambda images: None,
    ) -> None:
        self._network = network
        self._watch = watch
        self._questions: deque[_Question] = deque()
        self.waiting = 0  # images
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="network")
        self._running = False

    def ask(self, images: NDArray[np.uint8]) -> asyncio.Future[Answers]:
        """Return a future of the answers to 1 to `BATCH` images ``(n, 28, 28)``.

        Raises
        ------
        Refusal
            Too many images are waiting.
        """
        self.check(len(images))
        loop = asyncio.get_running_loop()
        question = _Question(images, loop.create_future())
        self._questions.append(question)
        self.waiting += len(images)
        if not self._running:
            self._running = True
            # Not immediately, so that images that arrive together share a batch.
            loop.call_soon(self._start, loop)
        return question.answers

    def check(self, images: int = 1) -> None:
        """Raise `Refusal` if this many more images would have to wait too long."""
        if self.waiting + images > MAX_IMAGES_WAITING:
            raise busy()

    def close(self) -> None:
        """End the thread."""
        self._thread.shutdown()

    def _start(self, loop: asyncio.AbstractEventLoop) -> None:
        batch: list[_Question] = []
        size = 0
        while self._questions and size + len(self._questions[0].images) <= BATCH:
            batch.append(self._questions.popleft())
            size += len(batch[-1].images)
        self._running = bool(batch)
        if batch:
            self.waiting -= size
            self._watch(size)
            self._thread.submit(self._run, batch, loop)

    def _run(self, batch: list[_Question], loop: asyncio.AbstractEventLoop) -> None:
        outcome: Answers | Exception
        try:
            images = (
                batch[0].images
                if len(batch) == 1
                else np.concatenate([question.images for question in batch])
            )
            outcome = self._network(images)
        except Exception as error:  # any kind, because the waiting requests need an answer
            outcome = error
        loop.call_soon_threadsafe(self._finish, batch, outcome, loop)

    def _finish(
        self,
        batch: list[_Question],
        outcome: Answers | Exception,
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        self._start(loop)  # first, so that the network runs while the answers are sent
        start = 0
        for images, answers in batch:
            end = start + len(images)
            if answers.done():  # cancelled, because the client hung up
                pass
            elif isinstance(outcome, Exception):
                answers.set_exception(outcome)
            else:
                best, probabilities, statuses = outcome
                part = slice(start, end)
                answers.set_result(Answers(best[part], probabilities[part], statuses[part]))
            start = end


class Workers:
    """A thread per core, for pictures, feature maps and the disk."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(available_cores(), thread_name_prefix="worker")
        self.jobs = 0  # running and waiting

    async def do(self, work: Callable[[], T]) -> T:
        """Return what `work` returns.

        Raises
        ------
        Refusal
            Too many jobs are waiting, or this one takes too long.
        """
        self.check()
        loop = asyncio.get_running_loop()
        job = self._threads.submit(work)
        self.jobs += 1
        # A thread cannot be stopped: a job that takes too long still counts until it ends.
        job.add_done_callback(lambda _: loop.call_soon_threadsafe(self._done))
        try:
            return await asyncio.wait_for(asyncio.wrap_future(job), JOB_SECONDS)
        except TimeoutError as error:
            raise Refusal(
                HTTPStatus.SERVICE_UNAVAILABLE,
                f"this takes longer than {JOB_SECONDS:.0f} seconds: try again, or send less",
                RETRY_AFTER,
            ) from error

    def check(self) -> None:
        """Raise `Refusal` if another job would have to wait too long."""
        if self.jobs >= MAX_JOBS:
            raise busy()

    def close(self) -> None:
        """End the threads."""
        self._threads.shutdown(cancel_futures=True)

    def _done(self) -> None:
        self.jobs -= 1
