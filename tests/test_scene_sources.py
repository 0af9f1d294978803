"""Scenes kept on disk, what they are drawn from, and pictures of things."""

import hashlib
import re
import signal
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from lenet import datasets, drawing
from lenet.datasets import scenes, things, unipen
from lenet.datasets.scenes import load_material, load_scenes
from lenet.drawing.material import Handwriting, Material
from lenet.drawing.scenes import machines
from lenet.drawing.scenes.scene import Scene, SceneMaker
from lenet.errors import DataError, UsageError
from lenet.storage import locked


class Sketcher:
    """Draws scenes in no time: each full of its own number."""

    drawn: list[int] = []  # noqa: RUF012

    def __init__(self, material: Material) -> None:
        self.material = material

    def draw(self, seed: int, index: int) -> Scene:
        self.drawn.append(index)
        return Scene(
            np.full((256, 256), index % 256, np.uint8),
            np.full((128, 128), seed % 256, np.uint8),
            np.full((index % 3, 5), index, np.int16),
        )


@pytest.fixture
def sketcher(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> type[Sketcher]:
    monkeypatch.setattr(scenes, "SceneMaker", Sketcher)
    monkeypatch.setattr(scenes, "PART", 10)
    monkeypatch.setattr(scenes, "CHUNK", 4)
    monkeypatch.setattr(Sketcher, "drawn", [])
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    return Sketcher


def test_scenes_come_back_with_their_truth(sketcher: type[Sketcher], tmp_path: Path) -> None:
    loaded = load_scenes(25, 7, Material(), tmp_path, processes=1)
    assert (len(loaded), loaded.images.shape, loaded.ids.shape) == (
        25,
        (25, 256, 256),
        (25, 128, 128),
    )
    assert isinstance(loaded.images, np.memmap)
    assert not loaded.images.flags.writeable
    for i in range(25):
        assert (loaded.images[i] == i).all()
        assert (loaded.ids[i] == 7).all()
        mine = loaded.characters[loaded.first[i] : loaded.first[i + 1]]
        assert np.array_equal(mine, np.full((i % 3, 5), i))
    assert loaded.characters.dtype == np.int16
    assert loaded.first.dtype == np.int64


def test_what_was_drawn_is_not_drawn_again(sketcher: type[Sketcher], tmp_path: Path) -> None:
    first = load_scenes(5, 0, Material(), tmp_path, processes=1)
    again = load_scenes(5, 0, Material(), tmp_path, processes=1)
    assert (first.digest, sketcher.drawn) == (again.digest, list(range(5)))
    more = load_scenes(23, 0, Material(), tmp_path, processes=1)
    assert sketcher.drawn == list(range(23)), "more scenes are added"
    assert more.digest != first.digest
    fewer = load_scenes(5, 0, Material(), tmp_path, processes=1)
    assert (fewer.digest, len(fewer.characters)) == (first.digest, 4)
    assert sketcher.drawn == list(range(23))


def test_a_drawing_that_was_interrupted_goes_on(
    sketcher: type[Sketcher], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw = Sketcher.draw

    def interrupted(self: Sketcher, seed: int, index: int) -> Scene:
        if index == 17:
            raise KeyboardInterrupt
        return draw(self, seed, index)

    monkeypatch.setattr(Sketcher, "draw", interrupted)
    with pytest.raises(KeyboardInterrupt):
        load_scenes(25, 0, Material(), tmp_path, processes=1)
    monkeypatch.setattr(Sketcher, "draw", draw)
    sketcher.drawn.clear()
    resumed = load_scenes(25, 0, Material(), tmp_path, processes=1)
    assert sketcher.drawn == list(range(10, 25)), "of whole parts nothing is lost"
    assert resumed.digest == load_scenes(25, 0, Material(), tmp_path / "b", processes=1).digest


def test_other_seeds_material_and_code_have_other_scenes(
    sketcher: type[Sketcher], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    digits = Material(digits=np.zeros((1, 28, 28), np.uint8), digit_labels=np.zeros(1, np.int64))
    materials = [
        Material(),
        digits,
        replace(digits, digit_labels=np.ones(1, np.int64)),
        Material(handwriting=hands(1)),
        Material(photos=(np.zeros((2, 3), np.uint8),)),
    ]
    keys = {scenes._key(seed, material) for material in materials for seed in (0, 1)}
    assert len(keys) == 10
    code = tmp_path / "drawing"
    code.mkdir()
    (code / "__init__.py").write_text("a = 1")
    monkeypatch.setattr(drawing, "__file__", str(code / "__init__.py"))
    keys.add(before := scenes._key(0, Material()))
    (code / "__pycache__").mkdir()
    (code / "__pycache__" / "x.pyc").write_text("b")
    assert scenes._key(0, Material()) == before
    (code / "words.toml").write_text("a = 2")
    keys.add(scenes._key(0, Material()))
    monkeypatch.setattr(scenes, "text_fonts", lambda: machines.text_fonts()[1:])
    keys.add(scenes._key(0, Material()))
    monkeypatch.setattr("PIL.__version__", "0.0")
    keys.add(scenes._key(0, Material()))
    assert len(keys) == 14


def test_scenes_are_kept_in_the_users_cache(sketcher: type[Sketcher], tmp_path: Path) -> None:
    load_scenes(1, 0, Material(), processes=1)
    [folder] = (tmp_path / "home" / "lenet" / "scenes").iterdir()
    assert {path.name for path in folder.iterdir()} == {"images", "ids", "part-0.npz"}


def test_a_damaged_part_is_drawn_again(sketcher: type[Sketcher], tmp_path: Path) -> None:
    digest = load_scenes(15, 0, Material(), tmp_path, processes=1).digest
    [folder] = tmp_path.glob("*/part-1.npz")
    folder.write_bytes(folder.read_bytes()[:50])
    sketcher.drawn.clear()
    assert load_scenes(15, 0, Material(), tmp_path, processes=1).digest == digest
    assert sketcher.drawn == list(range(10, 15))


def test_missing_pixels_are_an_error_that_says_what_to_do(
    sketcher: type[Sketcher], tmp_path: Path
) -> None:
    load_scenes(5, 0, Material(), tmp_path, processes=1)
    [path] = tmp_path.glob("*/images")
    path.write_bytes(b"")
    with pytest.raises(DataError, match="is damaged; remove it to draw anew"):
        load_scenes(5, 0, Material(), tmp_path, processes=1)
    path.unlink()
    with pytest.raises(DataError, match="is damaged; remove it to draw anew"):
        load_scenes(5, 0, Material(), tmp_path, processes=1)


def test_a_folder_that_cannot_be_written_is_a_data_error(
    sketcher: type[Sketcher], tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("here")
    with pytest.raises(DataError, match="cannot write .*/file/.*: Not a directory; free some"):
        load_scenes(1, 0, Material(), tmp_path / "file", processes=1)


def test_two_processes_do_not_draw_the_same_scenes(
    sketcher: type[Sketcher], tmp_path: Path
) -> None:
    """One that finds the folder locked waits, and then finds what the other has drawn."""
    folder = tmp_path / scenes._key(0, Material())
    folder.mkdir()
    waiting = threading.Thread(
        target=load_scenes, args=(5, 0, Material(), tmp_path), kwargs={"processes": 1}
    )
    with locked(folder):
        waiting.start()
        waiting.join(0.3)
        assert sketcher.drawn == []
        scenes._Store(folder).add(0, [Sketcher(Material()).draw(0, index) for index in range(5)])
    waiting.join(10)
    assert sketcher.drawn == list(range(5))


def test_progress_of_a_drawing_is_shown_on_a_terminal_only(
    sketcher: type[Sketcher],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    load_scenes(5, 0, Material(), tmp_path, processes=1, show_progress=True)
    assert capsys.readouterr() == ("", "")
    monkeypatch.setenv("FORCE_COLOR", "1")  # rich takes it for a terminal then
    load_scenes(5, 1, Material(), tmp_path, processes=1, show_progress=True)
    assert "Drawing scenes" in capsys.readouterr().err


@pytest.fixture(scope="module")
def digits() -> Material:
    train = datasets.load("uci-digits").train
    return Material(digits=train.images[:200], digit_labels=train.labels[:200])


def test_processes_draw_the_same_scenes_as_one(digits: Material, tmp_path: Path) -> None:
    count = scenes.CHUNK + 3
    several = load_scenes(count, 3, digits, tmp_path / "a", processes=2)
    maker = SceneMaker(digits)
    for i in (0, scenes.CHUNK, count - 1):
        scene = maker.draw(3, i)
        assert np.array_equal(several.images[i], scene.image)
        assert np.array_equal(several.ids[i], scene.ids)
        mine = several.characters[several.first[i] : several.first[i + 1]]
        assert np.array_equal(mine, scene.characters)
    assert int(several.first[-1]) == len(several.characters)


KILLED = """
import os, signal, sys, threading, time
from pathlib import Path
from lenet.datasets import scenes
from lenet.drawing.material import Material
from lenet.errors import DataError

def kill() -> None:
    while True:
        time.sleep(0.05)
        for child in Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split():
            if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes():
                os.kill(int(child), signal.SIGKILL)

if __name__ == "__main__":
    threading.Thread(target=kill, daemon=True).start()
    try:
        scenes.load_scenes(1000, 0, Material(), Path(sys.argv[1]), processes=2)
    except DataError as error:
        print(error)
"""


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="it finds processes in /proc")
def test_a_process_that_dies_is_an_error_of_one_line(tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(KILLED)
    words = [sys.executable, str(tmp_path / "program.py"), str(tmp_path / "scenes")]
    done = subprocess.run(words, capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout == (
        "a process that draws scenes ended by itself, perhaps for want of memory; start again: "
        "what has been drawn is kept\n"
    )


def test_a_process_that_draws_leaves_the_interrupt_to_its_parent(digits: Material) -> None:
    before, threads = signal.getsignal(signal.SIGINT), cv2.getNumThreads()
    try:
        scenes._begin(digits)
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
        [drawn] = scenes._draw_chunk(3, [0])
        assert np.array_equal(drawn.image, SceneMaker(digits).draw(3, 0).image)
    finally:
        signal.signal(signal.SIGINT, before)
        cv2.setNumThreads(threads)
        scenes._maker = None


# What scenes are drawn from.


def test_scenes_n_is_a_source_but_no_dataset() -> None:
    assert datasets.Source.parse("scenes:60000").place == "60000"
    assert scenes.count_of("60000") == 60_000
    with pytest.raises(UsageError, match="scenes:60000 are whole scenes, not images of 28×28: "):
        datasets.load("scenes:60000")
    with pytest.raises(UsageError, match="things are pictures that scenes are drawn on, not"):
        datasets.load("things")
    for wrong in ("scenes", "things:"):
        with pytest.raises(UsageError, match=f"no dataset '{wrong}'"):
            datasets.load(wrong)
    assert datasets.load_others("scenes:60000") == (None, None)


@pytest.mark.parametrize("place", ["0", "-1", "many", "1000001", "12345678", "²"])
def test_a_number_of_scenes_is_a_whole_number(place: str) -> None:
    with pytest.raises(UsageError, match=f"scenes:{place} names no number of scenes: give a"):
        scenes.count_of(place)


def hands(count: int) -> Handwriting:
    """Each of so many people writes one bar."""
    return Handwriting(
        np.array(["1"] * count),
        np.arange(count, dtype=np.int64),
        np.arange(count + 1, dtype=np.int64),
        2 * np.arange(count + 1, dtype=np.int64),
        np.tile(np.array([[0, 0], [0, 1]], np.float32), (count, 1)),
    )


def test_held_out_scenes_have_other_writers_and_no_test_writer(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    whole = hands(140)
    monkeypatch.setattr(unipen, "load_handwriting", lambda *_, **__: whole)
    for source in ("unipen", f"unipen:{tmp_path}"):
        train, held_out = (load_material([source], held_out=which) for which in (False, True))
        assert train.handwriting is not None
        assert held_out.handwriting is not None
        parts = [set(part.handwriting.writers.tolist()) for part in (train, held_out)]  # type: ignore[union-attr]
        testing = set(unipen.test_writers(whole).tolist())
        assert [len(part) for part in (*parts, testing)] == [90, 10, 40]
        assert not parts[0] & parts[1]
        assert not testing & (parts[0] | parts[1])


def test_held_out_scenes_have_other_digits_of_mnist(monkeypatch: pytest.MonkeyPatch) -> None:
    uci = datasets.load("uci-digits")
    monkeypatch.setattr(scenes, "load_mnist", lambda *_, **__: uci)
    train, held_out = (load_material(["mnist"], held_out=which) for which in (False, True))
    assert (len(train.digits), len(held_out.digits)) == (1294, 144)
    assert len(train.digit_labels) == 1294
    assert held_out.digits[1].tobytes() == uci.train.images[10].tobytes()
    assert train.handwriting is None


def test_material_is_joined_of_all_its_sources(tmp_path: Path) -> None:
    picture = np.arange(60, dtype=np.uint8).reshape(6, 10)
    cv2.imwrite(str(tmp_path / "a.png"), picture)
    material = load_material(["things", f"things:{tmp_path}"], held_out=False)
    assert len(material.photos) == len(things.BUNDLED) + 1
    assert np.array_equal(material.photos[-1], picture)


def test_scenes_are_not_drawn_from_other_sources() -> None:
    with pytest.raises(
        UsageError, match="not drawn from drawn:9: give mnist, unipen, unipen:PLACE, things"
    ):
        load_material(["drawn:9"], held_out=False)


# Pictures of things.


def test_the_bundled_pictures_are_those_that_were_looked_at() -> None:
    pictures = things.load_things()
    assert len(pictures) == len(things.BUNDLED)
    for picture in pictures:
        assert picture.dtype == np.uint8
        assert picture.ndim == 2
        assert max(picture.shape) <= things.LONGEST_SIDE
        assert picture.std() > 5
    by_name = dict(zip(things.BUNDLED, pictures, strict=True))
    assert by_name["retina.jpg"].shape == (1000, 1000)
    digest = hashlib.sha256(by_name["coins.png"].tobytes()).hexdigest()
    assert digest.startswith("e080cc03805f")


def test_pictures_of_things_load_no_heavy_library() -> None:
    program = (
        "import sys; from lenet.datasets.things import load_things; load_things();"
        "import lenet.datasets.scenes, lenet.datasets.unipen; print(*sys.modules)"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout.split()
    roots = {name.split(".")[0] for name in loaded}
    assert not roots & {"skimage", "sklearn", "scipy", "torch", "matplotlib"}


def test_without_scikit_image_the_error_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(DataError, match=re.escape("pip install 'lenet[train]'; or give a folder")):
        things.load_things()


def write(path: Path, picture: NDArray[np.uint8]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), picture)


def test_a_folder_of_pictures_is_read_with_its_folders(tmp_path: Path) -> None:
    wide = np.zeros((100, 2_500, 3), np.uint8)
    wide[..., 2] = 255  # red
    write(tmp_path / "b" / "wide.PNG", wide)
    write(tmp_path / "a.jpg", np.full((40, 30), 200, np.uint8))
    (tmp_path / "notes.txt").write_text("no picture")
    small, large = things.load_things(tmp_path)
    assert (small.shape, large.shape) == ((40, 30), (40, 1000))
    assert (large == 76).all()


def test_a_folder_of_more_pictures_than_memory_holds_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(things, "MOST_PICTURES", 2)
    for name in ("a.png", "b.png"):
        write(tmp_path / name, np.full((4, 3), 200, np.uint8))
    assert len(things.load_things(tmp_path)) == 2
    write(tmp_path / "c.png", np.full((4, 3), 200, np.uint8))
    with pytest.raises(DataError, match="3 pictures in .*, the most is 2; move some away"):
        things.load_things(tmp_path)


def test_a_folder_without_pictures_or_with_a_broken_one_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no pictures in .*; things:DIR takes a folder of .bmp"):
        things.load_things(tmp_path)
    (tmp_path / "a.png").write_bytes(b"no picture")
    with pytest.raises(DataError, match=r"a.png.*; repair or remove it"):
        things.load_things(tmp_path)
