"""Requests per second, latencies, memory and start of `lenet serve`, asked by wrk.

python benchmarks/service.py [--seconds 10] [--runs 5] [--models reader lenet5] [--write]

wrk (apt-get install wrk) runs on the same cores as the service. `--write` puts the tables into
docs/service.md.
"""

import argparse
import http.client
import io
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import median

from PIL import Image

from lenet import picture
from lenet.reader import DEFAULT_MODEL
from lenet.run import shipped_readers

PAGE = Path(__file__).parents[1] / "docs" / "service.md"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
OCTETS = "application/octet-stream"

SCRIPT = """
local file = io.open("{body}", "rb")
wrk.method = "POST"
wrk.body = file:read("*a")
wrk.headers["Content-Type"] = "{kind}"
local threads = {{}}
function setup(thread) table.insert(threads, thread) end
function init() counts = {{}} end
function response(status) counts[status] = (counts[status] or 0) + 1 end
function done(_, latency)
  print("p50", latency:percentile(50) / 1000)
  print("p99", latency:percentile(99) / 1000)
  for _, thread in ipairs(threads) do
    for status, count in pairs(thread:get("counts")) do print("status", status, count) end
  end
end
"""


@dataclass(frozen=True)
class Load:
    """A request, how many connections send it, and the goal."""

    name: str
    path: str
    body: bytes
    kind: str
    connections: int
    images: int = 1
    goal: str = ""


@dataclass(frozen=True)
class Outcome:
    """The result of one load: answers by status, milliseconds, seconds."""

    statuses: dict[int, int]
    p50: float
    p99: float
    seconds: float

    @property
    def rate(self) -> float:
        """Answers with status 200 per second."""
        return self.statuses.get(200, 0) / self.seconds


@contextmanager
def serving(*words: str) -> Iterator[tuple[subprocess.Popen[str], int, float]]:
    """Yield a service's process and port, and the seconds it took to be ready."""
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "lenet", "serve", "--port", "0", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={key: value for key, value in os.environ.items() if key != "LENET_TOKEN"},
    )
    assert process.stdout
    try:
        port = int(process.stdout.readline().strip().rstrip("/").rpartition(":")[2])
        while get(port, "/readyz") is None:
            time.sleep(0.001)
        yield process, port, time.perf_counter() - started
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()


def get(port: int, path: str) -> float | None:
    """Return the milliseconds of one GET; None if it was not answered with 200."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    started = time.perf_counter()
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        response.read()
    except OSError:
        return None
    finally:
        connection.close()
    return (time.perf_counter() - started) * 1000 if response.status == 200 else None


def resident(process: subprocess.Popen[str]) -> float:
    """Return the resident memory of a process in MB."""
    status = Path(f"/proc/{process.pid}/status").read_text("ascii")
    match = re.search(r"VmRSS:\s+(\d+) kB", status)
    assert match
    return int(match[1]) * 1024 / 1e6


def begin(load: Load, port: int, seconds: float, folder: Path) -> subprocess.Popen[str]:
    """Start wrk."""
    body, script = folder / "body", folder / "load.lua"
    body.write_bytes(load.body)
    script.write_text(SCRIPT.format(body=body, kind=load.kind))
    return subprocess.Popen(
        [
            *("wrk", "-t1", f"-c{load.connections}", f"-d{seconds:g}s", "-s", str(script)),
            f"http://127.0.0.1:{port}{load.path}",
        ],
        stdout=subprocess.PIPE,
        text=True,
    )


def outcome(wrk: subprocess.Popen[str], seconds: float) -> Outcome:
    """Wait for wrk and parse its output."""
    text = wrk.communicate()[0]
    percentiles = dict(re.findall(r"^(p\d+)\t([\d.]+)", text, re.MULTILINE))
    statuses = {int(s): int(n) for s, n in re.findall(r"^status\t(\d+)\t(\d+)", text, re.MULTILINE)}
    return Outcome(statuses, float(percentiles["p50"]), float(percentiles["p99"]), seconds)


def loads(model: str) -> list[Load]:
    """Return the loads for one model."""
    three = Path(str(picture.__file__)).parents[1] / "pictures" / "3-chalk.png"
    two = Image.open(three.with_name("2-mouse.png")).convert("L").resize((400, 400))
    drawn = io.BytesIO()
    two.save(drawn, "PNG")
    small = two.resize((28, 28)).point(lambda level: 255 - level).tobytes()
    query = f"?model={model}"
    many = {"lenet5": "≥ 30,000", "reader": "≥ 8,000"}.get(model, "")
    return [
        Load("one image", f"/v1/digits{query}", small, OCTETS, 16, 1, "≥ 2,000, p99 ≤ 40"),
        Load("64 images", f"/v1/digits{query}", small * 64, OCTETS, 16, 64, many),
        Load(
            "a picture of 400×400",
            f"/v1/read{query}",
            drawn.getvalue(),
            "image/png",
            16,
            1,
            "≥ 80, p99 ≤ 300",
        ),
    ]


def speed(models: Sequence[str], runs: int, seconds: float, folder: Path) -> list[str]:
    """Measure the rates of every load; return the table."""
    lines = [
        "| model | request | requests/s | images/s | p50, ms | p99, ms | goal |",
        "|---|---|---:|---:|---:|---:|---|",
    ]
    with serving(*models) as (_, port, _):
        for model in models:
            for load in loads(model):
                outcome(begin(load, port, 2, folder), 2)  # warms up
                results = [
                    outcome(begin(load, port, seconds, folder), seconds) for _ in range(runs)
                ]
                assert all(set(result.statuses) == {200} for result in results), results
                rate = median(result.rate for result in results)
                p50 = median(result.p50 for result in results)
                p99 = median(result.p99 for result in results)
                lines.append(
                    f"| {model} | {load.path.partition('?')[0]}, {load.name} | {rate:,.0f} | "
                    f"{rate * load.images:,.0f} | {p50:.1f} | {p99:.1f} | {load.goal} |"
                )
    return lines


def endurance(model: str, seconds: float, folder: Path) -> list[str]:
    """Measure start, memory and overload; return the table."""
    one, many, drawn = loads(model)
    starts, rests = [], []
    for _ in range(5):
        with serving(model) as (process, _, ready):
            starts.append(ready)
            rests.append(resident(process))
    rows = [
        ("from start to ready, s", f"{median(starts):.2f}", "< 1.5"),
        ("resident at rest, MB", f"{max(rests):.0f}", "< 200"),
    ]
    with serving(model) as (process, port, _):
        for load in (one, many, drawn):
            outcome(begin(load, port, 5, folder), 5)
        before = resident(process)
        outcome(begin(one, port, seconds, folder), seconds)
        growth = resident(process) - before
        rows += [
            ("resident under load, MB", f"{resident(process):.0f}", "< 300"),
            (f"growth in {seconds:g} s of load, MB", f"{growth:.1f}", "< 10"),
        ]
        flood = Load("overload", many.path, many.body, OCTETS, 4 * 64)
        wrk = begin(flood, port, 15, folder)
        time.sleep(1)
        health: list[float] = []
        while wrk.poll() is None:
            if (answered := get(port, "/livez")) is not None:
                health.append(answered)
            time.sleep(0.05)
        statuses = outcome(wrk, 15).statuses
        shares = ", ".join(f"{count:,} × {status}" for status, count in statuses.items())
        health.sort()
        rows += [
            ("answers at 4 times the load", shares, "only 200, 429, 503"),
            ("/livez meanwhile, p99, ms", f"{health[int(0.99 * len(health))]:.0f}", "< 100"),
        ]
        time.sleep(2)
        after = outcome(begin(one, port, 5, folder), 5)
        rows.append(("2 s later, one image, requests/s", f"{after.rate:,.0f}", "as before"))
    return [
        f"| {model} | measured | goal |",
        "|---|---:|---|",
        *(f"| {what} | {value} | {goal} |" for what, value, goal in rows),
    ]


def main() -> None:
    """Measure and print; with --write, into the page as well."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10, help="of each run of a load")
    parser.add_argument("--runs", type=int, default=5, help="of each load")
    parser.add_argument("--endurance", type=float, default=60, help="seconds of steady load")
    shipped = sorted(shipped_readers(), key=lambda name: name != DEFAULT_MODEL)
    parser.add_argument("--models", nargs="+", default=shipped, help="the first is loaded longest")
    parser.add_argument("--write", action="store_true", help="put the tables into docs/service.md")
    asked = parser.parse_args()
    if not shutil.which("wrk"):
        sys.exit("wrk is not installed: apt-get install wrk")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        tables = [
            f"Measured on {date.today()}: {os.cpu_count()} cores, {platform.machine()}, Python "
            f"{platform.python_version()}, wrk with one thread on the same cores; medians of "
            f"{asked.runs} runs of {asked.seconds:g} s.",
            "",
            *speed(asked.models, asked.runs, asked.seconds, folder),
            "",
            *endurance(asked.models[0], asked.endurance, folder),
        ]
    text = "\n".join(tables)
    print(text)
    if asked.write:
        before, _, rest = PAGE.read_text("utf-8").partition(BEGIN)
        _, _, after = rest.partition(END)
        PAGE.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}", "utf-8")


if __name__ == "__main__":
    main()
