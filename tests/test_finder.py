"""The finder: coordinates, levels and colours, with maps that are perfect, and with real files."""

import pickle
from itertools import pairwise

import cv2
import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from lenet.errors import ModelError
from lenet.finder import Candidates, Finder, Heat, normalise_contrast
from lenet.finder.candidates import distinct
from lenet.finder.contrast import MOST_SHARPENED, sharpening, to_grey
from lenet.finder.levels import PADDING, level_sizes

Boxes = NDArray[np.float64]


class Oracle(Finder):
    """Answers as a perfect network does, for a page of which it knows the boxes."""

    def __init__(self, width: int, height: int, boxes: Boxes, others: Boxes | None = None) -> None:
        self.page = np.full((height, width), 255, np.uint8)
        self.page[[0, -1], [0, -1]] = 200  # or it would be bare paper, which is not looked at
        self.boxes = boxes
        self.others = np.empty((0, 4)) if others is None else others
        self.small_print = True
        self.level = (0, 0)

    def see(
        self,
        grey: NDArray[np.uint8],
        inked: tuple[float, float, float, float],
        page: tuple[int, int],
    ) -> Heat:
        self.level = grey.shape[1], grey.shape[0]
        return super().see(grey, inked, page)

    def run(self, pages: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        rows, columns = (side // 4 for side in pages.shape[2:])
        maps = np.full((1, 16, rows, columns), -6, np.float32)
        ink = np.full((1, 1, 2 * rows, 2 * columns), -6, np.float32)
        height, width = self.page.shape
        scale = np.array([self.level[0] / width, self.level[1] / height] * 2)
        for channel, boxes in enumerate((self.boxes, self.others)):
            for x, y, w, h in boxes * scale:
                fit = 4 - 8 * max(0, np.log(13 / max(w, h)), np.log(max(w, h) / 46))
                if fit < -6:
                    continue
                across, down = (x + w / 2 + PADDING) / 4 - 0.5, (y + h / 2 + PADDING) / 4 - 0.5
                for i in range(max(0, round(down) - 1), min(rows, round(down) + 2)):
                    for j in range(max(0, round(across) - 1), min(columns, round(across) + 2)):
                        logit = fit - 2 * np.hypot(i - down, j - across)
                        if logit > maps[0, channel, i, j]:
                            maps[0, channel, i, j] = logit
                            size = np.log([w / 16, h / 16])
                            maps[0, 2:6, i, j] = *size, across - j, down - i
        return maps, ink

    def found(self) -> Boxes:
        return np.asarray(self.find(self.page).digits.boxes, np.float64)


def equal(found: Boxes, boxes: Boxes, tolerance: float = 1) -> bool:
    """Whether both hold the same boxes, in any order."""
    away = np.abs(found[:, None] - boxes[None]).max(2)
    return len(found) == len(boxes) and bool((away.min(0) < tolerance).all())


@pytest.mark.parametrize(("width", "height"), [(400, 300), (397, 211), (60, 90), (1700, 1213)])
def test_perfect_maps_give_the_boxes_to_a_pixel(width: int, height: int) -> None:
    boxes = [[3.0, 5.0, 12.0, 17.0]]
    for size in (20, 31, 45, 70, 110, 190, 400):
        x = boxes[-1][0] + boxes[-1][2] + 9
        if x + 0.7 * size < width and size < height:
            boxes.append([x, height - size, 0.7 * size, size])
    assert equal(Oracle(width, height, np.array(boxes)).found(), np.array(boxes))


@pytest.mark.parametrize("height", [9, 14, 26, 27, 52, 100, 107, 250, 399])
@pytest.mark.parametrize("slimness", [0.12, 0.7, 1.3])
def test_a_digit_of_any_size_is_found_once(height: int, slimness: float) -> None:
    width = min(slimness * height, 400)
    boxes = np.array([[(400 - width) / 2 + 0.3, (400 - height) / 2, width, height]])
    assert equal(Oracle(400, 400, boxes).found(), boxes)


@pytest.mark.parametrize(("size", "finer"), [(9, 1), (11, 1), (16, 0), (60, 0)])
def test_small_print_is_looked_at_one_level_finer(size: int, finer: int) -> None:
    boxes = np.array([[20.3 + 1.1 * size * i, 40, 0.6 * size, size] for i in range(4)])
    oracle = Oracle(400, 300, boxes)
    sizes = [heat.size for heat in oracle.look(oracle.page)]
    assert sizes == [(800, 600)] * finer + level_sizes(400, 300)
    assert equal(oracle.found(), boxes)


@pytest.mark.parametrize(("width", "finest"), [(600, 1200), (1000, 1600), (1300, 1300)])
def test_a_finer_level_is_at_most_as_large_as_that_of_a_large_photo(
    width: int, finest: int
) -> None:
    oracle = Oracle(width, 200, np.array([[20.3 + 10 * i, 40, 6, 9] for i in range(4)]))
    assert oracle.look(oracle.page)[0].size[0] == finest
    oracle.small_print = False
    assert oracle.look(oracle.page)[0].size[0] == width


def test_a_small_spot_or_label_is_no_small_print() -> None:
    spot, label = [[20.0, 40, 6, 9]], [[20.0 + 10 * i, 40, 6, 9] for i in range(3)]
    large = [[20.0 + 30 * i, 90, 20, 30] for i in range(4)]
    for boxes in (spot, label + large):
        oracle = Oracle(400, 300, np.array(boxes))
        assert len(oracle.look(oracle.page)) == len(level_sizes(400, 300))


class Texture(Oracle):
    """Sees characters everywhere, none of them clearly, however close it looks."""

    def run(self, pages: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        maps, ink = super().run(pages)
        maps[0, :2, 2::4, 2::4], maps[0, :2, 4::4, 4::4] = 0.2, -1.5
        maps[0, 2:4] = np.log(10 / 16)
        return maps, ink


class Blurred(Oracle):
    """Sees characters less clearly the closer it looks, if clearly everywhere."""

    def run(self, pages: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        maps, ink = super().run(pages)
        seen = maps[0, 0] > 0
        maps[0, 0, seen] = 3 if self.level[0] <= 400 else 1
        return maps, ink


def test_a_finer_level_that_shows_nothing_more_clearly_is_left_out() -> None:
    texture = Texture(400, 300, np.array([[20.0, 40, 6, 9]]))
    assert len(texture.look(texture.page)) == len(level_sizes(400, 300))
    blurred = Blurred(400, 300, np.array([[20.3 + 11 * i, 40, 7, 10] for i in range(4)]))
    assert len(blurred.look(blurred.page)) == len(level_sizes(400, 300))


def test_one_digit_that_fills_a_tiny_picture_is_found_once() -> None:
    boxes = np.array([[4.0, 4.0, 20.0, 20.0]])
    assert equal(Oracle(28, 28, boxes).found(), boxes)


def test_ones_side_by_side_are_not_taken_for_one() -> None:
    boxes = np.array([[50.0 + 12 * i, 40, 3, 30] for i in range(5)])
    assert equal(Oracle(200, 120, boxes).found(), boxes)


def test_a_page_of_two_thousand_digits_is_found_whole() -> None:
    boxes = np.array([[20 + 28.0 * i, 25 + 38.0 * j, 18, 25] for i in range(50) for j in range(40)])
    assert equal(Oracle(1450, 1580, boxes).found(), boxes)


def kept(boxes: list[tuple[float, ...]], logits: list[float], levels: list[int]) -> list[int]:
    """Return which candidates remain, by the first logit of their classes."""
    n = len(boxes)
    score = np.array(logits, np.float32)
    classes = np.arange(n, dtype=np.float32)[:, None]
    part = Candidates(np.array(boxes, np.float32), score, score, classes, np.array(levels))
    return [int(value) for value in distinct([part], [score], [1.0, 2.0]).classes[:, 0]]


def test_a_one_is_not_found_twice_side_by_side() -> None:
    assert kept([(50, 40, 3, 30), (53.5, 40, 3, 30)], [2, 3], [0, 0]) == [1]
    assert kept([(50, 40, 3, 30), (62, 40, 3, 30)], [2, 3], [0, 0]) == [1, 0]


def test_the_loop_of_a_digit_is_no_digit_of_its_own() -> None:
    assert kept([(50, 40, 24, 40), (53, 42, 16, 17)], [3, 1], [0, 0]) == [0]


def test_at_equal_belief_the_finer_level_measures_the_box() -> None:
    assert kept([(50, 40, 20, 30), (51, 40, 20, 30)], [3, 3.1], [0, 1]) == [0]
    assert kept([(50, 40, 20, 30), (51, 40, 20, 30)], [0, 3], [0, 1]) == [1]


def test_other_characters_are_told_apart_from_digits() -> None:
    digits, others = np.array([[20.0, 20, 14, 20]]), np.array([[60.0, 20, 14, 20]])
    oracle = Oracle(120, 60, digits, others)
    found = oracle.find(oracle.page)
    assert equal(np.asarray(found.digits.boxes, np.float64), digits)
    assert equal(np.asarray(found.others.boxes, np.float64), others)
    everything = oracle.find(oracle.page, all_characters=True)
    assert equal(np.asarray(everything.digits.boxes, np.float64), np.concatenate([digits, others]))
    assert len(everything.others) == 0


def test_levels_end_where_the_whole_page_is_one_digit() -> None:
    for width, height in ((1, 1), (28, 28), (1, 9000), (400, 400), (4032, 3024), (300, 40)):
        sizes = level_sizes(width, height)
        assert min(map(min, sizes)) >= 1
        assert max(sizes[0]) <= 1600
        assert max(sizes[-1]) <= 46 or min(sizes[-1]) < 12
        assert all(abs(a[0] - 2 * b[0]) <= 2 for a, b in pairwise(sizes))


def test_polarity_is_a_sign() -> None:
    page = np.random.default_rng(0).integers(0, 256, (90, 70), np.uint8)
    assert np.allclose(normalise_contrast(page), -normalise_contrast(255 - page), atol=1e-3)


def test_contrast_is_the_same_in_light_and_in_shadow() -> None:
    page = np.full((100, 100), 100, np.uint8)
    page[40:60, 48:52] = 20
    lit = np.asarray(2 * page.astype(int) + 30, np.uint8)
    shadow, light = normalise_contrast(page), normalise_contrast(lit)
    assert abs(shadow[50, 50] / light[50, 50] - 1) < 0.25
    assert not normalise_contrast(np.full((64, 64), 9, np.uint8)).any()


def test_contrast_is_that_of_its_definition() -> None:
    page = np.random.default_rng(0).integers(0, 256, (60, 50), np.uint8)
    window = page[10:51, 5:46] / 255
    wanted = (page[30, 25] / 255 - window.mean()) / (window.std() + 0.03)
    assert normalise_contrast(page)[30, 25] == pytest.approx(wanted, abs=1e-4)


def drawn(ink: tuple[int, int, int], paper: tuple[int, int, int]) -> NDArray[np.uint8]:
    page = np.full((120, 160, 3), paper, np.uint8)
    cv2.putText(page, "4071", (10, 80), cv2.FONT_HERSHEY_SIMPLEX, 2, ink, 5)
    return page


def strokes() -> NDArray[np.uint8]:
    page = np.full((200, 300), 230, np.uint8)
    cv2.putText(page, "3705", (20, 130), cv2.FONT_HERSHEY_SIMPLEX, 2.0, 40, 4)
    return page


def blurred(page: NDArray[np.uint8], sigma: float) -> NDArray[np.uint8]:
    return np.asarray(cv2.GaussianBlur(page, (0, 0), sigma), np.uint8)


def test_only_blurred_ink_is_sharpened_and_the_more_the_blurrier() -> None:
    rng = np.random.default_rng(0)
    grain = rng.normal(0, 25, (200, 300))
    by = [sharpening(normalise_contrast(blurred(strokes(), sigma))) for sigma in (0.5, 1.2, 1.6, 3)]
    assert by[0] == 0 < by[1] < by[2] <= by[3] == MOST_SHARPENED
    for page in (np.full((200, 300), 230, np.uint8), np.clip(strokes() + grain, 0, 255)):
        assert sharpening(normalise_contrast(page.astype(np.uint8))) == 0
    assert sharpening(normalise_contrast(255 - blurred(strokes(), 3))) == by[3]


def test_colours_of_equal_luminance_are_told_apart() -> None:
    page = drawn((200, 60, 60), (60, 131, 60))
    assert np.ptp(cv2.cvtColor(page, cv2.COLOR_RGB2GRAY)) < 5
    assert np.ptp(to_grey(page)) > 100


def test_grey_is_luminance_where_luminance_tells() -> None:
    for page in (drawn((20, 30, 160), (250, 250, 250)), drawn((255, 255, 0), (20, 20, 60))):
        assert np.array_equal(to_grey(page), cv2.cvtColor(page, cv2.COLOR_RGB2GRAY))
    flat = np.full((30, 30, 3), 77, np.uint8)
    assert (to_grey(flat) == 77).all()


def finder_file(maps: int = 16) -> bytes:
    """Return an ONNX file that takes white squares of 16 pixels for digits."""
    weights = np.zeros((maps, 1, 20, 20), np.float32)
    weights[0, 0] = 6 / 400
    bias = np.zeros(maps, np.float32)
    bias[0], bias[1] = -3, -9
    nodes = [
        helper.make_node("Conv", ["pages", "w", "b"], ["maps"], strides=[4, 4], pads=[8, 8, 8, 8]),
        helper.make_node("Conv", ["pages", "v", "c"], ["ink"], strides=[2, 2]),
    ]
    graph = helper.make_graph(
        nodes,
        "finder",
        [helper.make_tensor_value_info("pages", TensorProto.FLOAT, ["n", 1, "h", "w"])],
        [
            helper.make_tensor_value_info("maps", TensorProto.FLOAT, ["n", maps, "h4", "w4"]),
            helper.make_tensor_value_info("ink", TensorProto.FLOAT, ["n", 1, "h2", "w2"]),
        ],
        [
            numpy_helper.from_array(values, name)
            for name, values in (
                ("w", weights),
                ("b", bias),
                ("v", np.full((1, 1, 2, 2), 1.5, np.float32)),
                ("c", np.full(1, -5, np.float32)),
            )
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    content = model.SerializeToString()
    onnx.checker.check_model(model)
    return bytes(content)


@pytest.mark.parametrize("copied", [False, True])
def test_a_file_finds_what_it_was_made_for(copied: bool) -> None:
    page = np.zeros((330, 347, 3), np.uint8)
    page[200:216, 100:116] = 255
    finder = Finder(finder_file(), threads=1)
    if copied:
        finder = pickle.loads(pickle.dumps(finder))
    found = finder.find(page)
    x, y, w, h = found.digits.boxes[0]
    assert (x + w / 2, y + h / 2) == pytest.approx((108, 208), abs=3)
    assert len(found.ink) == len(level_sizes(347, 330))
    ink = found.ink[0]
    column, row = (
        int(at * scale + margin)
        for at, scale, margin in zip((108, 208), ink.scale, ink.margin, strict=True)
    )
    assert ink.logits[row, column] > 1 > ink.logits[row - 12, column]


@pytest.mark.parametrize("shape", [(1, 1), (1, 2000), (900, 1), (2, 1600)])
def test_a_page_may_be_a_pixel_wide(shape: tuple[int, int]) -> None:
    page = np.random.default_rng(0).integers(0, 256, (*shape, 3), np.uint8)
    found = Finder(finder_file(), threads=1).find(page)
    assert found.images(page).shape == (len(found.digits), 28, 28)


def test_what_is_found_comes_as_an_image_of_a_digit() -> None:
    page = np.full((200, 200), 230, np.uint8)
    page[100:116, 80:96] = 10
    found = Finder(finder_file(), threads=1).find(255 - page)
    images = found.images(255 - page)
    assert np.array_equal(images, found.images(np.stack([255 - page] * 3, axis=2)))
    assert images.shape == (len(found.digits), 28, 28)
    assert (images[0, 8:20, 8:20] > 200).all()
    assert not images[0, :3].any()


@pytest.mark.parametrize("content", [b"", b"no model", finder_file(maps=6)])
def test_a_file_that_is_no_finder_is_named_so(content: bytes) -> None:
    with pytest.raises(ModelError, match="no finder that lenet made"):
        Finder(content)
