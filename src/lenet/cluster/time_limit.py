"""Work that is given up when one of its items takes too long."""

import threading
import time
from collections.abc import Callable, Iterator
from queue import SimpleQueue
from typing import Any, Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


class OverdueError(Exception):
    """An item took too long."""


class Stamped(list[Item], Generic[Item]):
    """A list that knows when the last item was taken from it."""

    def __init__(self, items: list[Item]) -> None:
        super().__init__(items)
        self.since = time.monotonic()

    def __iter__(self) -> Iterator[Item]:
        for item in super().__iter__():
            self.since = time.monotonic()
            yield item


class Limited:
    """Runs functions in a thread of its own, each for so many seconds an item.

    A thread that takes longer is left to itself, and its result forgotten: nothing can end code
    of a decoder that does not come back.

    Parameters
    ----------
    seconds : float

    Examples
    --------
    >>> limited = Limited(0.1)
    >>> limited(lambda items: [2 * item for item in items], [1, 2])
    [2, 4]
    >>> limited(lambda items: [time.sleep(item) for item in items], [0, 2])
    Traceback (most recent call last):
    lenet.cluster.time_limit.OverdueError
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._tasks = _start()

    def __call__(self, function: Callable[[Stamped[Item]], Result], items: list[Item]) -> Result:
        """Return ``function(items)``; it goes through the items in order.

        Raises
        ------
        OverdueError
            An item took longer than the limit.
        """
        stamped, call = Stamped(items), _Call(function)
        call.argument = stamped
        self._tasks.put(call)
        while not call.done.wait(max(0.0, stamped.since + self._seconds - time.monotonic())):
            if time.monotonic() - stamped.since >= self._seconds:
                self._tasks = _start()
                raise OverdueError
        if call.error is not None:
            raise call.error
        return call.result  # type: ignore[no-any-return]


class _Call:
    def __init__(self, function: Callable[[Any], Any]) -> None:
        self.function = function
        self.argument: Any = None
        self.result: Any = None
        self.error: BaseException | None = None
        self.done = threading.Event()


def _start() -> "SimpleQueue[_Call]":
    tasks: SimpleQueue[_Call] = SimpleQueue()
    threading.Thread(target=_work, args=(tasks,), daemon=True).start()
    return tasks


def _work(tasks: "SimpleQueue[_Call]") -> None:
    while True:
        call = tasks.get()
        try:
            call.result = call.function(call.argument)
        except BaseException as error:
            call.error = error
        call.done.set()
        del call
