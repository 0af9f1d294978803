import copy
import errno
import io
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from importlib import resources
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from sklearn.datasets import load_sample_images

import lenet
from command import printed
from lenet import datasets, experiment
from lenet.drawing import draw_digits, draw_nondigits
from lenet.errors import DataError, ModelError, PictureError, UsageError
from lenet.picture import normalise
from lenet.reader import Classifier, Reader, Reading, Rejection, workers
from lenet.reader.page_reading import Options, refuse_idle
from lenet.run import MODEL, Run
from pages import encode

PICTURES = sorted(
    Path(str(path))
    for path in resources.files("lenet").joinpath("pictures").iterdir()
    if path.name.endswith(".png")
)


def ready_made(digit: int) -> bytes:
    """Return a file of 28×28 pixels that is an image as networks take it: read soonest."""
    images, labels = draw_digits(300, 0)
    image = next(image for image in images[labels == digit] if (normalise(image) == image).all())
    return encode(255 - image)


SMALL = [ready_made(6), ready_made(7)]


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader("lenet5")


@pytest.fixture(scope="module")
def page(reader: Reader) -> NDArray[np.uint8]:
    """Two rows on a sheet of paper: 735 and 42."""
    sheet = np.full((300, 400), 255, np.uint8)
    for row, digits in enumerate(([7, 3, 5], [4, 2])):
        for column, digit in enumerate(digits):
            image = reader.read(PICTURES[digit], single=True).digits[0].image
            large = np.asarray(Image.fromarray(image).resize((84, 84)))
            y, x = 30 + row * 140, 30 + column * 70
            part = sheet[y : y + 84, x : x + 84]
            np.minimum(part, 255 - large, out=part)
    return sheet


def model_with(folder: Path, **metadata: str) -> Path:
    """Return a run folder of the shipped network with other words in its metadata."""
    run = Run.open(Path(shutil.copytree(Run.find("lenet5").folder, folder)))
    network = onnx.load_model_from_string(run.read(MODEL))
    facts = {fact.key: fact.value for fact in network.metadata_props} | metadata
    onnx.helper.set_model_props(network, facts)
    run.write(MODEL, network.SerializeToString())
    run.finish("done")
    return folder


@pytest.mark.parametrize("picture", PICTURES, ids=[path.name for path in PICTURES])
def test_the_shipped_model_reads_the_pictures_of_the_demo(reader: Reader, picture: Path) -> None:
    reading = reader.read(picture)
    assert reading.text == picture.name[0]
    assert reading.digits[0].probability > 0.5


def test_a_path_bytes_an_image_and_an_array_read_alike(reader: Reader) -> None:
    path = PICTURES[0]
    image = Image.open(path).convert("RGB")
    expected = reader.read(path).digits
    for source in (str(path), path.read_bytes(), image, np.asarray(image)):
        assert reader.read(source).digits == expected


def test_a_reading_gives_all_ten_probabilities_and_the_box_of_the_digit(reader: Reader) -> None:
    page = np.full((200, 300), 255, np.uint8)
    page[50:150, 100:110] = 0
    (digit,) = reader.read(page).digits
    assert len(digit.probabilities) == 10
    assert sum(digit.probabilities) == pytest.approx(1)
    assert digit.probability == max(digit.probabilities)
    x, y, width, height = digit.box
    # The finder measures a box in a page made smaller: within a tenth of the digit's height.
    assert abs(x - 100) <= 10
    assert abs(y - 50) <= 10
    assert abs(x + width - 110) <= 10
    assert abs(y + height - 150) <= 10


def test_a_letter_is_told_once_as_one_shape_that_is_no_digit(reader: Reader) -> None:
    page = Image.new("L", (640, 400), 255)
    for stroke in ([(210, 300), (295, 60), (380, 300)], [(245, 215), (345, 215)]):
        ImageDraw.Draw(page).line(stroke, 0, 12)  # an A
    (only,) = reader.read(page).rejected
    assert only.reason == "not_a_digit"


def test_a_reading_as_json_has_the_documented_form_and_full_precision(reader: Reader) -> None:
    reading = reader.read(PICTURES[0])
    value = json.loads(json.dumps(reading.to_dict()))
    assert list(value) == [
        *("picture", "page", "status", "text", "numbers", "digits", "rejected"),
    ]
    (digit,) = value["digits"]
    (number,) = value["numbers"]
    assert number == {
        "text": value["text"],
        "box": digit["box"],
        "probability": digit["probability"],
        "digits": [0],
    }
    assert set(digit) == {"digit", "probability", "probabilities", "status", "box"}
    assert digit["probabilities"] == list(reading.digits[0].probabilities)


def test_a_blank_picture_is_blank(reader: Reader) -> None:
    reading = reader.read(np.full((100, 100), 128, np.uint8))
    assert reading == Reading("picture", "blank")
    assert str(reading) == ""


def test_pictures_that_cannot_be_read_do_not_stop_the_others(
    reader: Reader, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.png"
    bad.write_text("hello")
    good, wrong, again = reader.read_many([PICTURES[0], bad, PICTURES[1]])
    assert isinstance(wrong, PictureError)
    assert isinstance(good, Reading)
    assert isinstance(again, Reading)


def test_a_reading_names_the_path_as_it_was_given(
    reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(PICTURES[7], tmp_path / "7.png")
    monkeypatch.chdir(tmp_path)
    assert [reader.read(name).picture for name in ("7.png", "./7.png")] == ["7.png", "./7.png"]
    with pytest.raises(PictureError, match="^'' does not exist"):
        reader.read("")


def test_a_list_is_refused_and_the_error_names_read_many(reader: Reader) -> None:
    with pytest.raises(PictureError, match="found a list instead of a picture: use read_many"):
        reader.read([PICTURES[0]])  # type: ignore[arg-type]


def test_rows_are_joined_by_a_newline(reader: Reader, page: NDArray[np.uint8]) -> None:
    reading = reader.read(page)
    assert str(reading) == reading.to_dict()["text"] == "735\n42"
    assert reading.rows == (((0, 1, 2),), ((3, 4),))


def test_single_gives_exactly_one_digit(reader: Reader, page: NDArray[np.uint8]) -> None:
    reading = reader.read(page, single=True)
    assert len(reading.digits) + len(reading.rejected) == 1
    [many] = reader.read_many([page], single=True)
    assert many == reading


def test_an_upside_down_picture_is_read_if_asked_for(
    reader: Reader, page: NDArray[np.uint8]
) -> None:
    turned = np.ascontiguousarray(page[::-1, ::-1])
    assert reader.read(turned).text != "735\n42"
    assert reader.read(turned, upside_down=True).text == "735\n42"
    assert reader.read(page, upside_down=True).text == "735\n42"


@pytest.mark.parametrize("option", ["upside_down", "grid"])
def test_an_option_that_would_have_no_effect_is_refused(
    reader: Reader, page: NDArray[np.uint8], option: str
) -> None:
    name = option.replace("_", "-")
    with pytest.raises(UsageError) as error:
        reader.read(page, single=True, **{option: True})
    assert str(error.value) == (
        f"{name} has no effect together with single, which says that a picture holds one digit: "
        "leave out one of them"
    )
    networks = replace(reader.networks, classifier=copy.copy(reader.classifier))
    networks.classifier.classes = ("plus", "times")
    with pytest.raises(UsageError, match=f"{name} has no effect with this model, which takes each"):
        refuse_idle(Options(**{option: True}), networks)


def test_each_digit_keeps_the_image_that_the_network_saw(
    reader: Reader, page: NDArray[np.uint8]
) -> None:
    digits = reader.read(page).digits
    images = np.stack([digit.image for digit in digits])
    assert images.dtype == np.uint8
    assert images.shape == (5, 28, 28)
    expected = reader.classifier.probabilities(images)
    assert np.abs(expected - [digit.probabilities for digit in digits]).max() < 1e-6


def test_an_improbable_digit_is_uncertain_but_can_be_kept_in_the_text() -> None:
    path = PICTURES[3]
    certain = Reader("lenet5", 1, min_probability=0.0).read(path)
    doubted = Reader("lenet5", 1, min_probability=1.0).read(path)
    kept = Reader("lenet5", 1, min_probability=1.0, keep_uncertain=True).read(path)
    assert [certain.digits[0].status, certain.text] == ["digit", "3"]
    assert [doubted.digits[0].status, doubted.text, doubted.status] == ["uncertain", "?", "digits"]
    assert [kept.digits[0].status, kept.text] == ["uncertain", "3"]
    assert doubted.digits[0].probabilities == certain.digits[0].probabilities


@pytest.mark.parametrize("wrong", [-0.1, 1.5, float("nan")])
def test_a_probability_is_between_0_and_1(wrong: float) -> None:
    with pytest.raises(UsageError, match=f"min_probability is {wrong}: give a number from 0 to 1"):
        Reader(min_probability=wrong)


def test_the_score_is_the_logarithm_of_the_sum_of_exponentials(reader: Reader) -> None:
    logits = np.array([[1, 2, 3], [1000, 0, -1000], [-5, -5, -5]], np.float32)
    expected = np.logaddexp.reduce(logits.astype(float), axis=1)
    assert np.abs(reader.classifier.scores(logits) - expected).max() < 1e-6
    assert reader.classifier.scores(logits[:0]).shape == (0,)


def test_one_call_turns_logits_into_probability_score_and_verdict() -> None:
    classifier = Classifier(Run.find("lenet5").read(MODEL))
    classifier.temperature, classifier.rejection = 2.0, 3.0
    odds = 2 * np.log(9 * np.array([1.1, 0.9, 1.1]))  # of the answer against the nine others
    logits = np.zeros((3, 10)) + np.array([[0], [0], [1]])
    logits[[0, 1, 2], [3, 4, 5]] += odds
    judgement = classifier.judge(logits)
    assert judgement.answers.tolist() == [3, 4, 5]
    expected = np.array([1.1, 0.9, 1.1]) / np.array([2.1, 1.9, 2.1])
    assert judgement.probabilities.max(axis=1) == pytest.approx(expected)
    assert np.array_equal(judgement.scores, classifier.scores(logits))
    assert judgement.doubtful.tolist() == [False, True, False]
    assert judgement.statuses == ["digit", "uncertain", "digit"]
    classifier.rejection = float(judgement.scores[2])  # of the three scores the highest
    assert classifier.judge(logits).statuses == ["not_a_digit", "not_a_digit", "digit"]
    assert classifier.judge(logits, 0.99).statuses[2] == "uncertain"
    assert classifier.judge(logits[:0]).statuses == []


def test_a_network_without_a_threshold_refuses_nothing(reader: Reader) -> None:
    assert reader.classifier.rejection is None
    assert not reader.classifier.judge(np.full((1, 10), -1e6)).refused.any()


def test_a_region_that_scores_below_the_threshold_is_rejected(
    reader: Reader, page: NDArray[np.uint8], tmp_path: Path
) -> None:
    assert reader.classifier.rejection is None
    x, y, width, height = reader.read(page).digits[0].box
    alone = page[y - 10 : y + height + 10, x - 10 : x + width + 10]
    (digit,) = reader.read(alone).digits
    score = float(reader.classifier.scores(reader.classifier.logits(digit.image[None]))[0])
    strict = Reader(model_with(tmp_path / "strict", rejection=str(score + 0.01)))
    assert strict.classifier.rejection == pytest.approx(score + 0.01)
    reading = strict.read(alone)
    assert reading.digits == ()
    assert reading.rejected == (Rejection(digit.box, "not_a_digit"),)
    assert reading.to_dict()["rejected"] == [{"box": list(digit.box), "reason": "not_a_digit"}]
    assert np.array_equal(reading.rejected[0].image, digit.image)  # type: ignore[arg-type]
    patient = Reader(model_with(tmp_path / "patient", rejection=str(score - 0.01)))
    assert patient.read(alone).digits == (digit,)

    stricter = Reader(model_with(tmp_path / "stricter", rejection="1e9"))
    nothing = stricter.read(page)
    assert [nothing.status, nothing.text, len(nothing.rejected)] == ["nothing", "", 5]


def test_the_shipped_reader_reads_drawn_digits_and_refuses_nondigits() -> None:
    # From a seed that it has not seen.
    classifier = Reader().classifier
    digits, labels = draw_digits(1000, 99)
    logits = classifier.logits(digits)
    assert np.mean(logits.argmax(1) == labels) > 0.97
    assert classifier.rejection is not None
    assert np.mean(classifier.scores(logits) >= classifier.rejection) > 0.98
    others = classifier.scores(classifier.logits(draw_nondigits(500, 99)))
    assert np.mean(others < classifier.rejection) > 0.9


def test_few_windows_of_photos_of_things_give_digits() -> None:
    windows = [
        np.ascontiguousarray(photo[y : y + 150, x : x + 190])
        for photo in load_sample_images().images
        for y in range(0, 276, 55)
        for x in range(0, 450, 75)
    ]
    reader = Reader(threads=1)
    texts = [reader.read(window).text for window in windows]
    assert len(texts) == 72
    assert sum(map(bool, texts)) <= 7
    # Each on its own ground, also when they are read together.
    assert [str(reading) for reading in reader.read_many(windows[::6])] == texts[::6]


@pytest.mark.parametrize(
    "facts", [{"rejection": "nan"}, {"rejection": "low"}, {"temperature": "0"}]
)
def test_a_model_with_an_impossible_threshold_is_refused(
    facts: dict[str, str], tmp_path: Path
) -> None:
    with pytest.raises(ModelError, match="the file is no ONNX model that lenet made"):
        Reader(model_with(tmp_path / "model", **facts))


def test_several_threads_get_the_same_answers_as_one(reader: Reader) -> None:
    alone = [reader.read(path) for path in PICTURES]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(reader.read, PICTURES * 3))
    assert together == alone * 3


class Processes:
    """Watches the processes that `read_many` starts."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.workers: list[workers.Worker] = []
        self.ready = threading.Event()
        self.asked = 0
        start, ask = workers.Worker.__init__, workers.Worker.ask

        def watched_start(worker: workers.Worker) -> None:
            start(worker)
            self.workers.append(worker)

        def watched_ask(worker: workers.Worker, message: memoryview) -> object:
            answer = ask(worker, message)
            self.asked += self.ready.is_set()
            self.ready.set()
            return answer

        monkeypatch.setattr(workers.Worker, "__init__", watched_start)
        monkeypatch.setattr(workers.Worker, "ask", watched_ask)

    def after(self, first: list[Path | bytes], rest: list[Path | bytes]) -> Iterator[Path | bytes]:
        """Yield `rest` only when a process is ready to read them."""
        yield from first
        assert self.ready.wait(60)
        yield from rest

    @property
    def all_ended(self) -> bool:
        return all(worker._process.returncode is not None for worker in self.workers)


@pytest.fixture
def processes(monkeypatch: pytest.MonkeyPatch) -> Iterator[Processes]:
    watched = Processes(monkeypatch)
    yield watched
    assert watched.all_ended


def test_processes_give_the_same_readings_as_one_at_a_time(processes: Processes) -> None:
    reader = Reader("lenet5", threads=2, keep_uncertain=True, min_probability=0.99)
    kinds: list[Path | bytes] = [*SMALL, b"no picture"]
    alone = {}
    for kind in kinds:
        [alone[kind]] = reader.read_many([kind])
    readings = reader.read_many(processes.after(kinds * 16, kinds * 46))
    for kind, reading in zip(kinds * 62, readings, strict=True):
        expected = alone[kind]
        if isinstance(expected, PictureError):
            assert str(reading) == str(expected)
            continue
        assert isinstance(reading, Reading)
        assert [reading.picture, reading.text] == [expected.picture, expected.text]
        assert [digit.box for digit in reading.digits] == [digit.box for digit in expected.digits]
        assert [digit.status for digit in reading.digits] == [d.status for d in expected.digits]
        for digit, same in zip(reading.digits, expected.digits, strict=True):
            assert np.abs(np.subtract(digit.probabilities, same.probabilities)).max() < 1e-6
            assert np.array_equal(digit.image, same.image)
    assert len(processes.workers) == 2
    assert processes.asked > 2


def test_few_pictures_and_one_thread_start_no_process(processes: Processes) -> None:
    list(Reader("lenet5", threads=2).read_many(SMALL * 15))
    list(Reader("lenet5", threads=1).read_many(SMALL * 20))
    assert list(Reader("lenet5").read_many([])) == []
    assert not processes.workers


def test_an_endless_iterable_is_read_as_its_answers_are_asked_for(processes: Processes) -> None:
    taken = 0

    def endless() -> Iterator[Path | bytes]:
        nonlocal taken
        for picture in processes.after([*SMALL] * 20, [*SMALL] * 2000):
            taken += 1
            yield picture

    readings = Reader("lenet5", threads=2).read_many(endless())
    assert len(list(islice(readings, 60))) == 60
    assert taken < 2000
    readings.close()  # type: ignore[attr-defined]
    assert processes.all_ended


WORKER = """
import os, signal, time

def setup(how):
    if how == "stillborn":
        raise SystemExit(7)

    def answer(numbers):
        if how == "killed" and 100 in numbers:
            os.kill(os.getpid(), signal.SIGKILL)
        if how == "broken" and 100 in numbers:
            raise ValueError("a mistake of ours")
        print("talk")
        return [(os.getpid(), number) for number in numbers]

    return answer
"""


@pytest.fixture
def setup(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    (tmp_path / "worker_of_a_test.py").write_text(WORKER)
    monkeypatch.syspath_prepend(tmp_path)
    import worker_of_a_test  # type: ignore[import-not-found]

    return worker_of_a_test.setup


def here(numbers: list[int]) -> list[tuple[int, int]]:
    return [(0, number) for number in numbers]


def test_answers_come_in_order_from_all_processes(setup: object, processes: Processes) -> None:
    def numbers() -> Iterator[int]:
        yield from range(20)
        assert processes.ready.wait(60)
        yield from range(20, 5000)

    answers = list(workers.run(numbers(), here, setup, ("well",), 2))  # type: ignore[arg-type]
    assert [number for _, number in answers] == list(range(5000))
    assert len({process for process, _ in answers} - {0}) <= 2
    assert answers[-1][0] != 0


@pytest.mark.parametrize(
    ("how", "error", "text"),
    [
        ("killed", DataError, "a process that read pictures was ended by SIGKILL; the answers so"),
        ("stillborn", DataError, "a process that read pictures was ended with status 7; the ans"),
        ("broken", ValueError, "a mistake of ours"),
    ],
)
def test_a_process_that_fails_is_one_clear_error(
    how: str, error: type[Exception], text: str, setup: object, processes: Processes
) -> None:
    with pytest.raises(error, match=text):
        list(workers.run(cycle(range(200)), here, setup, (how,), 2))  # type: ignore[arg-type]


@pytest.mark.parametrize("begun", [0, 1])
def test_a_process_that_cannot_be_started_is_one_clear_error(
    begun: int, setup: object, processes: Processes, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = subprocess.Popen

    def refused(*words: Any, **how: Any) -> Any:
        if len(processes.workers) == begun:
            raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        return start(*words, **how)

    monkeypatch.setattr(subprocess, "Popen", refused)
    with pytest.raises(DataError, match="cannot be started: resource temporarily unavailable; the"):
        list(workers.run(iter(range(200)), here, setup, ("well",), 2))  # type: ignore[arg-type]


def test_a_broken_pil_image_among_many_gives_its_error(processes: Processes) -> None:
    # As `Image.open` leaves it: its pixels are decoded when it is to be sent.
    whole = SMALL[1]

    def pictures() -> Iterator[Image.Image]:
        yield from (Image.open(io.BytesIO(whole)) for _ in range(40))
        assert processes.ready.wait(60)
        yield from (Image.open(io.BytesIO(whole)) for _ in range(20))
        yield Image.open(io.BytesIO(whole[: len(whole) // 2]))
        yield from (Image.open(io.BytesIO(whole)) for _ in range(20))

    readings = list(Reader("lenet5", threads=2).read_many(pictures()))
    assert isinstance(readings.pop(60), PictureError)
    assert [str(reading) for reading in readings] == ["7"] * 80
    assert processes.asked


def test_a_script_needs_no_main_guard_around_read_many(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "import sys, lenet\n"
        "print('begun')\n"
        "def pictures():\n"
        "    for _ in range(600): yield sys.argv[1]\n"
        "print(''.join(map(str, lenet.Reader('lenet5', threads=2).read_many(pictures()))))\n"
    )
    picture = tmp_path / "7.png"
    picture.write_bytes(SMALL[1])
    command = [sys.executable, str(script), str(picture)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == "begun\n" + "7" * 600 + "\n"
    assert done.stderr == ""


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="its children are not listed")
def test_processes_end_when_the_program_that_reads_is_killed(tmp_path: Path) -> None:
    picture = tmp_path / "7.png"
    picture.write_bytes(SMALL[1])
    script = (
        "import itertools, sys, lenet\n"
        "readings = lenet.Reader('lenet5', threads=2).read_many(itertools.repeat(sys.argv[1]))\n"
        "for number, _ in enumerate(readings):\n"
        "    if number == 100: print('reading', flush=True)\n"
    )
    command = [sys.executable, "-c", script, str(picture)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as program:
        assert program.stdout
        assert program.stdout.readline() == b"reading\n"
        listed = Path(f"/proc/{program.pid}/task/{program.pid}/children").read_text().split()
        program.kill()
    assert len(listed) == 2
    deadline = time.monotonic() + 60
    while any(map(is_running, listed)):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def is_running(process: str) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"  # a zombie has ended


@pytest.mark.slow
def test_memory_does_not_grow_with_the_number_of_pictures(tmp_path: Path) -> None:
    script = (
        "import os, sys, itertools, lenet, resource\n"
        "reader = lenet.Reader(threads=2)\n"
        "def peak(pictures):\n"
        "    for _ in reader.read_many(itertools.repeat(sys.argv[1], pictures)): pass\n"
        "    parts = resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN\n"
        "    return [resource.getrusage(part).ru_maxrss / 1024 for part in parts]\n"
        "print(*peak(1_000), *peak(5_000))\n"
    )
    own, children, own_later, children_later = map(float, printed(script, PICTURES[7]).split())
    assert own_later - own < 10
    assert children_later - children < 10


def test_the_shipped_model_reads_mnist_as_well_as_its_card_says(mnist_dir: Path) -> None:
    test = datasets.load("mnist", mnist_dir).test
    run = Run.find("lenet5")
    scores = json.loads(run.read("scores.json"))["test"]
    expected = sum(map(sum, scores["confusion"])) - sum(
        row[i] for i, row in enumerate(scores["confusion"])
    )
    answers = Reader("lenet5").classifier.probabilities(test.images).argmax(1)
    assert int((answers != test.labels).sum()) == expected <= 110


@pytest.fixture
def insects(tmp_path: Path, quick_recipe: lenet.Recipe) -> Run:
    """A model that tells upright strokes, ants, from rings, bees."""
    chance = np.random.default_rng(0)
    for name in ("ant", "bee"):
        (tmp_path / "data" / name).mkdir(parents=True)
        for i in range(40):
            pixels = np.zeros((28, 28), np.uint8)
            x, y = chance.integers(13, 16, 2).tolist()
            if name == "ant":
                cv2.line(pixels, (x, y - 9), (x, y + 9), 255, int(chance.integers(2, 5)))
            else:
                cv2.circle(pixels, (x, y), 9, 255, int(chance.integers(2, 5)))
            Image.fromarray(pixels).save(tmp_path / "data" / name / f"{i}.png")
    recipe = quick_recipe.with_changes({"data": f"folder:{tmp_path}/data", "epochs": 12})
    return experiment.train(recipe, runs=tmp_path / "runs", device="cpu", report=False)


def test_a_model_of_other_classes_reads_pictures(insects: Run) -> None:
    page = np.full((200, 300), 255, np.uint8)
    cv2.line(page, (80, 60), (80, 140), 0, 10)
    cv2.circle(page, (200, 100), 40, 0, 10)
    reader = Reader(insects.folder, threads=1)
    for single in (False, True):  # of words there is one a picture
        reading = reader.read(page, single=single)
        assert reading.text == "bee"
        entry = reading.to_dict()["digits"][-1]
        assert entry["class"] == "bee"
        assert len(entry["probabilities"]) == 2
        assert "digit" not in entry
