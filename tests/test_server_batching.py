"""Batches, queues and deadlines of the service."""

import asyncio
import io
import tempfile
import threading
import time
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from starlette.testclient import TestClient

from lenet.server import bodies, queues
from lenet.server.app import build
from lenet.server.guard import Policy
from lenet.server.queues import BATCH, MAX_IMAGES_WAITING, Answers, Batcher
from lenet.server.refusals import Refusal
from lenet.server.service import Service
from services import OCTETS


def test_a_batch_is_whatever_arrived_while_the_last_one_ran() -> None:
    gate, sizes = threading.Event(), []

    def network(images: NDArray[np.uint8]) -> Answers:
        sizes.append(len(images))
        gate.wait(5)
        marks = images[:, 0, 0].tolist()
        return Answers(marks, [[float(mark)] for mark in marks], ["digit"] * len(marks))

    async def ask() -> list[Answers]:
        batcher = Batcher(network)
        images = np.arange(100, dtype=np.uint8)[:, None, None].repeat(28, 1).repeat(28, 2)
        first = batcher.ask(images[:1])
        await asyncio.sleep(0.05)
        later = [batcher.ask(images[number : number + 3]) for number in range(1, 97)]
        gate.set()
        found = [await first, *[await each for each in later]]
        batcher.close()
        return found

    found = asyncio.run(ask())
    assert sizes == [1, 255, 33]
    assert [answers.best for answers in found[1:]] == [[n, n + 1, n + 2] for n in range(1, 97)]


def test_requests_that_arrive_together_share_a_batch() -> None:
    sizes = []

    def network(images: NDArray[np.uint8]) -> Answers:
        sizes.append(len(images))
        return Answers([0] * len(images), [[1.0]] * len(images), ["digit"] * len(images))

    async def ask() -> None:
        batcher = Batcher(network)
        await asyncio.gather(*[batcher.ask(np.zeros((1, 28, 28), np.uint8)) for _ in range(7)])
        batcher.close()

    asyncio.run(ask())
    assert sizes == [7]


def test_a_network_that_fails_fails_its_batch_only() -> None:
    def network(images: NDArray[np.uint8]) -> Answers:
        if images.max():
            raise RuntimeError("broken")
        return Answers([0], [[1.0]], ["digit"])

    async def ask() -> None:
        batcher = Batcher(network)
        with pytest.raises(RuntimeError):
            await batcher.ask(np.ones((1, 28, 28), np.uint8))
        assert (await batcher.ask(np.zeros((1, 28, 28), np.uint8))).best == [0]
        batcher.close()

    asyncio.run(ask())


def test_a_full_queue_refuses_until_it_is_empty() -> None:
    gate = threading.Event()

    def network(images: NDArray[np.uint8]) -> Answers:
        gate.wait(5)
        return Answers([0] * len(images), [[1.0]] * len(images), ["digit"] * len(images))

    async def ask() -> None:
        batcher = Batcher(network)
        images = np.zeros((BATCH, 28, 28), np.uint8)
        running = batcher.ask(images)
        await asyncio.sleep(0.05)
        waiting = [batcher.ask(images) for _ in range(MAX_IMAGES_WAITING // BATCH)]
        with pytest.raises(Refusal) as refusal:
            batcher.ask(images[:1])
        assert refusal.value.status == 429
        assert refusal.value.headers == {"Retry-After": "1"}
        gate.set()
        await asyncio.gather(running, *waiting)
        assert batcher.waiting == 0
        await batcher.ask(images[:1])
        batcher.close()

    asyncio.run(ask())


def test_too_many_jobs_are_refused_and_a_slow_one_is_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gate = threading.Event()

    async def ask() -> None:
        crew = queues.Workers()
        monkeypatch.setattr(queues, "JOB_SECONDS", 0.1)
        jobs = [asyncio.create_task(crew.do(lambda: gate.wait(5))) for _ in range(queues.MAX_JOBS)]
        await asyncio.sleep(0.01)
        with pytest.raises(Refusal) as busy:
            await crew.do(lambda: None)
        outcomes = await asyncio.gather(*jobs, return_exceptions=True)
        late = {outcome.status for outcome in outcomes if isinstance(outcome, Refusal)}
        gate.set()
        while crew.jobs:
            await asyncio.sleep(0.01)
        assert await crew.do(lambda: 7) == 7
        crew.close()
        assert (busy.value.status, late) == (429, {503})

    asyncio.run(ask())


def test_a_body_that_does_not_arrive_is_given_up(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "SECONDS", 0.1)
    sent: list[Any] = []

    async def ask() -> None:
        scope = {
            "type": "http", "method": "POST", "path": "/v1/read", "query_string": b"",
            "headers": [(b"host", b"localhost")], "app": None,
        }  # fmt: skip

        async def receive() -> Any:
            await asyncio.sleep(5)

        async def send(message: Any) -> None:
            sent.append(message)

        await build(service, Policy())(scope, receive, send)

    asyncio.run(ask())
    assert sent[0]["status"] == 408
    assert (b"connection", b"close") in sent[0]["headers"]
    assert service.bodies.held == 0


def test_no_upload_touches_the_disk(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a file was made")

    monkeypatch.setattr(tempfile, "TemporaryFile", refuse)
    noise = np.random.default_rng(0).integers(0, 256, (900, 900, 3), np.uint8)
    large = io.BytesIO()
    Image.fromarray(noise).save(large, "BMP")
    files = {"picture": ("a.bmp", large.getvalue(), "image/bmp")}
    assert client.post("/v1/read", files=files).status_code == 200


def test_a_refusal_for_lack_of_time_comes_after_a_pause(
    client: TestClient, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service.models["lenet5"].batcher, "waiting", MAX_IMAGES_WAITING)
    begin = time.perf_counter()
    refused = client.post("/v1/digits", content=bytes(784), headers=OCTETS)
    assert time.perf_counter() - begin > 0.2
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "1")
