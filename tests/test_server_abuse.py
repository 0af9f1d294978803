"""Malicious and broken requests: the service answers in order, and survives."""

import base64
import http.client
import io
import json
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import lenet
from command import NO_COVERAGE
from lenet.reader import DEFAULT_MODEL
from live_service import Live, serving

pytestmark = pytest.mark.slow

MB = 1_000_000
PATIENCE = 30  # seconds for an answer that surely comes, also on a busy machine


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    place = tmp_path_factory.mktemp("collected") / "corrections.db"
    with serving("lenet5", "--collect", place, **NO_COVERAGE) as live:
        live.digit(bytes(784))
        yield live
        assert live.stop() == 0


def raw(live: Live, content: bytes, *, patience: float = 10, first: bool = False) -> bytes:
    """Send bytes as they are; return what comes back until the other side ends or is silent.

    With `first`, the beginning of the first answer is enough.
    """
    answer = b""
    with (
        socket.create_connection(("127.0.0.1", live.port), patience) as connection,
        suppress(OSError),  # it may be silent
    ):
        with suppress(OSError):  # it may hang up, and have answered before
            connection.sendall(content)
        while received := connection.recv(65_536):
            answer += received
            if first:
                break
    return answer


def status(answer: bytes) -> int:
    """The status of the first answer; 0 if there is none."""
    found = re.match(rb"HTTP/1\.[01] (\d{3}) ", answer)
    return int(found[1]) if found else 0


def post(path: str, body: bytes, *headers: str) -> bytes:
    lines = [f"POST {path} HTTP/1.1", "Host: localhost", *headers, "Connection: close"]
    if not any(line.lower().startswith(("content-length", "transfer-enc")) for line in headers):
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def works(live: Live) -> None:
    answered, said = live.digit(bytes(784))
    assert (answered, len(said["digits"])) == (200, 1)
    assert live.process.poll() is None


def test_500_slow_connections_delay_nobody(live: Live) -> None:
    halves = (
        b"POST /v1/digits HTTP/1.1\r\nHost: localhost\r\nX-Slow: ",
        b"POST /v1/read HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999\r\n\r\n\x89PNG",
    )
    dawdlers = [socket.create_connection(("127.0.0.1", live.port)) for _ in range(500)]
    try:
        for number, connection in enumerate(dawdlers):
            connection.sendall(halves[number % 2])
        seconds = []
        for _ in range(100):
            begin = time.perf_counter()
            works(live)
            seconds.append(time.perf_counter() - begin)
        assert max(seconds) < 8  # a request that waited for the slow ones would take longer
    finally:
        for connection in dawdlers:
            connection.close()


def test_a_connection_whose_headers_do_not_arrive_is_closed(live: Live) -> None:
    started = b"GET /livez HTTP/1.1\r\nHost: "
    connections = [socket.create_connection(("127.0.0.1", live.port), 15) for _ in range(2)]
    begin = time.monotonic()
    connections[0].sendall(started)
    for connection in connections:
        assert connection.recv(100) == b""
        connection.close()
    assert 9 < time.monotonic() - begin < 20


def test_a_million_chunks_are_read_and_leave_nothing_behind(live: Live) -> None:
    head = post("/v1/read", b"", "Transfer-Encoding: chunked")
    before = live.memory()
    answer = raw(live, head + b"1\r\nA\r\n" * 1_000_000 + b"0\r\n\r\n", patience=60)
    assert status(answer) == 422
    works(live)
    assert live.memory() - before < 20 * MB


@pytest.mark.parametrize(
    "body",
    [
        b"".join(
            b'--b\r\nContent-Disposition: form-data; name="f%d"\r\n\r\nv\r\n' % number
            for number in range(10_000)
        )
        + b"--b--\r\n",
        b"--b\r\nContent-Disposition: form-data; name=a; x=" + b"y" * MB + b"\r\n\r\n\r\n--b--",
        b"--b\r\n" + b"X: y\r\n" * 100_000 + b"\r\n\r\n--b--",
        b"--b\r\n\r\n",
        b"\r\n" * MB,
        b"",
    ],
    ids=["10,000 parts", "1 MB header", "100,000 headers", "cut short", "new lines", "empty"],
)
def test_malicious_forms_are_refused(live: Live, body: bytes) -> None:
    before = live.memory()
    form = "Content-Type: multipart/form-data; boundary=b"
    answer = raw(live, post("/v1/read", body, form), patience=PATIENCE)
    assert status(answer) in (400, 422)
    works(live)
    assert live.memory() - before < 20 * MB


def test_a_boundary_of_a_megabyte_is_refused(live: Live) -> None:
    form = f"Content-Type: multipart/form-data; boundary={'b' * MB}"
    assert status(raw(live, post("/v1/read", b"", form))) in (0, 400, 422, 431)
    works(live)


@pytest.mark.parametrize(
    "length", ["-1", "+7", "1e3", "99999999999999999999999", "0x10", "", "1, 2", "784 784"]
)
def test_invalid_lengths_are_refused(live: Live, length: str) -> None:
    answer = raw(live, post("/v1/digits", bytes(784), f"Content-Length: {length}"))
    assert 400 <= status(answer) < 500
    works(live)


def test_a_body_shorter_or_longer_than_said_harms_nobody(live: Live) -> None:
    octets = "Content-Type: application/octet-stream"
    short = raw(live, post("/v1/digits", bytes(100), octets, "Content-Length: 784"), patience=3)
    assert status(short) in (0, 400)
    # The rest is the beginning of a request that makes no sense.
    long = raw(live, post("/v1/digits", bytes(900), octets, "Content-Length: 784"))
    assert status(long) == 200
    works(live)


def test_one_request_cannot_pass_for_two(live: Live) -> None:
    inner = b"0\r\n\r\nGET /v1/models HTTP/1.1\r\nHost: localhost\r\n\r\n"
    both = ("Content-Length: 5", "Transfer-Encoding: chunked")
    answer = raw(live, post("/v1/digits", inner, *both))
    assert 400 <= status(answer) < 500
    twice = ("Content-Length: 3", "Content-Length: 784")
    assert status(raw(live, post("/v1/digits", bytes(784), *twice))) == 400
    works(live)


def deep(opening: str, closing: str, inside: str = "") -> bytes:
    return (opening * 10_000 + inside + closing * 10_000).encode()


@pytest.mark.parametrize(
    "body",
    [
        deep("[", "]"),
        deep('{"images":', "}", "1"),
        b'{"images":[' + deep("[", "]") + b"]}",
        b'{"images":[' + b"[" * MB,
        b'{"images":["' + b"A" * 1_900_000 + b'"]}',
        b'{"images":[' + b"1e999," * 1000 + b"1]}",
        b'{"images":[NaN]}',
        b'{"images":["\\ud800"]}',
        b"\xff\xfe" * 1000,
        json.dumps({"images": [[[10**400] * 28] * 28]}).encode(),
    ],
)
@pytest.mark.parametrize("path", ["/v1/digits", "/v1/layers", "/v1/corrections"])
def test_malicious_json_is_refused(live: Live, path: str, body: bytes) -> None:
    answer = raw(live, post(path, body, "Content-Type: application/json"), patience=PATIENCE)
    assert status(answer) in (400, 413, 422)
    works(live)


@pytest.mark.parametrize("path", ["/", "/index.html", "/v1/models", "/metrics"])
def test_a_request_for_ten_thousand_ranges_gets_one_answer(live: Live, path: str) -> None:
    ranges = "bytes=" + ",".join(f"{n}-" for n in range(6_000))
    begin = time.monotonic()
    request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nRange: {ranges}\r\n"
    answer = raw(live, f"{request}Connection: close\r\n\r\n".encode())
    assert status(answer) in (200, 404)
    assert len(answer) < 300_000
    assert time.monotonic() - begin < 10


TRAVERSALS = [
    "/../../../../../../../../etc/passwd",
    "/..%2f..%2f..%2f..%2f..%2f..%2f..%2f..%2fetc%2fpasswd",
    "/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
    "/%252e%252e/%252e%252e/%252e%252e/etc/passwd",
    "/..%c0%af..%c0%af..%c0%afetc/passwd",
    "/..\\..\\..\\..\\etc\\passwd",
    "/..%5c..%5c..%5cetc%5cpasswd",
    "//etc/passwd",
    "/./././../../../etc/passwd",
    "/%00/etc/passwd",
    "/index.html%00.png",
    "/index.html/../../app.py",
    "/%2e%2e/app.py",
    "/v1/models/..%2f..%2f..%2fetc%2fpasswd/card",
    "/v1/models/%2e%2e/card",
    "/" + "a/" * 5_000,
    "/" + "a" * 5_000,
    "/\x7f",
    "/é",
]


@pytest.mark.parametrize("path", TRAVERSALS, ids=[path[:40] for path in TRAVERSALS])
def test_no_path_leads_out_of_the_page(live: Live, path: str) -> None:
    request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    answer = raw(live, request.encode("utf-8"))
    assert 400 <= status(answer) < 500
    assert b"root:" not in answer
    assert b"import " not in answer
    works(live)


@pytest.mark.parametrize(
    ("request_", "allowed"),
    [
        (b"BREW / HTTP/1.1\r\nHost: localhost\r\n\r\n", {400, 405}),
        (b"TRACE / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", {400, 405}),
        (b"CONNECT localhost:22 HTTP/1.1\r\nHost: localhost\r\n\r\n", {0, 400, 404, 405}),
        (b"GET /livez HTTP/1.0\r\nHost: localhost\r\n\r\n", {200}),
        (b"GET /livez HTTP/1.0\r\n\r\n", {403}),
        (b"GET /livez HTTP/1.1\r\nConnection: close\r\n\r\n", {400, 403}),
        (b"GET /livez HTTP/1.1\r\nHost: a\r\nHost: localhost\r\n\r\n", {400, 403}),
        (b"GET /livez HTTP/9.9\r\nHost: localhost\r\n\r\n", {400}),
        (b"GET http://evil.example/livez HTTP/1.1\r\nHost: evil.example\r\n\r\n", {403}),
        (b"GET /livez HTTP/1.1\r\nHost: localhost\r\nX: a\r\n b\r\n\r\n", {200, 400}),
        (b"GET /livez HTTP/1.1\nHost: localhost\n\n", {200, 400}),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", {400}),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200), {400}),
        (b"GET /livez HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
         b"Connection: Upgrade\r\n\r\n", {200, 400}),
        (b"GET /livez HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 100_000 + b"\r\n"
         b"Connection: close\r\n\r\n", {0, 200, 431}),
        (b"GET /" + b"a" * MB + b" HTTP/1.1\r\nHost: localhost\r\n\r\n", {0, 404, 414}),
    ],
)  # fmt: skip
def test_odd_requests_are_answered_or_refused(
    live: Live, request_: bytes, allowed: set[int]
) -> None:
    assert status(raw(live, request_, patience=12, first=True)) in allowed
    works(live)


def send_until(connection: socket.socket, content: bytes) -> None:
    """Send `content` again and again until the other side hangs up, 20 MB at most."""
    for _ in range(20 * MB // len(content)):
        connection.sendall(content)


def test_headers_without_end_are_cut_off(live: Live) -> None:
    before = live.memory()
    with socket.create_connection(("127.0.0.1", live.port), 20) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nX: ")
        with pytest.raises(OSError, match=r"reset|Broken pipe"):
            send_until(connection, b"a" * 65_536)
    assert live.memory() - before < 20 * MB
    works(live)


def test_trailers_without_end_are_cut_off(live: Live) -> None:
    before = live.memory()
    with socket.create_connection(("127.0.0.1", live.port), 20) as connection:
        connection.sendall(post("/v1/read", b"", "Transfer-Encoding: chunked"))
        connection.sendall(b"1\r\nA\r\n0\r\n")
        with pytest.raises(OSError, match=r"reset|Broken pipe"):
            send_until(connection, b"X-Trailer: nothing\r\n" * 3_000)
    assert live.memory() - before < 20 * MB
    works(live)


def test_a_body_over_the_limit_is_refused_without_reading_the_rest(live: Live) -> None:
    with socket.create_connection(("127.0.0.1", live.port), 20) as connection:
        connection.sendall(post("/v1/read", b"", "Content-Length: 10000000000"))
        begin = time.monotonic()
        assert status(connection.recv(65_536)) == 413
        assert time.monotonic() - begin < 8  # no minute


@pytest.mark.parametrize("chunked", [False, True])
def test_a_client_that_sends_too_large_a_body_gets_the_413(live: Live, chunked: bool) -> None:
    # This client, as browsers do, reads no answer before everything is sent.
    before = live.memory()
    connection = http.client.HTTPConnection("127.0.0.1", live.port, timeout=PATIENCE)
    content = (bytes(MB) for _ in range(40)) if chunked else bytes(40 * MB)
    connection.request("POST", "/v1/read", content, {"Content-Type": "image/png"})
    answer = connection.getresponse()
    assert answer.status == 413
    assert "the limit is 16,000,000 bytes" in answer.read().decode()
    connection.close()
    assert live.memory() - before < 40 * MB
    works(live)


def test_a_client_that_asks_before_it_sends_is_told_at_once(live: Live) -> None:
    ask = ("Content-Type: image/png", "Content-Length: 40000000", "Expect: 100-continue")
    assert status(raw(live, post("/v1/read", b"", *ask), first=True)) == 413


def test_2000_mutilated_requests_harm_nobody(live: Live) -> None:
    chance = random.Random(0)
    page = io.BytesIO()
    Image.fromarray(np.tri(60, dtype=np.uint8) * 255).save(page, "PNG")
    octets = "Content-Type: application/octet-stream"
    text = json.dumps({"images": [base64.b64encode(bytes(784)).decode()]}).encode()
    seeds = [
        post("/v1/read", page.getvalue(), "Content-Type: image/png"),
        post("/v1/digits", bytes(784), octets),
        post("/v1/digits", text, "Content-Type: application/json"),
        post("/v1/layers?model=lenet5", bytes(784), octets),
        b"GET /v1/models/lenet5/card HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    ]

    def mutilated() -> bytes:
        content = bytearray(chance.choice(seeds))
        for _ in range(chance.randint(1, 4)):
            place = chance.randrange(len(content))
            match chance.randrange(4):
                case 0:
                    content[place] = chance.randrange(256)
                case 1:
                    del content[place : place + chance.randint(1, 30)]
                case 2:
                    content[place:place] = chance.randbytes(chance.randint(1, 30))
                case _:
                    del content[place:]
            content = content or bytearray(b"x")
        return bytes(content)

    requests = [mutilated() for _ in range(2_000)]
    before = live.memory()
    with ThreadPoolExecutor(8) as pool:
        statuses = list(
            pool.map(lambda content: status(raw(live, content, patience=0.3, first=True)), requests)
        )
    assert max(statuses) < 500
    assert statuses.count(200) > 100
    works(live)
    assert live.memory() - before < 40 * MB


def test_clients_that_leave_free_their_places_in_the_queue(live: Live) -> None:
    large = io.BytesIO()
    noise = np.random.default_rng(0).integers(0, 256, (1500, 1500, 3), np.uint8)
    Image.fromarray(noise).save(large, "PNG")
    for _ in range(40):
        with socket.create_connection(("127.0.0.1", live.port), 20) as connection:
            connection.sendall(post("/v1/read", large.getvalue()))
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    end = time.monotonic() + 60
    while gauge(live, "lenet_jobs") or gauge(live, "lenet_waiting_images"):
        assert time.monotonic() < end, "the places are still taken"
        time.sleep(0.1)
    works(live)


def gauge(live: Live, name: str) -> float:
    connection = live.connect()
    connection.request("GET", "/metrics")
    text = connection.getresponse().read().decode()
    connection.close()
    return float(re.search(rf"^{name} (.*)$", text, re.MULTILINE)[1])  # type: ignore[index]


def test_no_answer_reveals_anything_of_the_machine(live: Live) -> None:
    tells = re.compile(rb"0x[0-9a-f]{6,}|Traceback|/usr/|/home/|/tmp/|site-packages|\.py\b")
    versions = [lenet.__version__, sys.version.split()[0]]
    broken = b"\x89PNG\r\n\x1a\n" + bytes(100)
    for request in (
        post("/v1/read", broken),
        post("/v1/read", b"\xff\xd8\xff" + bytes(100)),
        post("/v1/read", b"GIF89a" + b"\xff" * 100),
        post("/v1/read", b"BM" + b"\xff" * 100),
        post("/v1/read", b"RIFF\0\0\0\0WEBP" + b"\xff" * 100),
        post("/v1/digits?model=x", b""),
        post("/v1/corrections", b"{}", "Content-Type: application/json"),
        b"GET /v1/corrections?limit=x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        b"GET /%00 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        b"nonsense\r\n\r\n",
    ):
        answer = raw(live, request)
        assert 400 <= status(answer) < 500, answer
        assert not tells.search(answer), answer
        assert not any(version.encode() in answer for version in versions), answer
        assert not re.search(rb"(?im)^(server|x-powered-by):", answer)


def test_schemathesis_finds_no_fault(live: Live, tmp_path: Path) -> None:
    find_no_fault(live, tmp_path)


def test_schemathesis_finds_no_fault_with_a_model_that_refuses(tmp_path: Path) -> None:
    with serving(DEFAULT_MODEL, "--collect", tmp_path / "corrections.db") as live:
        find_no_fault(live, tmp_path)


def find_no_fault(live: Live, tmp_path: Path) -> None:
    program = shutil.which("schemathesis", path=Path(sys.executable).parent)
    assert program, "schemathesis belongs to the dependency group `test`"
    done = subprocess.run(
        [
            program, "run", f"http://127.0.0.1:{live.port}/v1/openapi.json",
            "--checks", "not_a_server_error,status_code_conformance,content_type_conformance,"
            "response_schema_conformance,response_headers_conformance",
            "--phases", "examples,coverage,fuzzing", "--max-examples", "30", "--seed", "1",
            "--continue-on-failure", "--no-color",
        ],
        capture_output=True, text=True, cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-6_000:] + done.stderr[-2_000:]
    works(live)


def test_under_four_times_its_load_it_refuses_the_rest_and_recovers(
    live: Live, tmp_path: Path
) -> None:
    wrk = shutil.which("wrk")
    if not wrk:
        pytest.skip("wrk is not here: apt-get install wrk")
    script = tmp_path / "load.lua"
    script.write_text(LOAD)

    load = subprocess.Popen(
        [wrk, "-t1", "-c300", "-d10s", "-s", script, f"http://127.0.0.1:{live.port}/v1/digits"],
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    time.sleep(1)
    seconds: list[float] = []
    while load.poll() is None and len(seconds) < 80:
        seconds.append(livez(live))
        time.sleep(0.1)
    said = load.communicate()[0]
    statuses = {
        int(number): int(count) for number, count in re.findall(r"status\s(\d+)\s(\d+)", said)
    }
    assert set(statuses) <= {200, 429, 503}, said
    assert statuses[429] > 0, said
    assert statuses[200] > statuses[429] / 10, said
    assert seconds, "asked while it was under load"  # benchmarks/service.py measures how long
    time.sleep(2)
    works(live)


LOAD = """
wrk.method = "POST"
wrk.body = string.rep("\\0", 784 * 64)
wrk.headers["Content-Type"] = "application/octet-stream"
local threads = {}
function setup(thread) table.insert(threads, thread) end
function init() counts = {} end
function response(status) counts[status] = (counts[status] or 0) + 1 end
function done()
  for _, thread in ipairs(threads) do
    for status, count in pairs(thread:get("counts")) do print("status", status, count) end
  end
end
"""


def livez(live: Live) -> float:
    begin = time.perf_counter()
    assert live.ask("GET", "/livez")[0] == 200
    return time.perf_counter() - begin


def test_load_leaves_memory_threads_and_files_unchanged(live: Live) -> None:
    folder = Path(f"/proc/{live.process.pid}")

    def use(seconds: float) -> int:
        end = time.monotonic() + seconds
        count = 0
        connection = http.client.HTTPConnection("127.0.0.1", live.port)
        while time.monotonic() < end:
            octets = {"Content-Type": "application/octet-stream"}
            connection.request("POST", "/v1/digits", bytes(784), octets)
            assert connection.getresponse().read()
            count += 1
        connection.close()
        return count

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(use, [3] * 4))
        before = live.memory(), len(list((folder / "task").iterdir()))
        assert sum(pool.map(use, [20] * 4)) > 2_000
        after = live.memory(), len(list((folder / "task").iterdir()))
    assert after[0] - before[0] < 10 * MB
    assert after[1] == before[1]
    time.sleep(0.5)
    assert len(list((folder / "fd").iterdir())) < 60
    assert live.memory() < 300 * MB


def test_a_second_signal_ends_it_at_once() -> None:
    with (
        serving("lenet5") as live,
        socket.create_connection(("127.0.0.1", live.port)) as dawdler,
    ):
        dawdler.sendall(post("/v1/read", b"", "Content-Length: 1000"))
        time.sleep(0.2)
        live.process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        assert live.process.poll() is None
        live.process.send_signal(signal.SIGTERM)
        assert live.process.wait(6) == -signal.SIGTERM


def test_it_starts_and_stops_20_times_in_a_row() -> None:
    for _ in range(20):
        with serving("lenet5") as live:
            works(live)
            assert live.stop() == 0


def test_at_rest_it_is_small() -> None:
    with serving() as fresh:  # with all that ships
        assert fresh.memory() < 200 * MB


def test_showing_everything_of_every_model_takes_little_memory() -> None:
    with serving() as fresh:
        for model in fresh.ask("GET", "/v1/models")[1]["models"]:
            for what in model["has"]:
                if what != "layers":
                    assert fresh.ask("GET", f"/v1/models/{model['name']}/{what}")[0] == 200
            octets = {"Content-Type": "application/octet-stream"}
            path = f"/v1/layers?model={model['name']}"
            assert fresh.ask("POST", path, bytes(784), octets)[0] == 200
        assert fresh.memory() < 200 * MB


def test_concurrent_clients_get_their_own_answers(live: Live) -> None:
    images = np.random.default_rng(0).integers(0, 256, (64, 28, 28), np.uint8)
    expected = [live.digit(image.tobytes())[1] for image in images]
    wrong = threading.Event()

    def ask(number: int) -> None:
        for step in range(20):
            place = (number * 7 + step) % 64
            found = live.digit(images[place].tobytes())[1]
            ours = expected[place]["digits"][0]["probabilities"]
            if not np.allclose(found["digits"][0]["probabilities"], ours, atol=1e-6, rtol=0):
                wrong.set()

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(ask, range(16)))
    assert not wrong.is_set()
