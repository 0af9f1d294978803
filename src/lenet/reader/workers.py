"""Work on all cores: processes of our own that answer lists of things, in order.

They are started as plain programs, not by `multiprocessing`: that would run the user's own script
again in each of them, and end in an error where the script does not guard against it.
"""

import json
import os
import signal
import struct
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, suppress
from itertools import islice
from multiprocessing.reduction import ForkingPickler
from queue import SimpleQueue
from typing import IO, Any

from lenet.errors import DataError

CHUNK_SECONDS = 0.05  # of work in one message: short enough to come in steadily
FIRST_CHUNK, MAX_CHUNK = 8, 256
_PROGRAM = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]);"
    "from lenet.reader.workers import _work; _work()"
)


def possible() -> bool:
    """Tell whether there is a Python to start: not inside a program frozen into one file."""
    return bool(sys.executable) and not getattr(sys, "frozen", False)


def run(
    things: Iterable[Any],
    here: Callable[[list[Any]], list[Any]],
    setup: Callable[..., Callable[[list[Any]], list[Any]]],
    arguments: tuple[Any, ...],
    count: int,
) -> Generator[Any]:
    """Yield an answer for each of `things`, in order, from `count` processes.

    Each process calls ``setup(*arguments)`` once, and what that returns with one list of things
    after another; until the first is ready, `here` answers in this one, and so it does about what
    cannot be sent, from several threads. A few lists are on their way at a time, no more, however
    many things there are.

    Raises
    ------
    DataError
        A process cannot be started, or was ended from outside.
    """
    rest = iter(things)
    with ExitStack() as stack:
        threads = stack.enter_context(ThreadPoolExecutor(count))
        idle: SimpleQueue[_Worker] = SimpleQueue()

        def begin(worker: _Worker) -> None:
            try:
                worker.ask(_packed((setup, arguments)))
            finally:
                idle.put(worker)

        def ask(chunk: list[Any]) -> tuple[list[Any], float]:
            started = time.perf_counter()
            try:
                message = _packed(chunk)
            except Exception:  # a PIL image that turns out broken, for instance
                return here(chunk), (time.perf_counter() - started) / len(chunk)
            worker = idle.get()
            started = time.perf_counter()
            try:
                answers = worker.ask(message)
            finally:
                idle.put(worker)
            return answers, (time.perf_counter() - started) / len(chunk)

        begun = []
        for _ in range(count):
            worker = _Worker()
            stack.callback(worker.close)  # before `threads` waits for those who wait for it
            begun.append(threads.submit(begin, worker))
        while not any(future.done() for future in begun):
            if not (chunk := list(islice(rest, FIRST_CHUNK))):
                return
            yield from here(chunk)
        for future in begun:
            if future.done():
                future.result()  # raises what went wrong, if anything

        waiting: deque[Future[tuple[list[Any], float]]] = deque()
        size = FIRST_CHUNK
        while chunk := list(islice(rest, size)):
            waiting.append(threads.submit(ask, chunk))
            while waiting and (len(waiting) > 2 * count or waiting[0].done()):
                answers, seconds = waiting.popleft().result()
                size = max(1, min(int(CHUNK_SECONDS / seconds), 2 * size, MAX_CHUNK))
                yield from answers
        while waiting:
            yield from waiting.popleft().result()[0]


class _Worker:
    """One process; messages go through its stdin and stdout."""

    def __init__(self) -> None:
        # In a group of its own, Ctrl-C reaches only the process that ends it.
        alone: dict[str, Any] = {"process_group": 0}
        if sys.platform == "win32":
            alone = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
        places = json.dumps([str(place) for place in sys.path])
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-c", _PROGRAM, places],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env={**os.environ, "OMP_NUM_THREADS": "1"},
                **alone,
            )
        except OSError as error:
            reason = (error.strerror or "the system refused").lower()
            raise DataError(
                f"a process that reads pictures cannot be started: {reason}; the answers so far "
                "are good: end other programs, and try again with the others"
            ) from None
        assert self._process.stdin
        assert self._process.stdout
        self._in, self._out = self._process.stdin, self._process.stdout

    def ask(self, message: memoryview) -> Any:
        """Return the answer to a message, which is `_packed`."""
        try:
            _send(self._in, message)
            answer = _receive(self._out)
        except (EOFError, OSError):
            raise DataError(
                f"a process that read pictures was ended {self._how()}; the answers so far are "
                "good: try again with the others, fewer at a time if memory is short"
            ) from None
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def _how(self) -> str:
        status = self._process.wait(5)
        names = {number.value: number.name for number in signal.Signals}
        return f"by {names.get(-status, -status)}" if status < 0 else f"with status {status}"

    def close(self) -> None:
        """End it, whatever it is doing."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._in, self._out):
            with suppress(OSError):  # what was still to be written has no reader any more
                pipe.close()


def _work() -> None:
    """Be such a process: answer until the other side is gone."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints is talk
    try:
        setup, arguments = _receive(sys.stdin.buffer)
        answer = setup(*arguments)
        _send(answers, _packed("ready"))
        while True:
            things = _receive(sys.stdin.buffer)
            try:
                reply = answer(things)
            except Exception as error:  # a mistake of ours, raised where it is seen
                reply = error
            _send(answers, _packed(reply))
    except (EOFError, BrokenPipeError):
        os._exit(0)


def _packed(message: Any) -> memoryview:
    return ForkingPickler.dumps(message)


def _send(pipe: IO[bytes], content: memoryview) -> None:
    pipe.write(struct.pack("<Q", len(content)))
    pipe.write(content)
    pipe.flush()


def _receive(pipe: IO[bytes]) -> Any:
    head = pipe.read(8)
    if len(head) < 8:
        raise EOFError
    (length,) = struct.unpack("<Q", head)
    content = pipe.read(length)
    if len(content) < length:
        raise EOFError
    return ForkingPickler.loads(content)
