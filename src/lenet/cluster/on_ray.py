"""Work on the cores that Ray has, of this machine or of many: the only file that imports Ray.

An actor for each core reads shards, of which it holds two at most. Ray itself neither restarts an
actor nor tries a call again: it would do so with the same calls, and one of them may be what ended
the actor. Here the shard goes to another actor, and after `TRIES` tries to none.
"""

import logging
import os
import re
import secrets
import shutil
import signal
import socket
import tempfile
import time
from collections import Counter, deque
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from typing import Any

from lenet.cluster.manifest import Shard
from lenet.cluster.memory import without_pandas
from lenet.cluster.pool import TRIES
from lenet.cluster.shards import Fault, Report, ShardReader, read_safely
from lenet.errors import DataError, LeNetError
from lenet.runtime import available_cores

IN_FLIGHT = 2  # shards of an actor: the next one is there when it has read one
START_SECONDS = 300  # until the first actor is ready: a cluster may have to grow
LOOK_SECONDS = 10  # between looks for cores that have joined
CONNECT_SECONDS = 5
START_TRIES = 3
OBJECT_STORE = 100 * 2**20  # bytes: no more than a few shards' numbers pass through it
LONGEST_FOLDER = 42  # characters: Ray's sockets lie in it, and their names are limited to 107
CLIENT = "ray://"


@contextmanager
def connected(workers: int = 0) -> Iterator[tuple[Any, str]]:
    """Connect to the Ray that ``RAY_ADDRESS`` names, or start one on this machine.

    Parameters
    ----------
    workers : int
        Cores to start it with; by default all that this process may use.

    Yields
    ------
    ray : module
    words : str
        Which Ray it is, with how many cores.

    Raises
    ------
    DataError
        Ray is not installed, cannot be reached or started, or has another version there.
    """
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"  # before the import: it tells nobody anything
    address = os.environ.get("RAY_ADDRESS", "").strip()
    if address.startswith(CLIENT):
        raise DataError(
            f"RAY_ADDRESS is {address}: a Ray client is not supported; run lenet on a machine of "
            "the cluster, with RAY_ADDRESS=auto"
        )
    try:
        import ray
    except ImportError as error:
        raise DataError(
            "--workers ray needs Ray, which is not installed: pip install 'lenet[cluster]'; "
            "--workers local does without it"
        ) from error
    _keep_stdout_for_results()
    if ray.is_initialized():  # a program that calls lenet has its own
        yield ray, _words(ray, "Ray as it is connected")
        return
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    starting = address in ("", "local")
    with _own_ray() if starting else _known_ray(address) as options:
        try:
            options |= {"num_cpus": workers or available_cores()} if starting else {}
            context = _init(ray, address, options)
            with suppress(ValueError):  # only the main thread has them
                for number, handler in handlers.items():  # which Ray has replaced
                    signal.signal(number, handler)
            what = "Ray, started on this machine" if starting else f"Ray at {address}"
            dashboard = (
                f", dashboard http://{context.dashboard_url}"
                if options.get("include_dashboard")
                else ""
            )
            yield ray, _words(ray, what) + dashboard
        finally:
            ray.shutdown()


def _keep_stdout_for_results() -> None:
    """Silence what Ray prints to stdout of processes that end; there is no option for it."""
    from ray._private import worker

    if hasattr(worker, "print_to_stdstream"):
        worker.print_to_stdstream = lambda *_, **__: None


def _init(ray: Any, address: str, options: dict[str, Any]) -> Any:
    quiet = {"log_to_driver": False, "logging_level": logging.ERROR}
    where = f"at {address}" if address else "on this machine"
    for attempt in range(1, START_TRIES + 1):
        try:
            return ray.init(**options, **quiet)
        except Exception as error:  # Ray raises nearly anything
            said = " ".join(str(error).split())
            # Its processes give each other 15 seconds, which is too little on a busy machine.
            if "timed out during startup" not in said or attempt == START_TRIES:
                raise _refusal(said, where) from error
            ray.shutdown()
    raise AssertionError("the last try returns or raises")


def _refusal(said: str, where: str) -> DataError:
    if found := re.search(
        r"cluster was started with:? Ray: (\S+) Python: (\S+).*was started with:? Ray: (\S+) "
        r"Python: (\S+)",
        said,
    ):
        theirs, their_python, ours, our_python = found.groups()
        return DataError(
            f"Ray {where} is version {theirs} on Python {their_python}, here it is {ours} on "
            f"Python {our_python}: install the same everywhere"
        )
    return DataError(
        f"Ray {where} cannot be used: {said[:200]}; check RAY_ADDRESS and, if the "
        "cluster has one, the token (RAY_AUTH_MODE=token, ~/.ray/auth_token), or leave RAY_ADDRESS "
        "unset to start Ray on this machine; --workers local does without it"
    )


@cache
def _token() -> str:
    """Return the token of this process: Ray asks for it only once."""
    return secrets.token_hex(32)


@contextmanager
def _own_ray() -> Iterator[dict[str, Any]]:
    """Give the options to start Ray with: it leaves nothing behind, and lets nobody else in."""
    folder = tempfile.mkdtemp(prefix="lenet-ray-")
    if len(folder) > LONGEST_FOLDER and os.name == "posix":
        os.rmdir(folder)  # noqa: PTH106
        folder = tempfile.mkdtemp(prefix="lenet-ray-", dir="/tmp")
    # Without a token in the environment, Ray would make one and keep it in the home.
    ours = {"RAY_AUTH_TOKEN": _token()}
    if os.environ.keys() & {"RAY_AUTH_MODE", "RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH"}:
        ours = {}
    os.environ.update(ours)
    modes = [] if "RAY_AUTH_MODE" in os.environ else ["RAY_AUTH_MODE"]  # which Ray sets
    has_dashboard = all(map(find_spec, ("aiohttp", "aiohttp_cors", "opencensus")))
    try:
        yield {
            "address": "local",
            "include_dashboard": has_dashboard,
            "dashboard_host": "127.0.0.1",
            "object_store_memory": OBJECT_STORE,
            "_temp_dir": folder,
            "_node_ip_address": "127.0.0.1",
        }
    finally:
        for name in (*ours, *modes):
            os.environ.pop(name, None)
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _known_ray(address: str) -> Iterator[dict[str, Any]]:
    """Give the options to connect with; a port that nobody listens on is told at once."""
    host, _, port = address.rpartition(":")
    if port.isdecimal():
        try:
            socket.create_connection((host.strip("[]"), int(port)), CONNECT_SECONDS).close()
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise DataError(
                f"no Ray cluster answers at {address} ({reason}): check RAY_ADDRESS, or leave it "
                "unset to start Ray on this machine"
            ) from error
    yield {"address": address}


def _words(ray: Any, what: str) -> str:
    count, machines = number_of_cores(ray), sum(node["Alive"] for node in ray.nodes())
    on = f" on {machines} machines" if machines > 1 else ""
    return f"{what}: {count} core{'' if count == 1 else 's'}{on}"


def number_of_cores(ray: Any) -> int:
    """Return how many cores the cluster has now."""
    return int(ray.cluster_resources().get("CPU", 0))


def read_on_ray(
    shards: Sequence[Shard], out: str, digest: str, starts: Callable[[str], None]
) -> Generator[Report | Fault]:
    """Read shards on Ray; yield what became of each, in the order they end.

    Parameters
    ----------
    shards, out, digest
        As `lenet.cluster.pool.read_locally` takes them.
    starts : callable
        Is told in words where the work is done.

    Raises
    ------
    DataError
        Ray cannot be used, or no actor can be started.
    """
    jobs = {shard.number: shard for shard in shards}
    with connected() as (ray, words):
        starts(words)
        with closing(Fleet(ray, _Reader, (out, digest), jobs, IN_FLIGHT)) as fleet:
            yield from fleet.work()


class _Reader:
    """The actor: reads shards in a process of its own."""

    def __init__(self, out: str, digest: str) -> None:
        without_pandas()
        self._fault = ""
        try:
            self._reader = ShardReader(out, digest)
        except LeNetError as error:  # which would be the same with every try
            self._fault = str(error)

    def ready(self) -> str:
        """Return what is wrong, nothing if nothing is."""
        return self._fault

    def work(self, shard: Shard) -> Report | Fault:
        """Read a shard."""
        return read_safely(self._reader, shard)


@dataclass
class _Slot:
    """A place for one actor at a time."""

    actor: Any = None
    starting: Any = None  # its reference, while the actor is not ready
    in_flight: dict[Any, int] = field(default_factory=dict)  # in the order they are done
    failed_starts: int = 0


class Fleet:
    """Actors, the jobs that they hold, and those that wait.

    Parameters
    ----------
    ray : module
        It is connected.
    actor : type
        Its `ready` returns what is wrong, nothing if nothing is; its `work` takes a job, and
        returns anything, or a `Fault`.
    arguments : tuple
        What an actor is made with.
    jobs : dict
        By number.
    in_flight : int
        Jobs that an actor holds at a time.
    """

    def __init__(
        self,
        ray: Any,
        actor: type,
        arguments: tuple[Any, ...],
        jobs: Mapping[int, Any],
        in_flight: int,
    ) -> None:
        self._ray = ray
        self._make = ray.remote(num_cpus=1, max_restarts=0, max_task_retries=0)(actor).remote
        self._arguments, self._jobs, self._depth = arguments, jobs, in_flight
        self._waiting = deque(jobs)
        self._tries: Counter[int] = Counter()
        self._slots: list[_Slot] = []
        self._looked = self._working = time.monotonic()
        self._grow()

    def work(self) -> Generator[Any]:
        """Yield what becomes of each job, in the order they end.

        Raises
        ------
        DataError
            No actor can be started, or none is of use.
        """
        while self._waiting or any(slot.in_flight for slot in self._slots):
            self._submit()
            references = [ref for slot in self._slots for ref in slot.in_flight]
            references += [slot.starting for slot in self._slots if slot.starting is not None]
            done, _ = self._ray.wait(references, num_returns=1, timeout=1.0)
            for reference in done:
                yield from self._take(reference)
            self._watch()

    def close(self) -> None:
        """End all actors, whatever they are doing."""
        for slot in self._slots:
            self._drop(slot)

    def _grow(self) -> None:
        wanted = min(max(1, number_of_cores(self._ray)), len(self._waiting))
        while len(self._slots) < wanted:
            self._slots.append(slot := _Slot())
            self._start(slot)

    def _start(self, slot: _Slot) -> None:
        slot.actor = self._make(*self._arguments)
        slot.starting = slot.actor.ready.remote()

    def _submit(self) -> None:
        """Give each ready actor a job, and a second one while there are enough."""
        ready = [slot for slot in self._slots if slot.starting is None]
        for held in range(self._depth):
            for slot in ready:
                if len(slot.in_flight) == held and len(self._waiting) > (held and len(ready)):
                    number = self._waiting.popleft()
                    slot.in_flight[slot.actor.work.remote(self._jobs[number])] = number

    def _take(self, reference: Any) -> Iterator[Any]:
        slot = next(s for s in self._slots if s.starting == reference or reference in s.in_flight)
        try:
            answer = self._ray.get(reference)
        except self._ray.exceptions.RayError as error:
            yield from self._lost(slot, error)
            return
        if slot.starting == reference:
            if answer:
                raise DataError(answer)
            slot.starting, slot.failed_starts = None, 0
            return
        number = slot.in_flight.pop(reference)
        if isinstance(answer, Fault) and not answer.final:
            yield from self._again(number, answer.reason)
        else:
            yield answer

    def _again(self, number: int, reason: str) -> Iterator[Fault]:
        """Let a job be tried once more, or give it up."""
        self._tries[number] += 1
        if self._tries[number] < TRIES:
            self._waiting.appendleft(number)
        else:
            yield Fault(number, reason, final=False)

    def _lost(self, slot: _Slot, error: Exception) -> Iterator[Fault]:
        """Take the jobs of an actor that is gone, or does not answer, and start another one."""
        held, was_starting = list(slot.in_flight.values()), slot.starting is not None
        self._drop(slot)
        self._waiting.extendleft(reversed(held[1:]))  # it had not begun with these
        if held:
            yield from self._again(held[0], f"its process was ended: {_cause(error)}")
        slot.failed_starts += was_starting
        if slot.failed_starts < TRIES:
            self._start(slot)
            return
        self._slots.remove(slot)
        if not self._slots:
            raise DataError(f"the processes on Ray end as they start: {_cause(error)}; see to that")

    def _drop(self, slot: _Slot) -> None:
        with suppress(Exception):  # it is gone already, or Ray is
            self._ray.kill(slot.actor)
        slot.in_flight.clear()
        slot.starting = None

    def _watch(self) -> None:
        """Take cores that have joined; give up where none becomes free."""
        now = time.monotonic()
        if any(slot.starting is None for slot in self._slots):
            self._working = now
        elif now - self._working > START_SECONDS:
            raise DataError(
                f"no process could be started on Ray in {START_SECONDS} seconds: its cores are "
                "taken, or have too little memory; see `ray status`"
            )
        if now - self._looked > LOOK_SECONDS:
            self._looked = now
            self._grow()


def _cause(error: Exception) -> str:
    """Return in one line why an actor is gone: its own error, or how its process ended."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    own = [line for line in lines if re.match(r"[\w.]*(Error|Exception|Exit|Interrupt)\b", line)]
    if getattr(error, "actor_init_failed", False) and own:
        return own[-1][:300]
    text = " ".join(lines)
    detail = re.search(r"Worker exit detail: (.*?\.)(\s|$)", text) or re.search(
        r"The actor is dead because (.*?\.)(\s|$)", text
    )
    return (detail[1] if detail else text)[:300].rstrip(".")
