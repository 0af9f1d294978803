"""Work on all cores: processes of our own that answer lists of items, in order.

They are plain programs. Of what could replace them, `concurrent.futures` runs the user's own script
again in each process, which is an error unless the script has a ``__main__`` guard, and both it and
loky leave their processes running when the one that reads is killed. Neither is faster: for 6,000
PNG files of 28×28, read in turn, they took 0.92 and 1.1 times as much CPU time (2026-11-28).
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

CHUNK_SECONDS = 0.05  # of work in one message: short enough that answers come steadily
FIRST_CHUNK, MAX_CHUNK = 8, 256
_PROGRAM = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]);"
    "from lenet.reader.workers import _work; _work()"
)


def possible() -> bool:
    """Tell whether there is a Python to start: not inside a program frozen into one file."""
    return bool(sys.executable) and not getattr(sys, "frozen", False)


def run(
    items: Iterable[Any],
    here: Callable[[list[Any]], list[Any]],
    setup: Callable[..., Callable[[list[Any]], list[Any]]],
    arguments: tuple[Any, ...],
    count: int,
) -> Generator[Any]:
    """Yield an answer for each of `items`, in order, from `count` processes.

    Only a few lists are under way at a time, however many items there are.

    Parameters
    ----------
    items : iterable
        Each can be pickled; a list with one that cannot is answered by `here`.
    here : callable
        Answers a list of items in this process, until the first of the others is ready; it is
        called from several threads.
    setup : callable
        Each process calls ``setup(*arguments)`` once, and the function that this returns with one
        list of items after another.
    arguments : tuple
    count : int
        Number of processes.

    Raises
    ------
    DataError
        A process cannot be started, or was ended from outside.
    """
    rest = iter(items)
    with ExitStack() as stack:
        threads = stack.enter_context(ThreadPoolExecutor(count))
        idle: SimpleQueue[Worker] = SimpleQueue()
        starting = []
        for _ in range(count):
            worker = Worker()
            stack.callback(worker.close)  # before `threads` waits for the threads that ask it
            starting.append(threads.submit(_begin, worker, packed((setup, arguments)), idle))
        while not any(future.done() for future in starting):
            if not (chunk := list(islice(rest, FIRST_CHUNK))):
                return
            yield from here(chunk)
        for future in starting:
            if future.done():
                future.result()  # raises what went wrong, if anything

        waiting: deque[Future[tuple[list[Any], float]]] = deque()
        size = FIRST_CHUNK
        while chunk := list(islice(rest, size)):
            waiting.append(threads.submit(_ask, chunk, idle, here))
            while waiting and (len(waiting) > 2 * count or waiting[0].done()):
                answers, seconds = waiting.popleft().result()
                size = max(1, min(int(CHUNK_SECONDS / seconds), 2 * size, MAX_CHUNK))
                yield from answers
        while waiting:
            yield from waiting.popleft().result()[0]


def _begin(worker: "Worker", task: memoryview, idle: "SimpleQueue[Worker]") -> None:
    """Send a process its task, and make it idle once it is ready."""
    try:
        worker.ask(task)
    finally:
        idle.put(worker)


def _ask(
    chunk: list[Any], idle: "SimpleQueue[Worker]", here: Callable[[list[Any]], list[Any]]
) -> tuple[list[Any], float]:
    """Return the answers of the next idle process, and the seconds that each took."""
    started = time.perf_counter()
    try:
        message = packed(chunk)
    except Exception:  # a PIL image that turns out broken, for instance
        return here(chunk), (time.perf_counter() - started) / len(chunk)
    worker = idle.get()
    started = time.perf_counter()
    try:
        answers = worker.ask(message)
    finally:
        idle.put(worker)
    return answers, (time.perf_counter() - started) / len(chunk)


class Worker:
    """One process; messages go through its stdin and stdout.

    The first one is a packed ``(setup, arguments)``, as in `run`; the next ones are lists of items.

    Raises
    ------
    DataError
        It cannot be started; while it is asked: it was ended from outside.
    """

    def __init__(self) -> None:
        # In a group of its own, Ctrl-C reaches only the process that ends it.
        alone: dict[str, Any] = {"process_group": 0}
        if sys.platform == "win32":
            alone = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
        search_path = json.dumps([str(folder) for folder in sys.path])
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-c", _PROGRAM, search_path],
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
            ) from error
        assert self._process.stdin
        assert self._process.stdout
        self._in, self._out = self._process.stdin, self._process.stdout

    def ask(self, message: memoryview) -> Any:
        """Return the answer to a packed message."""
        try:
            _send(self._in, message)
            answer = _receive(self._out)
        except (EOFError, OSError) as error:
            raise DataError(
                f"a process that read pictures was ended {self._cause()}; the answers so far are "
                "good: try again with the others, fewer at a time if memory is short"
            ) from error
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def _cause(self) -> str:
        status = self._process.wait(5)
        names = {number.value: number.name for number in signal.Signals}
        return f"by {names.get(-status, -status)}" if status < 0 else f"with status {status}"

    def close(self) -> None:
        """End the process, whatever it is doing."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._in, self._out):
            with suppress(OSError):  # nobody reads what is still to be written
                pipe.close()


def _work() -> None:
    """Answer lists of items in a process of its own, until the process that started it ends."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # stdout carries answers; what a library prints goes to stderr
    try:
        setup, arguments = _receive(sys.stdin.buffer)
        answer = setup(*arguments)
        _send(answers, packed("ready"))
        while True:
            items = _receive(sys.stdin.buffer)
            try:
                reply = answer(items)
            except Exception as error:  # a fault of lenet's, raised in the process that asked
                reply = error
            _send(answers, packed(reply))
    except (EOFError, BrokenPipeError):
        os._exit(0)


def packed(message: Any) -> memoryview:
    """Return a message as `Worker.ask` takes it."""
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
