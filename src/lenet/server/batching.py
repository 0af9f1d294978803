"""Images of many requests through the network together, without a timer.

A batch is whatever arrived while the last one ran: alone, a request waits for nobody, and under
load the batches grow by themselves.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lenet.reader import Status
from lenet.server.refusals import busy

BATCH = 256  # images at most
WAITING = 4096  # images at most; at 8,000 a second the last of them waits for half a second


class Answers(NamedTuple):
    """What a network says of n images, as plain lists: the event loop is to calculate nothing.

    Attributes
    ----------
    best : list of int
        The most probable class of each.
    probabilities : list of list of float
        Of each, of all k classes.
    statuses : list of str
        ``digit``, ``uncertain`` or ``not_a_digit`` of each.
    """

    best: list[int]
    probabilities: list[list[float]]
    statuses: list[Status]


class _Question(NamedTuple):
    images: NDArray[np.uint8]
    answers: asyncio.Future[Answers]


class Batcher:
    """Asks one network about the images of many requests.

    All methods but the network itself run in the event loop; the network has a thread.

    Parameters
    ----------
    network : callable
        Takes uint8 images ``(n, 28, 28)`` and gives their `Answers`.
    watch : callable
        Is told the size of each batch.
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
        """Return what will hold the answers to 1 to `BATCH` images ``(n, 28, 28)``.

        Raises
        ------
        Refusal
            Too many are waiting.
        """
        self.check(len(images))
        loop = asyncio.get_running_loop()
        question = _Question(images, loop.create_future())
        self._questions.append(question)
        self.waiting += len(images)
        if not self._running:
            self._running = True
            # Not at once: what arrived together goes together.
            loop.call_soon(self._start, loop)
        return question.answers

    def check(self, images: int = 1) -> None:
        """Refuse so many images where they would have to wait too long (`Refusal`)."""
        if self.waiting + images > WAITING:
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
        except Exception as error:  # whatever it is, those who wait must hear of it
            outcome = error
        loop.call_soon_threadsafe(self._finish, batch, outcome, loop)

    def _finish(
        self,
        batch: list[_Question],
        outcome: Answers | Exception,
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        self._start(loop)  # the network first: it works while the answers are written
        start = 0
        for images, answers in batch:
            end = start + len(images)
            if answers.done():  # nobody waits for it any more
                pass
            elif isinstance(outcome, Exception):
                answers.set_exception(outcome)
            else:
                best, probabilities, statuses = outcome
                part = slice(start, end)
                answers.set_result(Answers(best[part], probabilities[part], statuses[part]))
            start = end
