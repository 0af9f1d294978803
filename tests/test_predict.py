import csv
import inspect
import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner, Result

import lenet
from command import loaded_modules, on_a_terminal
from lenet.cli import app
from lenet.cli.console import print_json
from lenet.cli.predict import output, sources, verb
from lenet.errors import LeNetError, UsageError
from lenet.finder import Finder
from lenet.picture import decode
from lenet.reader import DEFAULT_MODEL, Digit, Reading, Rejection
from lenet.reader.explanation import DIGIT, REJECTED, UNCERTAIN, explain
from pages import rows_of
from picture_server import OK, server

PICTURES = {
    path.name[0]: path
    for path in Path(str(resources.files("lenet").joinpath("pictures"))).glob("*.png")
}
THREE, FOUR, SEVEN = PICTURES["3"], PICTURES["4"], PICTURES["7"]


def predict(*words: object, code: int = 0, stdin: bytes = b"") -> Result:
    """Run `lenet predict` in this process."""
    done = CliRunner().invoke(app, ["predict", *map(str, words)], input=stdin)
    failure = done.exception
    if isinstance(failure, LeNetError):
        assert failure.exit_code == code, failure
    else:
        assert done.exit_code == code, (done.output, failure)
        assert failure is None or isinstance(failure, SystemExit)
    return done


def texts(done: Result) -> dict[str, str]:
    """The text of each picture, as printed."""
    return dict(line.split("  ")[:2] for line in done.stdout.splitlines())


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of pictures and other things, which is also the current one."""
    scans = tmp_path / "scans"
    (scans / "2026" / ".hidden").mkdir(parents=True)
    shutil.copy(SEVEN, scans / "b.PNG")
    shutil.copy(THREE, scans / "a.png")
    shutil.copy(FOUR, scans / "2026" / "c.png")
    for name in ("notes.txt", ".thumb.png", "Makefile", "2026/.hidden/x.png"):
        (scans / name).write_text("no picture")
    monkeypatch.chdir(tmp_path)
    return scans


def test_a_line_has_name_digits_and_probability_with_rows_between_slashes(tmp_path: Path) -> None:
    sheet = rows_of("735", "42", gap=75)
    Image.fromarray(sheet).save(tmp_path / "page.png")
    many, one, blank = predict(tmp_path / "page.png", THREE, blank_picture(tmp_path)).stdout.split(
        "\n"
    )[:3]
    assert re.fullmatch(r".*page\.png  735 / 42  lowest (> )?\d+\.\d %", many)
    assert re.fullmatch(r".*3-[\w-]+\.png  3  (> )?\d+\.\d %", one)
    assert blank.endswith("blank.png  blank")
    Image.fromarray(sheet[::-1, ::-1]).save(tmp_path / "page.png")
    assert list(texts(predict(tmp_path / "page.png", "--upside-down")).values()) == ["735 / 42"]


def test_an_option_without_effect_is_refused_before_anything_is_printed() -> None:
    done = predict(THREE, "--single", "--upside-down", "--csv", code=2)
    assert done.stdout == ""
    assert str(done.exception).startswith("upside-down has no effect together with single, which")


def blank_picture(folder: Path) -> Path:
    Image.new("L", (60, 60), 255).save(folder / "blank.png")
    return folder / "blank.png"


def ready_made(folder: Path) -> Path:
    """Save an image as networks take it, with a 1 on it: it is read soonest."""
    page = np.zeros((28, 28), np.uint8)
    page[4:24, 13:16] = 255
    Image.fromarray(page).save(folder / "1.png")
    return folder / "1.png"


def test_a_folder_stands_for_its_pictures_sorted_by_name(
    folder: Path,
) -> None:
    assert texts(predict("scans")) == {"scans/a.png": "3", "scans/b.PNG": "7"}
    assert texts(predict(f"{folder}/")) == {f"{folder}/a.png": "3", f"{folder}/b.PNG": "7"}
    assert texts(predict("scans", "-r", SEVEN)) == {
        "scans/a.png": "3",
        "scans/b.PNG": "7",
        "scans/2026/c.png": "4",
        str(SEVEN): "7",
    }


def test_a_quoted_pattern_stands_for_the_files_it_matches(folder: Path) -> None:
    assert texts(predict("scans/*.png")) == {"scans/a.png": "3"}
    assert texts(predict("scans/**/*.png")) == {"scans/2026/c.png": "4", "scans/a.png": "3"}
    shutil.copy(THREE, folder / "[ab].png")
    assert texts(predict("scans/[ab].png")) == {"scans/[ab].png": "3"}
    (folder / "[ab].png").unlink()
    assert texts(predict("scans/[ab].*")) == {"scans/a.png": "3", "scans/b.PNG": "7"}


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("", "'' names no picture; check the argument"),
        ("empty", "empty is a folder without pictures; name another"),
        (".", ". is a folder without pictures; --recursive looks into its 2 folders"),
        ("scans/2026/.hidden/..", "scans/2026/.hidden/.."),
        ("*.jpg", "*.jpg matches no file; check the pattern"),
        ("missing.png", "missing.png does not exist; check the path"),
        ("scans/notes.txt", "scans/notes.txt is text; save it as PNG or JPEG"),
        ("x" * 300, f"{'x' * 300} cannot be read: file name too long"),
        (
            "gopher://x/3.png",
            "gopher://x/3.png cannot be fetched: only http and https are supported",
        ),
        (
            "http://localhost/3.png",
            "its address is not public; --allow-private reads from it",
        ),
        ("\x1b31m.png", r"'\x1b31m.png' does not exist"),
    ],
)
def test_a_source_without_a_picture_is_one_line_and_exit_code_3(
    source: str, text: str, folder: Path
) -> None:
    (folder.parent / "empty").mkdir()
    if source.endswith(".."):
        (folder / "2026" / "c.png").unlink()
    done = predict(source, code=3)
    assert done.stdout == ""
    assert done.stderr.startswith(f"lenet: {source[:3]}" if source.isprintable() else "lenet: ")
    assert text in done.stderr
    assert done.stderr.count("\n") == 1
    value = json.loads(predict(source, "--json", code=3).stdout)
    assert value == {"picture": source, "error": done.stderr.removeprefix("lenet: ").strip()}


def test_pictures_that_cannot_be_read_do_not_stop_the_others(folder: Path) -> None:
    (folder / "aa.png").write_bytes(THREE.read_bytes()[:300])
    done = predict("scans", "--json", code=3)
    first, second, third = map(json.loads, done.stdout.splitlines())
    assert [first["text"], third["text"]] == ["3", "7"]
    assert set(second) == {"picture", "error"}
    assert second["picture"] == "scans/aa.png"
    assert second["error"].startswith("scans/aa.png is broken: ")
    assert done.stderr == "1 of 3 pictures could not be read\n"
    done = predict("scans", code=3)
    assert list(texts(done).values()) == ["3", "7"]
    assert done.stderr.startswith("lenet: scans/aa.png is broken: ")


def test_json_is_the_reading_that_python_gives(folder: Path) -> None:
    value = json.loads(predict("scans/a.png", "--json", "--single").stdout)
    assert value == json.loads(
        json.dumps(lenet.Reader().read("scans/a.png", single=True).to_dict())
    )
    names = ["picture", "page", "status", "text", "numbers", "digits", "rejected"]
    assert list(value) == names
    assert abs(sum(value["digits"][0]["probabilities"]) - 1) < 1e-9


def test_csv_counts_rows_numbers_and_places_from_1(tmp_path: Path) -> None:
    Image.fromarray(rows_of("37  05", "28", gap=60, height=45)).save(tmp_path / "page.png")
    done = predict("--model", "lenet5", "--csv", tmp_path / "page.png")
    head, *lines = csv.reader(io.StringIO(done.stdout))
    assert head == [
        *("picture", "page", "status", "row", "number", "place", "digit", "probability"),
        *("digit_status", "x", "y", "width", "height", "error"),
    ]
    rows = [dict(zip(head, line, strict=True)) for line in lines]
    assert [[row["row"], row["number"], row["place"], row["digit"]] for row in rows] == [
        ["1", "1", "1", "3"],
        ["1", "1", "2", "7"],
        ["1", "2", "3", "0"],
        ["1", "2", "4", "5"],
        ["2", "3", "5", "2"],
        ["2", "3", "6", "8"],
    ]
    assert {row["page"] for row in rows} == {"1"}


def test_grid_prints_empty_cells_as_points(tmp_path: Path) -> None:
    Image.fromarray(rows_of("3 05", " 84 ", "592 ", gap=75)).save(tmp_path / "grid.png")
    words = ("--model", "lenet5", tmp_path / "grid.png")
    assert list(texts(predict("--grid", *words)).values()) == ["3.05 / .84. / 592."]
    assert "." not in next(iter(texts(predict(*words)).values()))
    value = json.loads(predict("--grid", "--json", *words).stdout)
    assert value["text"] == "3.05\n.84.\n592."
    assert [number["text"] for number in value["numbers"]] == list("30584592")
    lines = list(csv.DictReader(io.StringIO(predict("--grid", "--csv", *words).stdout)))
    assert [line["digit"] for line in lines] == list("30584592")


def test_files_as_networks_take_them_need_no_finder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def look(finder: Finder, page: object) -> None:
        raise AssertionError("no finder is needed")

    monkeypatch.setattr(Finder, "look", look)
    for words in ([], ["--single"]):
        done = predict("--model", "lenet5", ready_made(tmp_path), *words)
        assert list(texts(done).values()) == ["1"]


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1", "ascii"])
def test_json_is_json_whatever_the_encoding_of_stdout(
    encoding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    printed = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(printed, encoding, "backslashreplace"))
    print_json({"picture": "drei-é-三.png"})
    sys.stdout.flush()
    assert json.loads(printed.getvalue().decode(encoding)) == {"picture": "drei-é-三.png"}


def test_csv_has_a_row_for_each_digit_and_for_each_picture_without(folder: Path) -> None:
    blank_picture(folder)
    (folder / "bad,\n.png").write_text("hello")
    done = predict("scans", "--csv", code=3)
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert [[row["picture"], row["status"], row["digit"]] for row in rows] == [
        ["scans/a.png", "digits", "3"],
        ["scans/b.PNG", "digits", "7"],
        [r"scans/bad,\n.png", "", ""],
        ["scans/blank.png", "blank", ""],
    ]
    [digit] = lenet.Reader().read("scans/a.png").digits
    three = rows[0]
    assert [three["row"], three["number"], three["digit_status"]] == ["1", "1", "digit"]
    assert float(three["probability"]) == pytest.approx(digit.probability, abs=1e-9)
    assert tuple(int(three[name]) for name in ("x", "y", "width", "height")) == digit.box
    assert "is text; save it as PNG or JPEG" in rows[2]["error"]
    assert not rows[0]["error"]


def test_a_picture_can_come_on_standard_input() -> None:
    assert texts(predict("-", stdin=THREE.read_bytes())) == {"-": "3"}
    tiff = io.BytesIO()
    Image.open(SEVEN).convert("L").save(tiff, "TIFF")
    value = json.loads(predict("--json", "-", stdin=tiff.getvalue()).stdout)
    assert [value["picture"], value["text"]] == ["-", "7"]
    done = predict(SEVEN, "-", FOUR, code=3)
    assert list(texts(done).values()) == ["7", "4"]
    assert "lenet: standard input is empty: found 0 bytes" in done.stderr


def test_a_picture_can_be_fetched_by_its_url() -> None:
    with server(OK + THREE.read_bytes()) as served:
        url = f"http://127.0.0.1:{served.port}/some%20three"
        refused = predict(url, SEVEN, code=3)
        assert list(texts(refused).values()) == ["7"]
        assert not served.hits
        assert texts(predict("--allow-private", url, SEVEN)) == {url: "3", str(SEVEN): "7"}


def test_the_lowest_certain_probability_can_be_chosen() -> None:
    assert list(texts(predict(THREE, "--min-probability", 1)).values()) == ["?"]
    kept = predict(THREE, "--min-probability", 1, "--keep-uncertain")
    assert list(texts(kept).values()) == ["3"]
    value = json.loads(predict(THREE, "--min-probability", 1, "--json").stdout)
    assert [value["text"], value["digits"][0]["status"]] == ["?", "uncertain"]


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["--json", "--csv"], "--json and --csv cannot be combined: choose one"),
        (["--show", "--csv"], "--show needs text output: leave out --json and --csv"),
        (["--min-probability", 2], "min_probability is 2.0: give a number from 0 to 1"),
        (
            ["--explain", "out.png", FOUR],
            "--explain out.png is one file, and there are 2 pictures: give a folder",
        ),
        (
            ["--explain", "a/out.JPG"],
            "--explain a/out.JPG: explanations are PNG; name it a/out.png",
        ),
    ],
)
def test_options_that_contradict_each_other_are_a_usage_error(
    words: list[object], text: str, folder: Path
) -> None:
    done = predict(THREE, *words, code=2)
    assert isinstance(done.exception, UsageError)
    assert str(done.exception) == text
    assert done.stdout == ""


def test_predict_and_reader_have_the_same_default_model() -> None:
    assert inspect.signature(verb.predict).parameters["model"].default == DEFAULT_MODEL


def test_file_names_cannot_command_a_terminal(folder: Path) -> None:
    name = "\x1b[2J\u202e\x9b31m\n3.png"
    shutil.copy(THREE, folder / name)
    for form in ([], ["--json"], ["--csv"]):
        done = predict(folder / name, *form)
        assert all(line.isprintable() for line in done.stdout.splitlines())
        assert "3.png" in done.stdout
    value = json.loads(predict(folder / name, "--json").stdout)
    assert value["picture"] == str(folder / name)


def test_show_draws_what_the_network_saw_in_characters() -> None:
    lines = predict("--show", THREE).stdout.splitlines()
    assert lines[0].endswith("%")
    drawn, caption = lines[1:15], lines[15]
    assert caption.startswith("1: 3  ")
    seen = lenet.Reader().read(THREE).digits[0].image >= 96
    for y, line in enumerate(drawn):
        for x, sign in enumerate(line.ljust(28)):
            assert sign == " ▀▄█"[seen[2 * y, x] + 2 * seen[2 * y + 1, x]]


@pytest.mark.parametrize("no_colour", [True, False])
def test_show_uses_grey_levels_on_a_terminal_unless_no_color_is_set(no_colour: bool) -> None:
    environment = {"NO_COLOR": "1"} if no_colour else {}
    _, shown = on_a_terminal("predict", "--show", THREE, environment=environment)
    assert ("\x1b[38;5;" not in shown) is no_colour
    assert "▀" in shown


def test_the_bar_is_on_stderr_and_only_on_a_terminal(tmp_path: Path) -> None:
    result, shown = on_a_terminal("predict", *[ready_made(tmp_path)] * 100, talk_only=True)
    assert "/100" in shown
    assert len(result.splitlines()) == 100
    assert "\x1b" not in result
    assert predict(*[THREE] * 3).stderr == ""
    assert "/2" not in on_a_terminal("predict", THREE, FOUR)[1]


def picture_of(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content)).convert("RGB")


def colours(image: Image.Image) -> set[str]:
    packed = np.asarray(image).astype(np.uint32) @ [1 << 16, 1 << 8, 1]
    return {f"#{colour:06x}" for colour in np.unique(packed)}


def test_explain_draws_one_picture_into_one_file(tmp_path: Path) -> None:
    predict(THREE, "--explain", tmp_path / "out.png")
    drawn = picture_of((tmp_path / "out.png").read_bytes())
    assert drawn.width >= 500
    assert DIGIT in colours(drawn)
    assert REJECTED not in colours(drawn)


def test_a_picture_removed_before_it_is_explained_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = [tmp_path / name for name in ("a.png", "b.png", "c.png")]
    for file, picture in zip(files, (THREE, FOUR, SEVEN), strict=True):
        shutil.copy(picture, file)

    def read_then_remove(*words: Any, **options: Any) -> Iterator[output.Answer]:
        answers = list(read(*words, **options))
        files[1].unlink()
        yield from answers

    read = sources.read
    monkeypatch.setattr(verb, "read", read_then_remove)
    done = predict(*files, "--explain", tmp_path / "drawn", code=3)
    assert [line.split()[1] for line in done.stdout.splitlines()] == ["3", "4", "7"]
    first, last = done.stderr.splitlines()
    assert first.startswith("lenet: ")
    assert "b.png" in first.replace("\n", "")
    assert last == "1 of 3 pictures could not be read"
    assert {path.name for path in (tmp_path / "drawn").iterdir()} == {"1-a.png", "3-c.png"}


def test_explain_makes_a_folder_and_draws_several_into_it(folder: Path) -> None:
    (folder / "aa.png").write_text("hello")
    predict("scans", "scans/2026/c.png", "--explain", "out/new", code=3)
    assert sorted(path.name for path in Path("out/new").iterdir()) == [
        *("1-a.png", "3-b.png", "4-c.png")
    ]
    predict(THREE, "--explain", "out/new")
    assert len(list(Path("out/new").iterdir())) == 4


def test_an_explanation_that_cannot_be_written_is_an_error(folder: Path) -> None:
    Path("file").write_text("in the way")
    for target in ("file/out", "file/out.png"):
        done = predict(THREE, "--explain", target, code=4)
        assert f"cannot write {target}" in str(done.exception)


def region(status: str, box: tuple[int, int, int, int]) -> Digit:
    image = np.zeros((28, 28), np.uint8)
    return Digit(7, (0.0,) * 7 + (0.9, 0.1, 0.0), box, image, status=status)  # type: ignore[arg-type]


@pytest.mark.parametrize("size", [(28, 28), (600, 800), (3000, 4000), (10, 2000), (2000, 10)])
def test_an_explanation_has_a_readable_size_for_any_picture(
    size: tuple[int, int],
) -> None:
    page = decode(np.full(size, 255, np.uint8))
    box = (1, 1, size[1] - 2, size[0] - 2)
    drawn = explain(page, Reading("x", "digits", (region("digit", box),)))
    assert 500 <= drawn.width <= 1500
    assert 200 <= drawn.height <= 1900
    assert DIGIT in colours(drawn)


def test_an_explanation_frames_each_region_in_the_colour_of_its_status() -> None:
    page = decode(np.full((500, 500), 255, np.uint8))
    digits = (region("digit", (50, 50, 60, 100)), region("uncertain", (250, 50, 60, 100)))
    image = np.zeros((28, 28), np.uint8)
    rejected = (
        Rejection((50, 300, 60, 100), "not_a_digit", image),
        Rejection((250, 300, 60, 3), "sign"),
    )
    drawn = explain(page, Reading("x", "digits", digits, rejected))
    boxes = [digit.box for digit in digits] + [region.box for region in rejected]
    for box, colour in zip(boxes, (DIGIT, UNCERTAIN, REJECTED, REJECTED), strict=True):
        x, y, width, height = box
        around = drawn.crop((20 + x - 6, 92 + y - 6, 20 + x + width + 6, 92 + y + height + 6))
        assert colours(around) & {DIGIT, UNCERTAIN, REJECTED} == {colour}


def test_a_hundred_thousand_specks_are_drawn_too() -> None:
    page = decode(np.full((2000, 2000), 255, np.uint8))
    specks = tuple(Rejection((i % 1000, i // 50, 2, 2), "sign") for i in range(20_000))
    drawn = explain(page, Reading("x", "nothing", (), specks))
    assert REJECTED in colours(drawn)


def test_predict_of_one_file_loads_neither_network_nor_drawing_code() -> None:
    unneeded = {"ssl", "http.client", "requests", "rich.progress", "lenet.reader.explanation"}
    assert not loaded_modules("predict", THREE) & unneeded


# Output waits in a buffer, as it does for people, and is written at the end.
BUFFERED = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}


@pytest.mark.parametrize("pictures", [1, 3000])
def test_a_reader_of_stdout_may_leave_early(pictures: int, folder: Path) -> None:
    ready_made(folder)
    lenet = f"{sys.executable} -m lenet predict --json {'scans/1.png ' * pictures}"
    done = subprocess.run(f"{lenet} | true", shell=True, capture_output=True, env=BUFFERED)
    assert [done.stdout, done.stderr] == [b"", b""]


def test_a_full_disk_is_one_line(folder: Path) -> None:
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "-m", "lenet", "predict", "scans/b.PNG"]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, env=BUFFERED)
    assert [done.returncode, done.stderr] == [4, "lenet: the disk: No space left on device\n"]


def test_lenet_debug_shows_where_the_disk_was_full() -> None:
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "-m", "lenet", "recipes", "--json"]
        environment = {**BUFFERED, "LENET_DEBUG": "1"}
        done = subprocess.run(
            command, stdout=full, stderr=subprocess.PIPE, text=True, env=environment
        )
    assert done.returncode == 4
    assert done.stderr.startswith("Traceback (most recent call last):")
    assert done.stderr.endswith("lenet: the disk: No space left on device\n")


@pytest.mark.parametrize(
    ("sign", "code"),
    [(signal.SIGINT, 130), pytest.param(signal.SIGTERM, 143, marks=pytest.mark.slow)],
)
def test_a_stopped_predict_leaves_no_process_and_prints_nothing(
    sign: signal.Signals, code: int, folder: Path
) -> None:
    ready_made(folder)
    command = [sys.executable, "-m", "lenet", "predict", "--json", *["scans/1.png"] * 20_000]
    # Ctrl-C goes to every process of the terminal's group.
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    assert process.stdout
    for _ in range(60):  # by then other processes read
        process.stdout.readline()
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    os.killpg(process.pid, sign)
    _, talk = process.communicate(timeout=20)
    assert process.returncode == code
    assert talk == ""
    time.sleep(0.1)
    assert not [child for child in children if Path(f"/proc/{child}").exists()]
