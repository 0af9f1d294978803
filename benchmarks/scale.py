"""Reading in bulk: rates of `--workers ray` beside `local`, memory, planning, and a large job.

LENET_DATA=… python benchmarks/scale.py [--pictures 100000] [--rounds 5] [--only rates compare]

    rates    pictures/s from the first part file to the last, in alternating rounds, for small PNG
             files, the same in tar files, and forms; start, stop and memory
    cost     core-seconds a picture, and what a billion of them cost
    plan     a list of 10,000,000 names: seconds and memory
    large    100,000,000 pictures in 100,000 shards: the real planner, part writer and resume, and a
             reader that gives the same answer for each
    compare  what a cell of `lenet compare` takes beside its training, on Ray and without
"""

import argparse
import io
import json
import os
import resource
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np
from PIL import Image

from lenet import datasets
from reading_speed import digit_files, photo

LENET = (sys.executable, "-m", "lenet")
PART = "part-*.parquet"
POLL_SECONDS = 0.1  # looking more often takes a noticeable share of two cores
SEARCH_SECONDS = 2.0  # between two searches for the processes that read
PARTS = ("rates", "cost", "plan", "large", "compare")
CELL = 'model = "lenet5"\ndata = "uci-digits"\nbatch = 32\nlearning_rate = 6e-3\nepochs = 2\n'


@dataclass(frozen=True)
class Pass:
    """One bulk reading: seconds until its first part file, to the last, and until it ended."""

    rate: float  # pictures/s between the first and the last part file
    start: float
    steady: float
    stop: float
    driver: float  # MB at most
    worker: float  # MB at most, of the largest


def bulk(workers: str, sources: Sequence[Path], out: Path, shard: int, *words: str) -> Pass:
    """Read in bulk as a person does, and watch the part files and the memory."""
    command = [*LENET, "predict", *map(str, sources), "--to", str(out), "--workers", workers]
    command += ["--shard-items", str(shard), *words]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=environment)
    first, last, seen, driver, worker = 0.0, 0.0, 0, 0.0, 0.0
    at_first, pids, searched = 0, [], 0.0
    while process.poll() is None:
        count = len(list(out.glob(PART)))
        now = time.perf_counter()
        if count and not first:
            first, at_first = now, count
        if count > seen:
            last, seen = now, count
        driver = max(driver, megabytes(process.pid))
        if now - searched > SEARCH_SECONDS:
            pids, searched = readers(process.pid, workers), now
        worker = max([worker, *map(megabytes, pids)])
        time.sleep(POLL_SECONDS)
    assert process.returncode == 0, command
    ended = time.perf_counter()
    steady = last - first
    pictures = (seen - at_first) * shard
    return Pass(pictures / steady, first - started, steady, ended - last, driver, worker)


def megabytes(pid: int) -> float:
    """Return what a process holds in memory now; 0 if it is gone."""
    try:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
    except OSError:
        pass
    return 0.0


def readers(pid: int, workers: str) -> list[int]:
    """Return the processes that read."""
    if workers == "ray":
        found = []
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                if path.read_bytes().startswith(b"ray::_Reader"):
                    found.append(int(path.parent.name))
            except OSError:
                continue
        return found
    children = Path(f"/proc/{pid}/task").glob("*/children")
    try:
        return [int(child) for path in children for child in path.read_text().split()]
    except OSError:
        return []


def tars(folder: Path, into: Path, each: int) -> list[Path]:
    """Pack the files of a folder into tar files."""
    into.mkdir()
    files = sorted(folder.iterdir())
    for number, start in enumerate(range(0, len(files), each)):
        with tarfile.open(into / f"{number:05}.tar", "w") as archive:
            for path in files[start : start + each]:
                archive.add(path, path.name)
    return sorted(into.iterdir())


def form(images: np.ndarray, number: int) -> bytes:
    """Return a PNG of an A5 page at 100 dpi with six rows of eight digits in boxes."""
    page = np.full((830, 580), 245, np.uint8)
    for row in range(6):
        for column in range(8):
            y, x = 60 + 120 * row, 40 + 64 * column
            page[y : y + 56, x : x + 2] = page[y : y + 56, x + 54 : x + 56] = 120
            page[y : y + 2, x : x + 56] = page[y + 54 : y + 56, x : x + 56] = 120
            digit = images[(48 * number + 8 * row + column) % len(images)]
            large = np.asarray(Image.fromarray(digit).resize((40, 40)), np.int64)
            cell = page[y + 8 : y + 48, x + 8 : x + 48]
            cell[:] = np.clip(cell - large * 0.9, 0, 255)
    content = io.BytesIO()
    Image.fromarray(page).save(content, "PNG")
    return content.getvalue()


def forms(folder: Path, count: int) -> Path:
    """Write forms."""
    images = datasets.load("mnist").test.images
    folder.mkdir()
    for number in range(count):
        (folder / f"{number:05}.png").write_bytes(form(images, number))
    return folder


def compare_rates(folder: Path, pictures: int, rounds: int) -> None:
    """Print the rates of Ray beside those of plain processes, in alternating rounds."""
    digit_files(folder / "small", pictures)
    packed = tars(folder / "small", folder / "tars", max(1, pictures // 20))
    pages = max(40, pictures // 200)
    forms(folder / "forms", pages)
    cases: list[tuple[str, list[Path], int, tuple[str, ...]]] = [
        (f"{pictures:,} PNG files of 28×28", [folder / "small"], pictures // 20, ("--single",)),
        ("the same in tar files", packed, pictures // 20, ("--single",)),
        (f"{pages:,} forms of 48 digits", [folder / "forms"], max(1, pages // 20), ()),
    ]
    print("| what | local, pictures/s | ray, pictures/s | ray / local | start, s | stop, s |")
    print("|---|---:|---:|---:|---:|---:|")
    memory = []
    for what, sources, shard, words in cases:
        passes: dict[str, list[Pass]] = {"local": [], "ray": []}
        for number in range(rounds):
            order = ("local", "ray") if number % 2 == 0 else ("ray", "local")
            for workers in order:
                with tempfile.TemporaryDirectory(dir=folder) as name:
                    passes[workers].append(bulk(workers, sources, Path(name), shard, *words))
        ratio = median(
            ray.rate / local.rate for ray, local in zip(passes["ray"], passes["local"], strict=True)
        )
        local, ray = (median(each.rate for each in passes[name]) for name in ("local", "ray"))
        start, stop = (
            " · ".join(
                f"{median(getattr(each, name) for each in passes[workers]):.1f}"
                for workers in ("local", "ray")
            )
            for name in ("start", "stop")
        )
        print(
            f"| {what} | {local:,.0f} | {ray:,.0f} | {ratio:.0%} | {start} | {stop} |", flush=True
        )
        memory.append(
            f"{what}: driver {max(p.driver for p in passes['ray']):.0f} MB, the largest actor "
            f"{max(p.worker for p in passes['ray']):.0f} MB"
        )
    print("\nMedian of the rounds' ratios; start and stop: local · ray.\n")
    print("\n".join(f"- {line}" for line in memory))


def costs(folder: Path) -> None:
    """Print core-seconds a picture."""
    digit_files(folder / "cost-small", 4_000)
    forms(folder / "cost-forms", 40)
    (folder / "cost-photos").mkdir()
    photo(folder / "cost-photos" / "0.jpg")
    for number in range(1, 20):
        os.link(folder / "cost-photos" / "0.jpg", folder / "cost-photos" / f"{number}.jpg")
    cases: list[tuple[str, str, tuple[str, ...]]] = [
        ("PNG file of 28×28, `--single`", "cost-small", ("--single",)),
        ("form of 48 digits, 580×830", "cost-forms", ()),
        ("photo of 12 megapixels with ten digits", "cost-photos", ()),
    ]
    print("| what | core-seconds a picture | core-hours for 10⁹ |\n|---|---:|---:|")
    for what, name, words in cases:
        with tempfile.TemporaryDirectory(dir=folder) as out:
            command = [*LENET, "predict", str(folder / name), "--to", out, "--workers", "1"]
            done = subprocess.run([*command, *words, "--json"], capture_output=True, check=True)
        last = json.loads(done.stdout.splitlines()[-1])
        each = 3600 * last["core_hours"] / last["read"]
        print(f"| {what} | {each:.4f} | {each * 1e9 / 3600:,.0f} |")


PLAN = """
import json, resource, sys, time
from lenet.cluster.manifest import list_items
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
started = time.perf_counter()
items = list_items(sys.argv[1], [sys.argv[2]], False).items
seconds = time.perf_counter() - started
print(json.dumps([items, seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))
"""


def plan(folder: Path, names: int) -> None:
    """Print what planning a list costs."""
    path, out = folder / "list.txt", folder / "planned"
    (out / "_manifest").mkdir(parents=True)
    with path.open("w") as file:
        file.writelines(
            f"s3://archive/{number // 1000:06}/{number:09}.png\n" for number in range(names)
        )
    done = subprocess.run(
        [sys.executable, "-c", PLAN, str(out), f"@{path}"], capture_output=True, check=True
    )
    items, seconds, peak = json.loads(done.stdout)
    size = (out / "_manifest/items.jsonl").stat().st_size / 1e6
    print(
        f"A list of {items:,} names is planned in {seconds:.1f} s and {peak:.0f} MB; the plan has "
        f"{size:,.0f} MB."
    )


def large(folder: Path, pictures: int, shards: int) -> None:
    """Print what a job of so many pictures costs beside the reading itself."""
    from lenet.cluster import bulk as job
    from lenet.cluster.manifest import HowToRead, Manifest, Shard, items_in
    from lenet.cluster.parts import PartWriter, part_name, schema
    from lenet.cluster.shards import Fault, Report
    from lenet.cluster.sources import key_of

    path, out = folder / "large.txt", folder / "large"
    with path.open("w") as file:
        file.writelines(f"a/{number:09}.png\n" for number in range(pictures))
    columns = schema("digits", classes=False)
    row = {"page": 1, "status": "digits", "row": 1, "number": 1, "place": 1, "digit": 7}

    def answered(items: Sequence[Shard], *_: object) -> Iterator[Report | Fault]:
        manifest = Manifest.load(str(out))
        assert manifest is not None
        for shard in items:
            part = PartWriter(columns, manifest.digest, "", shard.number)
            keys = list(map(key_of, items_in(str(out), shard)))
            part.add([{**row, "picture": key} for key in keys])
            part.write(str(out / part_name(shard.number)))
            yield Report(shard.number, len(keys), 0.0)

    steps: list[tuple[str, float]] = []

    class Stepping(job.Watcher):
        def plans(self) -> None:
            steps.append(("planning", time.perf_counter()))

        def begins(self, *_: object) -> None:
            steps.append(("writing part files", time.perf_counter()))

        def checks(self) -> None:
            steps.append(("checking all keys", time.perf_counter()))

    job.read_locally = answered  # type: ignore[attr-defined, assignment]
    words = [f"@{path}"]
    how = HowToRead(rows="digits")
    items = -(-pictures // shards)
    for number in range(2):
        steps.clear()
        started = time.perf_counter()
        summary = job.read_in_bulk(
            words, str(out), workers=1, options=how, shard_items=items, watcher=Stepping()
        )
        ended = time.perf_counter()
        assert summary.counts.pictures == pictures
        times = [*(at for _, at in steps), ended]
        spent = ", ".join(
            f"{name} {until - since:,.1f} s"
            for (name, since), until in zip(steps, times[1:], strict=True)
        )
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        title = "again, with everything there" if number else f"{pictures:,} in {shards:,} shards"
        print(f"- {title}: {ended - started:,.1f} s ({spent}), {peak:,.0f} MB")


def overhead(folder: Path, cells: int) -> None:
    """Print what a cell of a comparison takes beside its training, one after another."""
    os.environ["OMP_NUM_THREADS"] = "1"  # as a cell has one core on Ray
    from lenet.cluster.comparing import complete_on_ray
    from lenet.cluster.on_ray import connected
    from lenet.comparison import Matrix, Result, Watcher

    recipe = folder / "cell.toml"
    recipe.write_text(CELL)

    def matrix(name: str) -> Matrix:
        return Matrix([str(recipe)], seeds=cells, runs=folder / name, device="cpu")

    def beside_training(results: Iterator[Result]) -> str:
        found, before = [], time.perf_counter()
        for result in results:
            now = time.perf_counter()
            found.append(now - before - result.seconds)
            before = now
        first, *others = found
        return f"{median(others):.2f} s (the first {first:.1f} s)"

    with connected(1):
        on_ray = beside_training(complete_on_ray(matrix("ray"), Watcher(), lambda _: None))
    here = beside_training(matrix("here").complete(Watcher()))
    print(
        f"A cell takes, beside its training, {on_ray} on Ray and {here} without; median of "
        f"{cells - 1} after the first. It is exported, checked against torch, scored and timed."
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pictures", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--names", type=int, default=10_000_000)
    parser.add_argument("--large", type=int, default=100_000_000)
    parser.add_argument("--shards", type=int, default=100_000)
    parser.add_argument("--cells", type=int, default=8)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--folder", type=Path, help="where there is room for its files")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        folder = Path(name)
        measures: dict[str, Callable[[], None]] = {
            "rates": lambda: compare_rates(folder, options.pictures, options.rounds),
            "cost": lambda: costs(folder),
            "plan": lambda: plan(folder, options.names),
            "large": lambda: large(folder, options.large, options.shards),
            "compare": lambda: overhead(folder, options.cells),
        }
        cores = len(os.sched_getaffinity(0))
        print(f"{cores} cores.")
        for part in options.only:
            print(f"\n## {part}\n")
            measures[part]()


if __name__ == "__main__":
    main()
