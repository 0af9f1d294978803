"""Drawn and printed digits, non-digits and pages."""

import hashlib
import re

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from lenet import datasets, drawing
from lenet.drawing import digits, nondigits, pen, printing
from lenet.drawing.crops import crude, draw, littered
from lenet.drawing.digits import drawings
from lenet.drawing.doodles import DOODLES, bulk
from lenet.drawing.letters import LETTERS, SIGNS
from lenet.drawing.nondigits import KINDS, draw_kind
from lenet.drawing.pages import PAPERS
from lenet.drawing.pen import TOOLS
from lenet.drawing.strokes import Style, write
from lenet.drawing.styles import STYLES
from lenet.errors import UsageError
from lenet.picture import normalise
from lenet.reader import Reader

Images = NDArray[np.uint8]
RNG = np.random.default_rng(0)  # for tools that need no randomness


@pytest.fixture(scope="module")
def drawn() -> tuple[Images, NDArray[np.int64]]:
    return drawing.draw_digits(1_000, 5)


@pytest.fixture(scope="module")
def judge() -> Reader:
    """A network trained on MNIST alone, which has never seen drawn digits."""
    return Reader("lenet5")


def images_of(style: Style, n: int, seed: int) -> Images:
    rng = np.random.default_rng(seed)
    lines = write(style, n, rng)
    drawings = [[line[k] for line in lines] for k in range(n)]
    return np.stack([normalise(draw(each, style.thickest, rng)) for each in drawings])


def digest(images: Images) -> str:
    return hashlib.sha256(images.tobytes()).hexdigest()


# --- reproducibility ----------------------------------------------------


def test_equal_seeds_draw_equal_images_and_other_seeds_others() -> None:
    for make in (drawing.draw_digits, drawing.print_digits):
        (images, labels), (again, same), (other, _) = make(60, 3), make(60, 3), make(60, 4)
        assert np.array_equal(images, again)
        assert np.array_equal(labels, same)
        assert not np.array_equal(images, other)
    first, again, other = (drawing.draw_nondigits(60, seed) for seed in (3, 3, 4))
    assert digest(first) == digest(again) != digest(other)


def test_drawing_does_not_depend_on_earlier_calls() -> None:
    before = drawing.print_digits(40, 1)[0]
    drawing.draw_nondigits(40, 9)
    drawing.print_digits(7, 2)
    assert np.array_equal(before, drawing.print_digits(40, 1)[0])


@pytest.mark.parametrize("make", [drawing.draw_digits, drawing.print_digits])
def test_digits_are_balanced_and_shuffled(make) -> None:  # type: ignore[no-untyped-def]
    images, labels = make(203, 1)
    counts = np.bincount(labels)
    assert (images.dtype, images.shape) == (np.uint8, (203, 28, 28))
    assert labels.dtype == np.int64
    assert set(counts) == {20, 21}
    assert len(set(labels[:20])) > 5


# --- drawn digits -------------------------------------------------------------------------------


def test_drawn_digits_look_like_those_of_mnist(drawn: tuple[Images, NDArray[np.int64]]) -> None:
    images = drawn[0].astype(float)
    assert 22 < images.mean() < 38  # MNIST: 33; photos of thin pens: 25
    grid = np.arange(28)
    mass = images.sum((1, 2))
    assert (mass > 0).all()
    for axis in (1, 2):
        centre = (images.sum(3 - axis) @ grid) / mass
        assert abs(centre.mean() - 14) < 0.2  # centred by mass, like MNIST
        assert np.percentile(abs(centre - 14), 80) < 0.6
    rows, columns = images.max(2) > 25, images.max(1) > 25
    longer = np.maximum(rows.sum(1), columns.sum(1))
    assert np.median(longer) == 20  # in a box of 20×20
    assert (abs(longer - 20) <= 1).mean() > 0.75


@pytest.mark.parametrize(
    ("digit", "style"),
    [(digit, style) for digit, styles in STYLES.items() for style in styles],
    ids=lambda value: value.name if isinstance(value, Style) else str(value),
)
def test_every_style_is_drawn(digit: int, style: Style) -> None:
    assert style.weight > 0
    images = images_of(style, 12, digit)
    assert (images.max((1, 2)) > 100).all()
    assert len({image.tobytes() for image in images}) == 12  # all handwritings differ
    ink = (images > 80).mean((1, 2))
    assert (ink > 0.015).all()
    assert (ink < 0.5).all()


@pytest.mark.parametrize("digit", range(10))
def test_a_network_trained_on_mnist_reads_most_plain_drawings(digit: int, judge: Reader) -> None:
    flagged = {
        "flag",
        "flat flag",
        "wide flag",
        "long flag",
        "caret",
        "flag apart",
        "round flag",
        "slashed",
        "slashed inside",
    }
    images = np.concatenate(
        [
            images_of(style, 20, 10 * digit + i)
            for i, style in enumerate(STYLES[digit])
            if style.name not in flagged
        ]
    )
    answers = judge.classifier.logits(images).argmax(1)
    assert (answers == digit).mean() > 0.9


def test_the_flag_of_a_1_is_steep_and_the_bar_of_a_7_is_flat() -> None:
    rng = np.random.default_rng(0)

    def fall(style: Style) -> NDArray[np.float64]:
        stroke = write(style, 400, rng)[0]
        corner = np.argmin(stroke[:, :, 1] - stroke[:, :, 0], 1)  # the upper right corner
        start, top = stroke[:, 0], stroke[np.arange(400), corner]
        rise = np.arctan2(start[:, 1] - top[:, 1], top[:, 0] - start[:, 0])
        return np.asarray(np.degrees(rise))

    one = {style.name: style for style in STYLES[1]}
    seven = {style.name: style for style in STYLES[7]}
    assert np.percentile(fall(one["flag"]), 5) > 25
    assert np.percentile(fall(one["long flag"]), 5) > 40
    assert np.percentile(fall(seven["plain"]), 95) < 22
    flat, bar = fall(one["flat flag"]), fall(seven["upright"])
    assert 15 < np.percentile(flat, 5) < np.median(flat) < 35
    assert np.percentile(flat, 10) > np.percentile(bar, 90)  # so they can be distinguished


def test_the_flattest_flags_of_a_1_are_shorter_than_the_bar_of_a_7() -> None:
    rng = np.random.default_rng(1)
    one = {style.name: style for style in STYLES[1]}["flat flag"]
    seven = {style.name: style for style in STYLES[7]}["upright"]

    def breadth(style: Style) -> float:
        stroke = write(style, 400, rng)[0]
        return float(np.median(np.ptp(stroke[:, :, 0], axis=1)))

    assert breadth(one) < 0.8 * breadth(seven)


def holes(ink: Images) -> int:
    """Count the regions of paper enclosed by ink."""
    paper = np.pad(np.asarray(ink < 60, np.uint8), 1, constant_values=1)
    sizes = cv2.connectedComponentsWithStats(paper, connectivity=4)[2][1:, cv2.CC_STAT_AREA]
    return int((sizes > 5).sum()) - 1


def thin(style: Style, n: int, seed: int) -> list[Images]:
    lines = write(style, n, np.random.default_rng(seed))
    return [
        pen.pen(np.zeros((130, 130), np.uint8), [15 + 100 * line[k] for line in lines], 8.0, RNG)
        for k in range(n)
    ]


def test_a_6_closes_its_loop_and_a_5_leaves_its_bowl_open() -> None:
    closed = [style for style in STYLES[6] if style.name not in {"open loop", "spiral"}]
    for style in closed:
        assert np.mean([holes(ink) for ink in thin(style, 60, 1)]) > 0.9, style.name
    for style in STYLES[5]:
        assert np.mean([holes(ink) for ink in thin(style, 200, 2)]) < 0.01, style.name


def test_a_1_with_a_wide_flag_is_as_wide_as_high_with_an_upright_stem() -> None:
    style = {style.name: style for style in STYLES[1]}["wide flag"]
    stroke = write(style, 400, np.random.default_rng(2))[0]
    across, down = np.ptp(stroke, axis=1).T
    assert 0.6 < np.median(across / down) < 1.2
    assert (across / down > 0.9).mean() > 0.15
    stem = stroke[:, -1] - stroke[np.arange(400), stroke[:, :, 1].argmin(1)]
    assert np.percentile(abs(stem[:, 0] / stem[:, 1]), 90) < 0.35


def test_an_open_4_has_no_hole_and_two_separate_arms() -> None:
    for style in STYLES[4]:
        if style.name.startswith("open") or style.name in {"sharp", "short bar"}:
            inks = thin(style, 60, 5)
            assert np.mean([holes(ink) for ink in inks]) < 0.1, style.name
            if style.name != "sharp":  # its right arm starts at the bar
                runs = [int(np.diff(ink[40] > 100).sum()) for ink in inks]  # a quarter down
                assert np.mean([run == 4 for run in runs]) > 0.7, style.name  # two arms


def test_small_loops_of_9_and_6_are_closed_and_a_third_of_the_height() -> None:
    for digit, name in ((9, "small loop"), (6, "tiny loop")):
        style = {style.name: style for style in STYLES[digit]}[name]
        heights = []
        for ink in thin(style, 60, 6):
            paper = np.pad(np.asarray(ink < 60, np.uint8), 1, constant_values=1)
            boxes = cv2.connectedComponentsWithStats(paper, connectivity=4)[2]
            inside = boxes[1:][boxes[1:, cv2.CC_STAT_LEFT] > 0]
            heights.append(max(inside[:, cv2.CC_STAT_HEIGHT], default=0))
        assert np.percentile(heights, 15) > 5, name  # closed
        assert np.median(heights) < 33, name  # of a digit 100 high


@pytest.mark.parametrize("digit", range(10))
def test_every_style_is_frequent_enough_to_be_learnt(digit: int) -> None:
    weights = np.array([style.weight for style in STYLES[digit]])
    shares = weights / weights.sum()
    assert shares.min() > 0.015  # 150 of 100,000 drawn digits
    assert shares.max() < 0.4


@pytest.mark.parametrize("style", STYLES[5], ids=lambda style: style.name)
def test_the_bowl_of_a_5_stays_open_even_with_the_thickest_pen(
    style: Style,
) -> None:
    stroke = write(style, 300, np.random.default_rng(3))[0]
    first = stroke[:, : stroke.shape[1] // 2]  # bar, neck and shoulder
    gaps = np.linalg.norm(first - stroke[:, -1:], axis=2).min(1) - style.thickest
    bowls = 0.55 * np.ptp(stroke[:, :, 1], axis=1)
    assert (gaps > 0.25 * bowls).mean() > 0.98


def test_crude_1s_are_wide_bars_and_other_digits_stay_wider() -> None:
    rng = np.random.default_rng(4)

    def breadths(digit: int) -> NDArray[np.float64]:
        part = drawings(np.full(300, digit), rng)
        images = [crude(lines, style, digit == 1, rng) for lines, style in part]
        assert min(image.max() for image in images) > 100
        boxes = [cv2.boundingRect(np.asarray(image > 80, np.uint8)) for image in images]
        return np.array([w / h for _, _, w, h in boxes])

    assert (breadths(1) > 0.3).mean() > 0.8
    assert np.median(breadths(1)) < 0.7
    assert np.percentile(breadths(7), 2) > 0.4
    eights = breadths(8)
    assert np.percentile(eights, 95) >= 1.0 > 0.65 > np.percentile(eights, 5)  # stretched both ways


def test_a_small_share_of_the_1s_is_crude() -> None:
    images, labels = drawing.draw_digits(4_000, 5)
    ink = (images > 128).mean((1, 2))
    fat = ink[labels == 1] > 0.17  # a bar of 20 by 7 pixels
    assert 0.01 < fat.mean() < 0.2


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.__name__)
def test_every_pen_leaves_ink_along_the_stroke(tool) -> None:  # type: ignore[no-untyped-def]
    line = np.stack([np.linspace(10, 70, 30), np.full(30, 20.0)], 1)
    ink = tool(np.zeros((40, 80), np.uint8), [line], 6.0, np.random.default_rng(1))
    assert ink[14:27, 12:68].max(0).mean() > 100
    assert ink[:10].max() == ink[32:].max() == 0


def test_a_fading_pen_gets_pale_and_a_worn_pen_leaves_gaps() -> None:
    line = np.stack([np.linspace(10, 190, 60), np.full(60, 20.0)], 1)

    def along(tool: pen.Tool) -> Images:
        inks = [
            tool(np.zeros((40, 200), np.uint8), [line], 5.0, np.random.default_rng(seed))
            for seed in range(20)
        ]
        return np.asarray([ink[:, 12:188].max(0) for ink in inks])

    assert along(pen.worn).min() == 0
    pale = along(pen.fading).min(1)
    assert pale.min() > 60
    assert np.median(pale) < 150


def test_ruled_lines_never_cross_the_middle_of_a_digit() -> None:
    rng = np.random.default_rng(0)
    blank = np.zeros((60, 40), np.uint8)
    images = [littered(blank, rng) for _ in range(400)]
    lined = [image for image in images if image.shape == blank.shape and image.any()]
    assert len(lined) > 150
    assert max(image[21:39].max() for image in lined) == 0


# --- printed digits ------------------------------------------------------------------------------


def test_every_font_has_all_digits_and_they_differ() -> None:
    assert len(printing.fonts()) >= 25
    for font in printing.fonts():
        glyphs = {printing.glyph(font, digit).tobytes() for digit in printing.DIGITS}
        assert len(glyphs) == 10, font.name
        assert all(printing.glyph(font, digit).any() for digit in printing.DIGITS), font.name


def test_every_font_is_listed_with_a_licence_in_the_folder() -> None:
    listed = dict(
        re.findall(
            r"^\| `([\w.-]+)` \|.*\| (OFL-1\.1|Apache-2\.0|public domain) \| <https?://.*$",
            (printing.FONTS / "README.md").read_text("utf-8"),
            re.MULTILINE,
        )
    )
    files = {font.name for font in printing.fonts()}
    assert set(listed) == files
    for licence in set(listed.values()) - {"public domain"}:
        assert len((printing.FONTS / f"{licence}.txt").read_text("utf-8")) > 3_000
    assert sum(file.stat().st_size for file in printing.FONTS.iterdir()) < 600_000


def test_fonts_do_not_carry_reserved_names() -> None:
    for font in printing.fonts():
        family, _ = printing._face(font).getname()
        assert family == f"lenet {font.stem}"


def test_a_network_trained_on_mnist_reads_most_printed_digits(judge: Reader) -> None:
    images, labels = drawing.print_digits(1_000, 3)
    assert (judge.classifier.logits(images).argmax(1) == labels).mean() > 0.85


# --- non-digits ----------------------------------------------------------------------------


def test_characters_that_look_like_digits_are_not_among_the_non_digits() -> None:
    forbidden = set("0123456789oOQDIil|/sSzZbBgGqЗзОоЧчбΟοΙοθΦφ")
    letters = printing.LATIN + printing.GREEK + printing.CYRILLIC + printing.SIGNS
    assert not forbidden & set(letters + printing.KANA + printing.HAN)
    assert not forbidden & {style.name.split()[0] for style in LETTERS}


def test_a_third_of_the_non_digits_are_letters_in_many_forms() -> None:
    share = KINDS["drawn letters"].weight / sum(kind.weight for kind in KINDS.values())
    assert 0.33 < share < 0.42
    names = {style.name.split()[0] for style in LETTERS}
    assert set("acdefhkmnprtuvwxyACEFHJKLMNPRTUVWXY") < names
    assert {"alpha", "gamma", "lambda", "pi", "mu", "theta", "psi", "omega", "phi", "xi"} < names
    assert {"eta", "rho", "tau", "kappa", "Gamma", "Pi", "Tse", "Yu"} < names
    assert len(LETTERS) > 3 * len(names)


def test_letters_most_similar_to_digits_have_the_most_forms() -> None:
    forms = [style.name.split()[0] for style in LETTERS]
    assert min(map(forms.count, ("y", "gamma", "k", "L"))) >= 7


def test_the_tail_of_a_y_slants_more_than_the_stem_of_an_open_4() -> None:
    def lean(style: Style) -> float:
        stroke = write(style, 300, np.random.default_rng(8))[1]
        top, low = stroke[:, 0], stroke[:, -1]
        return float(np.median((top - low)[:, 0] / (low - top)[:, 1]))

    tails = [style for style in LETTERS if style.name.split()[0] == "y"]
    tails = [style for style in tails if len(write(style, 1, RNG)) == 2]
    stems = [style for style in STYLES[4] if style.name in {"open", "open, round", "open, square"}]
    assert len(tails) >= 4
    assert min(map(lean, tails)) > 2 * max(map(lean, stems))


def test_a_share_of_drawn_letters_and_digits_are_crude_bitmaps(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mark = np.full((28, 28), 255, np.uint8)
    for room in (nondigits, digits):
        monkeypatch.setattr(room, "crude", lambda *_: mark)
    letters = draw_kind("drawn letters", 1_000, np.random.default_rng(9))
    drawn, _ = drawing.draw_digits(1_000, 9)
    assert 0.04 < (letters == 255).all((1, 2)).mean() < 0.1
    monkeypatch.setattr(
        nondigits, "bar_like", lambda _: True
    )  # every crude letter could be a fat 1
    letters = draw_kind("drawn letters", 1_000, np.random.default_rng(9))
    assert not (letters == 255).all((1, 2)).any()
    assert 0.06 < (drawn == 255).all((1, 2)).mean() < 0.14


def test_the_bar_of_a_theta_is_flatter_than_the_slash_of_a_0() -> None:
    def slope(stroke: NDArray[np.float64]) -> NDArray[np.float64]:
        across, down = (stroke[:, -1] - stroke[:, 0]).T
        return np.asarray(np.abs(down / across))

    rng = np.random.default_rng(0)
    bars = [write(style, 200, rng)[1] for style in LETTERS if style.name.startswith("theta")]
    slashes = [write(style, 200, rng)[1] for style in STYLES[0] if "slashed" in style.name]
    steepest = max(np.percentile(slope(bar), 98) for bar in bars)
    assert steepest < 0.6 < min(np.percentile(slope(slash), 5) for slash in slashes)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_non_digit_gives_varied_images(kind: str) -> None:
    images = draw_kind(kind, 30, np.random.default_rng(2))
    assert images.dtype == np.uint8
    assert images.shape == (30, 28, 28)
    assert (images.max((1, 2)) > 20).all()
    assert len({image.tobytes() for image in images}) > 20


def test_non_digits_have_over_200_distinct_forms() -> None:
    assert len(KINDS) + len(LETTERS) + len(SIGNS) + len(DOODLES) > 200
    names = [style.name for style in (*LETTERS, *SIGNS, *DOODLES)]
    assert len(set(names)) == len(names)


def test_no_texture_could_be_a_fat_1() -> None:
    bar = np.zeros((28, 28), np.uint8)
    bar[4:24, 9:19] = 255
    breadth, fullness = bulk(bar)
    assert 0.45 < breadth < 0.55
    assert fullness == 1
    for image in draw_kind("textures", 300, np.random.default_rng(6)):
        breadth, fullness = bulk(image)
        assert breadth > 0.75 or fullness < 0.72


@pytest.mark.parametrize("kind", ["cut letters", "cut digits", "decorated Latin letters"])
def test_cut_and_decorated_characters_are_wider_than_a_1(kind: str) -> None:
    for image in draw_kind(kind, 100, np.random.default_rng(7)):
        assert bulk(image)[0] > 0.4


# --- whole pictures ------------------------------------------------------------------------------


@pytest.mark.parametrize("paper", PAPERS)
def test_pages_on_every_paper_have_ink_in_the_box_of_each_digit(paper: str) -> None:
    page = drawing.draw_picture("735/426", np.random.default_rng(1), paper=paper, height=60)
    assert (page.text, page.paper) == ("735\n426", paper)
    assert page.pixels.dtype == np.uint8
    h, w, channels = page.pixels.shape
    assert channels == 3
    assert len(page.boxes) == 6
    for x, y, wide, high in page.boxes:
        assert 0 <= x < x + wide <= w
        assert 0 <= y < y + high <= h
        assert 25 < max(wide, high) < 90
        inside = page.pixels[y : y + high, x : x + wide].astype(int)
        assert np.ptp(inside.mean(2)) > 40  # there is ink
    xs = [x for x, _, _, _ in page.boxes]
    assert xs == sorted(xs[:3]) + sorted(xs[3:])  # in reading order
    assert max(y + high for _, y, _, high in page.boxes[:3]) < max(y for _, y, _, _ in page.boxes)


def test_a_page_is_the_same_for_the_same_seed() -> None:
    pages = [drawing.draw_picture("1904", np.random.default_rng(seed)) for seed in (4, 4, 5)]
    assert digest(pages[0].pixels) == digest(pages[1].pixels) != digest(pages[2].pixels)


def test_signs_are_drawn_but_not_listed_as_digits() -> None:
    page = drawing.draw_picture("12+7=19", np.random.default_rng(3), paper="white", tool="pen")
    assert page.text == "12719"
    assert len(page.boxes) == 5
    ink = page.pixels.mean(2) < 128
    for x, y, w, h in page.boxes:
        ink[y : y + h, x : x + w] = False
    assert ink.sum() > 100


def test_a_page_has_one_handwriting() -> None:
    def breadths(text: str, seeds: range) -> list[list[float]]:
        pages = [drawing.draw_picture(text, np.random.default_rng(seed)) for seed in seeds]
        return [[w / h for _, _, w, h in page.boxes] for page in pages]

    together = np.mean([np.std(page) for page in breadths("00000000", range(8))])
    assert together < 0.75 * np.std(breadths("0", range(40)))


@pytest.mark.parametrize("text", ["", "12/", "1a", "１２", "+", "1/+"])
def test_text_without_digits_in_each_row_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not rows of digits"):
        drawing.draw_picture(text, np.random.default_rng(0))


# --- as datasets ---------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["drawn", "printed"])
def test_drawn_and_printed_digits_are_sources_of_data(kind: str) -> None:
    splits = datasets.load(f"{kind}:50")
    assert (len(splits.train), len(splits.test)) == (50, 5)
    assert splits.train.classes == tuple("0123456789")
    assert splits.train.name == f"{kind}:50"
    assert splits.train.digest == datasets.load(f"{kind}:50").train.digest
    shown = {image.tobytes() for image in splits.train.images}
    assert not shown & {image.tobytes() for image in splits.test.images}


def test_non_digits_are_a_source_with_one_class() -> None:
    splits = datasets.load("nondigits:20")
    assert splits.train.classes == splits.test.classes == ("none",)
    assert (len(splits.train), len(splits.test), splits.train.labels.max()) == (20, 2, 0)


@pytest.mark.parametrize("count", ["0", "x", "-3", "1.5", "10000001", "9" * 30, "１２"])
def test_an_invalid_number_of_images_is_refused(count: str) -> None:
    with pytest.raises(UsageError) as error:
        datasets.load(f"drawn:{count}")
    assert str(error.value) == (
        f"drawn:{count} names no number of images: "
        "give a whole number from 1 to 10,000,000, as in drawn:60000"
    )
