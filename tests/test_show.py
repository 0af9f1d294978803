import json
import shutil
import subprocess
import sys
from importlib import resources
from pathlib import Path
from xml.etree import ElementTree

import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from PIL import Image, ImageDraw, ImageFont

from command import complaint, run_lenet
from lenet.cli import app
from lenet.cli import show as verb
from lenet.errors import DataError, LeNetError, ModelError, PictureError, UsageError
from lenet.figures.style import ORANGE
from lenet.reader import Reader
from lenet.run import Run
from pages import rows_of

FIVE = Path(str(resources.files("lenet").joinpath("pictures/5-photo-with-shadow.png")))


def show(*words: object) -> None:
    """Run `lenet show` in this process; its errors are exceptions."""
    app(["show", *map(str, words)], standalone_mode=False)


def size(path: Path) -> tuple[int, int]:
    with Image.open(path) as picture:
        assert picture.format == "PNG"
        assert len(picture.convert("RGB").getcolors(1 << 24) or []) > 5, "nothing is drawn"
        return picture.size


def words_for(what: str, run: Run) -> list[object]:
    words: dict[str, list[object]] = {
        "data": ["data", "uci-digits"],
        "model": ["model", "lenet5"],
        "run": ["run", run.folder, "--figure", "curves", "--figure", "table"],
        "filters": ["filters", run.folder, "--layer", "C1"],
        "embedding": ["embedding", run.folder],
        "layers": ["layers", FIVE, "--model", run.folder],
        "attention": ["attention", FIVE, "--model", run.folder],
        "finder": ["finder", FIVE],
    }
    return words[what]


@pytest.mark.parametrize("suffix", [".png", ".svg"])
@pytest.mark.parametrize(
    "what", ["data", "model", "run", "filters", "embedding", "layers", "attention", "finder"]
)
def test_each_verb_draws_a_picture_and_prints_its_path(
    what: str, suffix: str, quick_run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / f"drawing{suffix}"
    show(*words_for(what, quick_run), "-o", file)
    assert capsys.readouterr().out.splitlines()[-1] == str(file)
    assert list(tmp_path.iterdir()) == [file]
    if suffix == ".png":
        assert min(size(file)) > 150
    else:
        drawing = ElementTree.parse(file).getroot()
        assert drawing.tag == "{http://www.w3.org/2000/svg}svg"
        assert len(list(drawing.iter("{http://www.w3.org/2000/svg}path"))) > 10


def test_a_folder_takes_each_figure_and_a_file_takes_them_all(
    quick_run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["run", quick_run.folder, "--figure", "curves", "--figure", "table"]
    show(*words, "-o", tmp_path / "each")
    files = [tmp_path / "each" / f"{name}.png" for name in ("curves", "table")]
    assert capsys.readouterr().out.splitlines() == list(map(str, files))
    show(*words, "-o", tmp_path / "all.PNG")
    (width_1, height_1), (width_2, height_2) = map(size, files)
    width, height = size(tmp_path / "all.PNG")
    assert width == max(width_1, width_2)
    assert 0 < height - height_1 - height_2 < 50


def test_a_drawing_is_the_same_bytes_each_time(tmp_path: Path) -> None:
    for name in ("a", "b"):
        for suffix in ("png", "svg"):
            show("model", "lenet5", "-o", tmp_path / f"{name}.{suffix}")
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()


def test_all_figures_of_a_run_are_drawn_without_a_display(quick_run: Run, tmp_path: Path) -> None:
    done = run_lenet("show", "run", quick_run.folder, "-o", tmp_path, env={"PATH": ""})
    assert done.returncode == 0, done.stderr
    names = ["curves", "confusion", "table", "reliability", "roc", "mistakes", "robustness"]
    assert done.stdout.splitlines() == [str(tmp_path / f"{name}.png") for name in names]
    assert done.stderr == ""


def test_show_data_prints_counts_and_pixels(capsys: pytest.CaptureFixture[str]) -> None:
    show("data", "uci-digits")
    text = capsys.readouterr().out
    assert "all       1,438   359" in text
    assert "pixels of the training images, 0 paper to 1 ink: mean 0.1420" in text
    show("data", "uci-digits", "--json")
    value = json.loads(capsys.readouterr().out)
    assert sum(value["test"]["classes"].values()) == value["test"]["images"] == 359


def test_with_json_stdout_is_json_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    show("model", "lenet5", "--json", "-o", tmp_path / "drawing.png")
    captured = capsys.readouterr()
    assert len(json.loads(captured.out)) == 13
    assert captured.err == f"{tmp_path / 'drawing.png'}\n"


def test_only_the_layers_asked_for_are_drawn(quick_run: Run, tmp_path: Path) -> None:
    words = ["layers", FIVE, "--model", quick_run.folder, "-o"]
    show(*words, tmp_path / "all.png")
    show(*words, tmp_path / "one.png", "--layer", "C1")
    assert size(tmp_path / "one.png")[1] < 0.6 * size(tmp_path / "all.png")[1]


@pytest.fixture
def three_digits(tmp_path: Path) -> Path:
    """A picture that reads 027."""
    page = Image.new("L", (600, 200), 255)
    for i, name in enumerate(("0-pencil.png", "2-mouse.png", "7-small.png")):
        with Image.open(FIVE.parent / name) as digit:
            page.paste(digit.convert("L").resize((200, 200)), (200 * i, 0))
    page.save(tmp_path / "three.png")
    return tmp_path / "three.png"


@pytest.mark.parametrize("what", ["layers", "attention"])
def test_the_requested_one_of_several_digits_is_shown_and_framed(
    what: str, three_digits: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[Figure] = []
    monkeypatch.setattr(verb, "write", lambda figures, _: drawn.extend(figures.values()))
    for number, answer in ((1, "0"), (2, "2"), (3, "7")):
        show(what, three_digits, "--digit", number, "-o", "drawing.png")
        texts = [text.get_text() for text in drawn[-1].findobj(Text) if isinstance(text, Text)]
        expected = f"output\nlargest: {answer}" if what == "layers" else f"network input: {answer}"
        assert any(expected in text for text in texts)
    frames = [patch.get_bbox().x0 for figure in drawn for patch in orange_frames(figure)]
    assert len(frames) == 3
    assert frames == sorted(frames), "from left to right"


def test_the_first_of_several_digits_is_shown_with_a_hint(
    three_digits: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    show("layers", three_digits, "-o", tmp_path / "drawing.png")
    assert "has 3 digits: the first is shown; --digit 2 shows the next" in capsys.readouterr().err


@pytest.mark.parametrize("number", [0, 4])
def test_a_digit_number_out_of_range_is_an_error(number: int, three_digits: Path) -> None:
    with pytest.raises(UsageError, match=f"has 3 digits, asked for --digit {number}: they count"):
        show("layers", three_digits, "--digit", number, "-o", three_digits.with_name("a.png"))
    with pytest.raises(UsageError, match="has one digit, asked for --digit 2"):
        show("layers", FIVE, "--digit", 2, "-o", three_digits.with_name("a.png"))


def test_show_counts_digits_as_predict_does(three_digits: Path) -> None:
    count = len(Reader("reader", threads=1).read(three_digits).digits)
    assert count > 1
    with pytest.raises(UsageError, match=f"has {count} digits, asked for --digit 99"):
        show("layers", three_digits, "--model", "reader", "--digit", 99, "-o", "a.png")


def test_places_that_were_all_refused_are_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = Image.new("L", (200, 200), 255)
    ImageDraw.Draw(page).text((60, 40), "A", 0, ImageFont.load_default(100))
    page.save(tmp_path / "sign.png")
    reading = Reader("reader", threads=1).read(tmp_path / "sign.png")
    assert not reading.digits
    assert "not_a_digit" in [region.reason for region in reading.rejected]
    show("layers", tmp_path / "sign.png", "--model", "reader", "-o", tmp_path / "drawing.png")
    assert (tmp_path / "drawing.png").exists()


def orange_frames(figure: Figure) -> list[Rectangle]:
    rectangles = (patch for patch in figure.findobj(Rectangle) if isinstance(patch, Rectangle))
    return [
        p for p in rectangles if not p.get_fill() and to_hex(p.get_edgecolor()) == ORANGE.lower()
    ]


MISTAKES: list[tuple[list[object], type[LeNetError], str]] = [
    (["data", "mnits"], UsageError, "no dataset 'mnits': did you mean mnist"),
    (["data", "uci-digits", "--figure", "mean"], UsageError, "no figure 'mean': did you mean mea"),
    (["model", "lenet6"], UsageError, "no model 'lenet6': did you mean lenet5"),
    (["run", "lenet5", "--figure", "rocs"], UsageError, "no figure 'rocs': did you mean roc"),
    (["run", "runs/none"], ModelError, "no run folder runs/none"),
    (["filters", "lenet5", "--layer", "F6"], UsageError, "no convolution 'F6' .*there are: C1, C3"),
    (
        ["filters", "random-forest"],
        UsageError,
        "random-forest is a classical model: `lenet compare",
    ),
    (["layers", FIVE, "--layer", "tanh"], UsageError, "no layer 'tanh' .*did you mean tanh"),
    (["layers", FIVE, "--model", "knn"], UsageError, "knn is a classical model: `lenet compare"),
    (["layers", "missing.png"], PictureError, "missing.png"),
    (["attention", FIVE, "--model", "lenet"], UsageError, "no model 'lenet': did you mean lenet5"),
]


@pytest.mark.parametrize(("words", "kind", "text"), MISTAKES)
def test_a_mistake_is_an_error_and_nothing_is_drawn(
    words: list[object], kind: type[LeNetError], text: str, tmp_path: Path
) -> None:
    with pytest.raises(kind, match=text):
        show(*words, "-o", tmp_path / "drawing.png")
    assert not list(tmp_path.iterdir())


def test_an_impossible_output_path_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    for name, kind, text in (
        ("drawing.pdf", UsageError, "a name that ends in .png or .svg, or a folder"),
        ("nowhere/drawing.png", DataError, "cannot write .*nowhere/drawing.png: No such file"),
        ("nowhere/folder", DataError, "cannot write .*nowhere/folder: No such file"),
        ("file/drawing.png", DataError, "cannot write .*file/drawing.png: Not a directory"),
        ("file", DataError, "cannot write .*file: File exists"),
        ("a" * 300 + ".png", DataError, "cannot write .*: File name too long"),
    ):
        with pytest.raises(kind, match=text):
            show("model", "lenet5", "-o", tmp_path / name)
    assert (tmp_path / "file").read_text() == "in the way"


def test_a_blank_picture_has_no_digit_to_show(tmp_path: Path) -> None:
    Image.new("L", (50, 50), 255).save(tmp_path / "blank.png")
    for what in ("layers", "attention"):
        with pytest.raises(PictureError, match=r"blank.png is blank: give a picture with a digit"):
            show(what, tmp_path / "blank.png", "-o", tmp_path / "drawing.png")


@pytest.fixture
def bare_run(quick_run: Run, tmp_path: Path) -> Path:
    """A run that lacks its history and its layers."""
    folder = Path(shutil.copytree(quick_run.folder, tmp_path / "bare"))
    facts = json.loads((folder / "run.json").read_text())
    for name in ("history.jsonl", "layers.onnx"):
        (folder / name).unlink()
        del facts["files"][name]
    (folder / "run.json").write_text(json.dumps(facts))
    return folder


def test_a_figure_that_a_run_cannot_have_is_an_error(bare_run: Path, tmp_path: Path) -> None:
    file = tmp_path / "drawing.png"
    with pytest.raises(ModelError, match=r"has no history.jsonl: this run was made without it"):
        show("run", bare_run, "--figure", "curves", "-o", file)
    with pytest.raises(ModelError, match=r"has no layers.onnx: export it again"):
        show("layers", FIVE, "--model", bare_run, "-o", file)
    assert not file.exists()


def test_the_other_figures_of_a_run_that_lacks_one_are_drawn(
    bare_run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    show("run", bare_run, "-o", tmp_path / "figures")
    captured = capsys.readouterr()
    assert "curves.png" not in captured.out
    assert "confusion.png" in captured.out
    assert captured.err.startswith("without curves: ")


def test_an_output_that_cannot_be_written_is_exit_code_4(tmp_path: Path) -> None:
    done = run_lenet("show", "model", "lenet5", "-o", tmp_path / "nowhere" / "drawing.png")
    assert done.returncode == 4
    assert "cannot write" in complaint(done)


def test_tensorboard_events_agree_with_the_history(tmp_path: Path) -> None:
    done = run_lenet(
        *("train", "--data", "uci-digits", "--set", "epochs=2", "--set", "batch=32"),
        *("--tensorboard", "--no-report", "--runs", tmp_path),
    )
    assert done.returncode == 0, done.stderr
    run = Run.open(tmp_path / "lenet5-1")
    (events,) = (run.folder / "tensorboard").iterdir()
    assert f"tensorboard/{events.name}" in run.manifest.files
    run.read(f"tensorboard/{events.name}")  # its digest was taken of the whole file
    program = (
        "import sys, json\n"
        "from tensorboard.backend.event_processing.event_accumulator import EventAccumulator\n"
        "found = EventAccumulator(sys.argv[1]); found.Reload()\n"
        "tags = found.Tags()['scalars']\n"
        "print(json.dumps({t: [[e.step, e.value] for e in found.Scalars(t)] for t in tags}))"
    )
    command = [sys.executable, "-c", program, str(run.folder / "tensorboard")]
    read = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    history = [json.loads(line) for line in run.read("history.jsonl").splitlines()]
    expected = {
        "loss/training": [row["loss"] for row in history],
        "loss/held_out": [row["validation_loss"] for row in history],
        "errors/held_out": [row["validation_errors"] for row in history],
        "error_rate/training": [row["errors"] / row["images"] for row in history],
        "learning_rate": [row["learning_rate"] for row in history],
    }
    for tag, values in expected.items():
        assert [step for step, _ in read[tag]] == [1, 2]
        assert [value for _, value in read[tag]] == pytest.approx(values, rel=1e-6)


def test_a_missing_tensorboard_names_the_extra_to_install(tmp_path: Path) -> None:
    (tmp_path / "tensorboard.py").write_text("raise ModuleNotFoundError('no', name='tensorboard')")
    program = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r}); from lenet.cli import main; main()"
    )
    words = ["train", "--data", "uci-digits", "--tensorboard", "--runs", str(tmp_path / "runs")]
    done = subprocess.run([sys.executable, "-c", program, *words], capture_output=True, text=True)
    assert done.returncode == 2
    assert complaint(done).endswith("is not installed: pip install 'lenet[tensorboard]'")
    assert not (tmp_path / "runs").exists()


def test_a_digit_is_framed_where_it_is_in_a_reduced_photo(tmp_path: Path) -> None:
    page = Image.fromarray(rows_of("17"))
    page.save(tmp_path / "small.png")
    page.resize((16 * page.width, 16 * page.height)).save(tmp_path / "large.jpg")
    run = Run.find("lenet5")
    boxes = []
    for name in ("small.png", "large.jpg"):
        shown = verb._find(tmp_path / name, 1, run)
        assert shown.box
        boxes.append([side / shown.picture.shape[1] for side in shown.box])
    assert boxes[0] == pytest.approx(boxes[1], abs=0.02)
