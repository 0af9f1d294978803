"""Whole drawn scenes and the truth about them."""

from collections import Counter
from dataclasses import replace

import cv2
import numpy as np
import pytest

from lenet.drawing.material import Handwriting, Material
from lenet.drawing.scenes import CUT, OTHER, SIDE, Scene, SceneMaker, camera, grounds
from lenet.drawing.scenes.block import LONGEST_SIDE, Block, Glyph, Layout, Writer
from lenet.drawing.scenes.layouts.clutter import CLUTTER
from lenet.drawing.scenes.layouts.forms import FORMS
from lenet.drawing.scenes.layouts.instruments import INSTRUMENTS
from lenet.drawing.scenes.layouts.rows import ROWS
from lenet.drawing.scenes.page import MOST_CHARACTERS, Content, Page, fill, scatter, show_through
from lenet.drawing.scenes.scene import KINDS, Studio, _framed, digit_height, mosaic
from lenet.drawing.scenes.small import padded, small_picture
from lenet.drawing.scenes.truth import Taken, characters, shrunk
from lenet.drawing.scenes.writers import WriterPool

COUNT = 120


def _material() -> Material:
    rng = np.random.default_rng(3)
    digits = np.zeros((20, 28, 28), np.uint8)
    for number, image in enumerate(digits):
        cv2.putText(image, str(number % 10), (6, 23), cv2.FONT_HERSHEY_SIMPLEX, 0.8, 255, 2)
    photos = tuple(rng.integers(0, 256, (90, 120), dtype=np.uint8) for _ in range(3))
    return Material(digits=digits, digit_labels=np.arange(20) % 10, photos=photos)


@pytest.fixture(scope="module")
def maker() -> SceneMaker:
    return SceneMaker(_material())


@pytest.fixture(scope="module")
def scenes(maker: SceneMaker) -> list[Scene]:
    return [maker.draw(5, index) for index in range(COUNT)]


def _equal(one: Scene, other: Scene) -> bool:
    return all(
        np.array_equal(getattr(one, name), getattr(other, name))
        for name in ("image", "ids", "characters")
    )


def test_the_same_seed_and_index_give_the_same_scene(
    maker: SceneMaker, scenes: list[Scene]
) -> None:
    another = SceneMaker(_material())
    for index in (17, 3, 101):
        assert _equal(another.draw(5, index), scenes[index])
    assert not _equal(maker.draw(6, 17), scenes[17])


def test_a_scene_has_the_promised_shapes_and_types(scenes: list[Scene]) -> None:
    for scene in scenes:
        assert scene.image.shape == (SIDE, SIDE)
        assert scene.image.dtype == np.uint8
        assert scene.ids.shape == (SIDE // 2, SIDE // 2)
        assert scene.ids.dtype == np.uint8
        assert scene.characters.shape[1] == 5
        assert scene.characters.dtype == np.int16
        assert len(scene.characters) <= MOST_CHARACTERS
        assert set(scene.characters[:, 0]) <= {*range(10), OTHER, CUT}
        assert scene.ids.max() <= len(scene.characters)


def test_boxes_enclose_the_ink_of_their_characters(scenes: list[Scene]) -> None:
    checked = 0
    for scene in scenes:
        for number, (_, x, y, w, h) in enumerate(scene.characters.tolist(), 1):
            rows, columns = np.nonzero(scene.ids == number)
            if not len(rows):  # all its squares belong to a neighbour that it touches
                continue
            box = [columns.min(), rows.min(), columns.max(), rows.max()]
            allowed = [x // 2, y // 2, (x + w - 1) // 2, (y + h - 1) // 2]
            assert (np.array(box[:2]) >= allowed[:2]).all()
            assert (np.array(box[2:]) <= allowed[2:]).all()
            checked += box == allowed
    assert checked > 0.95 * sum(len(scene.characters) for scene in scenes)


def test_every_kind_of_scene_occurs_as_often_as_it_should(maker: SceneMaker) -> None:
    seen = Counter(maker.kind(7, index) for index in range(2_000))
    for kind, weight in KINDS.items():
        assert seen[kind] == pytest.approx(2_000 * weight / sum(KINDS.values()), rel=0.4)


def test_about_a_sixth_of_the_scenes_has_no_digit(scenes: list[Scene]) -> None:
    without = sum(not (scene.characters[:, 0] < OTHER).any() for scene in scenes)
    assert 0.04 < without / COUNT < 0.25


def test_every_digit_and_most_of_their_sizes_occur(scenes: list[Scene]) -> None:
    rows = np.concatenate([scene.characters for scene in scenes])
    digits = rows[rows[:, 0] < OTHER]
    assert set(digits[:, 0]) == set(range(10))
    longer = digits[:, 3:].max(1)
    assert 0.5 < ((longer >= 13) & (longer <= 60)).mean() < 0.95
    assert longer.max() > 120


def test_scenes_are_drawn_without_any_material() -> None:
    maker = SceneMaker(Material())
    assert sum(len(maker.draw(2, index).characters) for index in range(30)) > 50


def test_heights_of_digits_reach_from_5_pixels_to_beyond_the_edge() -> None:
    rng = np.random.default_rng(1)
    heights = np.array([digit_height(rng) for _ in range(2_000)])
    assert heights.min() >= 5
    assert heights.max() > SIDE
    assert 0.7 < ((heights >= 13) & (heights <= 60)).mean() < 0.85


def _digit(height: int = 40, width: int = 24) -> Block:
    ink = np.full((height, width), 255, np.uint8)
    ink[8:-8, 8:-8] = 0
    block = Block()
    block.put("0", Glyph(ink, 0, 0, width), 0, 0)
    return block


def _written(x: int, y: int, block: Block | None = None) -> Page:
    drawing = (block or _digit()).render(margin=0)
    assert drawing is not None
    page = Page(np.full((100, 100), 255, np.float32))
    page.write(np.random.default_rng(0), drawing, x, y, 40)
    return page


def _taken(page: Page) -> Taken:
    image = np.clip(page.grey, 0, 255).astype(np.uint8)
    return Taken(image, page.ids, page.classes, [float(count) for count in page.inked])


def _classes(taken: Taken) -> list[int]:
    return [int(label) for label in characters(taken)[1][:, 0]]


def test_what_is_written_is_found_where_it_was_written() -> None:
    numbers, rows = characters(_taken(_written(30, 20)))
    assert numbers.tolist() == [1]
    assert rows.tolist() == [[0, 30, 20, 24, 40]]


def test_a_digit_that_ends_at_the_edge_is_whole() -> None:
    assert _classes(_taken(_written(0, 60))) == [0]


def test_a_digit_cut_off_by_the_edge_is_marked_as_cut() -> None:
    assert _classes(_taken(_written(-3, 30))) == [CUT]
    assert _classes(_taken(_written(30, 70))) == [CUT]


def test_a_digit_partly_covered_is_marked_as_cut() -> None:
    page = _written(30, 20)
    page.ids[20:40] = 0
    assert _classes(_taken(page)) == [CUT]


def test_a_digit_cut_off_by_the_padding_is_marked_as_cut() -> None:
    page = _written(30, 20)
    page.ids[:, :31] = 0
    taken = _taken(page)
    assert _classes(taken) == [0]
    assert _classes(replace(taken, frame=(31, 0, 100, 100))) == [CUT]


def test_a_digit_without_contrast_is_marked_as_cut() -> None:
    taken = _taken(_written(30, 20))
    faint = 200 + (taken.image // 255).astype(np.uint8)
    assert _classes(replace(taken, image=faint)) == [CUT]


def test_a_digit_of_which_half_has_vanished_is_marked_as_cut() -> None:
    taken = _taken(_written(30, 20))
    image = taken.image.copy()
    image[:42] = 255
    assert _classes(replace(taken, image=image)) == [CUT]


def test_a_digit_too_small_to_read_is_marked_as_cut() -> None:
    block = Block()
    block.put("7", Glyph(np.full((4, 3), 255, np.uint8), 0, 0, 3), 0, 0)
    assert _classes(_taken(_written(30, 20, block))) == [CUT]


@pytest.mark.parametrize(("turned", "label"), [(40, 0), (-47, 0), (60, CUT), (-200, CUT)])
def test_a_digit_that_lies_is_marked_as_cut(turned: float, label: int) -> None:
    assert _written(30, 20).upright(turned) == [label]


def test_a_sign_is_ignored_when_faint_but_not_when_cut_off() -> None:
    block = Block()
    block.put("A", Glyph(np.full((40, 24), 255, np.uint8), 0, 0, 24), 0, 0)
    taken = _taken(_written(-5, 30, block))
    assert _classes(taken) == [OTHER]
    assert _classes(replace(taken, image=np.full_like(taken.image, 200))) == [CUT]


def test_squares_of_ink_count_only_the_characters_that_are_kept() -> None:
    ids = np.zeros((6, 6), np.int32)
    ids[0, 1], ids[4:, 4:], ids[2, 0] = 3, 7, 5
    squares = shrunk(ids, np.array([3, 7], np.int32))
    assert squares.tolist() == [[1, 0, 0], [0, 0, 0], [0, 0, 2]]


def test_a_picture_is_padded_with_the_colour_of_its_border() -> None:
    image = np.full((10, 12), 90, np.uint8)
    image[3:7, 4:8] = 255
    taken = padded(np.random.default_rng(2), Taken(image, (image > 90).astype(np.int32)), 40)
    x0, y0, x1, y1 = taken.frame
    assert (taken.image[y0:y1, x0:x1] == image).all()
    assert (taken.image == 90).sum() == 40 * 40 - 16
    assert np.array_equal(taken.ids > 0, taken.image == 255)


def test_a_frame_keeps_what_was_padding_before() -> None:
    before = Taken(np.zeros((SIDE, SIDE), np.uint8), np.zeros((SIDE, SIDE), np.int32))
    before.frame = (90, 5, 200, 250)
    for seed in range(20):
        left, top, right, bottom = _framed(np.random.default_rng(seed), before).frame
        assert left >= 90
        assert top >= 5
        assert right <= 200
        assert bottom <= 250


def test_a_mosaic_shows_only_the_characters_that_its_truth_holds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def small(_rng: object, _studio: object, side: int) -> Taken:
        ids = np.zeros((side, side), np.int32)
        ids[: side // 2, : side // 2] = 100
        image = np.where(ids, np.uint8(255), np.uint8(0))
        return Taken(image, ids, [7] * 100, [float((ids > 0).sum())] * 100)

    monkeypatch.setattr("lenet.drawing.scenes.scene._small", small)
    rng = np.random.default_rng(1)
    taken = mosaic(rng, Studio(Material(), WriterPool(Material(), rng), 20, has_digits=True))
    assert len(taken.classes) == 200
    assert ((taken.image > 0) == (taken.ids > 0)).all()


@pytest.mark.parametrize("step", [*(camera.SCAN | camera.SNAPSHOT)])
@pytest.mark.parametrize("contrast", [20.0, 250.0])
def test_no_step_of_the_camera_loses_the_picture(step: camera.Step, contrast: float) -> None:
    for seed in range(6):
        page = np.full((80, 90), 220, np.float32)
        page[20:60, 30:60] = 220 - min(contrast, 220)
        ids = (page < 210).astype(np.int32)
        photo = camera.Photo(page, ids, 40.0, contrast)
        step(np.random.default_rng(seed), photo)
        assert photo.grey.shape == photo.ids.shape == (80, 90)
        assert np.isfinite(photo.grey).all()
        assert (photo.ids > 0).sum() > 300
        if step is not camera.light or contrast > 100:  # a shadow may be darker than pale ink
            assert photo.grey[photo.ids > 0].mean() < photo.grey[photo.ids == 0].mean()


def test_a_page_that_is_held_fills_the_picture() -> None:
    rng = np.random.default_rng(4)
    for _ in range(50):
        corners = camera.held(rng, (300, 280), 256)
        assert grounds.polygon((256, 256), corners).min() > 0.99


def test_ink_moves_with_the_page_it_is_written_on() -> None:
    page = _written(30, 20)
    photo = camera.Photo(np.full((256, 256), 255, np.float32), np.zeros((256, 256), np.int32), 9, 9)
    corners = np.array([[50, 40], [250, 50], [240, 230], [60, 240]], float)
    rng = np.random.default_rng(1)
    camera.lay_down(rng, photo, (page.grey, page.ids), corners, corners)
    inked = photo.ids > 0
    assert inked.sum() > 1_000
    assert photo.grey[inked].mean() < photo.grey[~inked].mean() - 100


@pytest.mark.parametrize("ground", [0.0, 30.0, 100.0, 128.0, 200.0, 255.0])
def test_ink_can_be_told_from_any_ground(ground: float) -> None:
    rng = np.random.default_rng(8)
    levels = np.array([grounds.ink_level(rng, ground, 2) for _ in range(500)])
    assert (np.abs(levels - ground) >= grounds.LEAST_CONTRAST - 1e-6).all()
    assert ((levels >= 0) & (levels <= 255)).all()
    assert (np.abs(levels - ground) < 50).any()


@pytest.mark.parametrize("name", grounds.TEXTURES)
def test_a_texture_has_mean_0_and_variance_1(name: str) -> None:
    texture = grounds.TEXTURES[name]()
    assert texture.shape == (grounds.BANK_SIDE, grounds.BANK_SIDE)
    assert abs(texture.mean()) < 0.2
    assert texture.std() == pytest.approx(1, abs=0.05)


@pytest.mark.parametrize("photos", [(), (np.full((9, 9), 100, np.uint8),)])
def test_surfaces_are_grey_and_differ(photos: tuple[np.ndarray, ...]) -> None:
    rng = np.random.default_rng(2)
    surfaces = [grounds.surface(rng, (50, 60), photos) for _ in range(60)]
    assert all(grey.min() >= 0 and grey.max() <= 255 for grey in surfaces)
    assert len({round(float(grey.mean())) for grey in surfaces}) > 20


def test_papers_are_of_every_grey_and_mostly_light() -> None:
    rng = np.random.default_rng(9)
    levels = np.array([np.median(grounds.paper(rng, (64, 64), 20)) for _ in range(300)])
    assert 0.5 < (levels > 170).mean() < 0.8
    assert ((levels > 80) & (levels < 170)).any()
    assert (levels < 60).any()


def test_a_panel_changes_the_ground_inside_its_outline_alone() -> None:
    for seed in range(20):
        grey = np.full((80, 80), 200, np.float32)
        outline = np.array([[30, 30], [50, 30], [50, 50], [30, 50]], float)
        grounds.lay_panel(np.random.default_rng(seed), grey, outline, 20)
        assert abs(grey[40, 40] - 20) < 60
        assert grey[2, 2] == 200
    grounds.lay_panel(np.random.default_rng(0), grey, outline + 500, 20)
    assert grey[79, 79] == 200


def test_a_torn_sheet_keeps_its_corners() -> None:
    outline = np.array([[0, 0], [100, 0], [100, 80], [0, 80]], float)
    torn = grounds.torn(np.random.default_rng(1), outline)
    assert len(torn) > 20
    for corner in outline:
        assert np.abs(torn - corner).sum(1).min() < 1e-6


def test_an_empty_or_endless_block_is_not_drawn() -> None:
    block = Block()
    assert block.render() is None
    assert np.array_equal(block.bounds(), np.zeros((2, 2)))
    block.line(np.array([[0, 0], [LONGEST_SIDE + 1, 0]], float), 2)
    block.fill(np.array([[0, 0], [9, 0], [0, LONGEST_SIDE + 1]], float), 1)
    assert not block
    block.mark(np.full((1, LONGEST_SIDE + 1), 255, np.uint8), 0, 0)
    assert block.render() is None
    apart = _digit()
    apart.append(apart, LONGEST_SIDE, 0)
    assert apart.render() is None


class _Mute:
    """A writer who knows no character."""

    def __init__(self, height: float) -> None:
        self.height = height

    def glyph(self, _character: str, /) -> Glyph | None:
        return None

    def gap(self) -> float:
        return 0.0


class _Silent(WriterPool):
    """Writers who know no character."""

    def any(self, height: float) -> Writer:
        return _Mute(height)


def test_a_small_picture_stays_empty_when_nobody_can_write() -> None:
    rng = np.random.default_rng(4)
    content = Content({_Nothing.block: 1}, {_Nothing.block: 1}, _Silent(Material(), rng), 20)
    for _ in range(8):
        taken = small_picture(rng, Material(), content, 50, has_digits=True)
        assert taken.image.shape == (50, 50)
        assert not taken.ids.any()


class _Nothing:
    """Layouts that come out empty."""

    @staticmethod
    def block(_rng: np.random.Generator, _height: float, _writers: object) -> Block:
        return Block()


def test_a_page_stays_empty_when_its_layouts_draw_nothing() -> None:
    rng = np.random.default_rng(1)
    content = Content({_Nothing.block: 1}, {_Nothing.block: 1}, WriterPool(Material(), rng), 20)
    for write in (fill, show_through):
        page = Page(np.full((60, 60), 200, np.float32))
        write(rng, page, content)
        assert (page.grey == 200).all()
        assert not page.classes
    page = Page(np.full((60, 60), 200, np.float32))
    scatter(rng, page, content, 3)
    assert not page.classes


def test_blocks_do_not_overlap() -> None:
    rng = np.random.default_rng(3)
    for _ in range(10):
        page = Page(np.full((200, 200), 255, np.float32))
        layouts = {lambda _rng, height, _writers: _digit(int(height), int(height)): 1.0}
        content = Content(layouts, layouts, WriterPool(Material(), rng), 30)
        scatter(rng, page, content, 6)
        assert len(page.classes) > 2
        counts = np.bincount(page.ids.ravel(), minlength=len(page.classes) + 1)[1:]
        inside = [
            count for number, count in enumerate(counts, 1) if not _touches(page.ids == number)
        ]
        full = [
            page.inked[number - 1]
            for number in range(1, len(counts) + 1)
            if not _touches(page.ids == number)
        ]
        assert inside == full


def _touches(mask: np.ndarray) -> bool:
    return bool(mask[[0, -1]].any() or mask[:, [0, -1]].any())


def test_a_full_page_holds_no_more_characters_than_fit_in_a_byte() -> None:
    rng = np.random.default_rng(5)
    layouts = {lambda _rng, _height, _writers: _digit(18, 17): 1.0}
    content = Content(layouts, layouts, WriterPool(Material(), rng), 8)
    page = Page(np.full((600, 600), 255, np.float32))
    fill(rng, page, content)
    assert MOST_CHARACTERS - 25 < len(page.classes) <= MOST_CHARACTERS


def test_pen_strokes_handed_in_are_drawn_along() -> None:
    stroke = np.array([[0, 0], [0.4, 0], [0.2, 1]], np.float32)
    count = 40
    handwriting = Handwriting(
        np.array([*"0123456789"] * 4),
        np.zeros(count, np.int64),
        np.arange(count + 1),
        np.arange(count + 1) * 3,
        np.tile(stroke, (count, 1)),
    )
    with_hands, without = SceneMaker(Material(handwriting)), SceneMaker(Material())
    assert any(not _equal(with_hands.draw(1, i), without.draw(1, i)) for i in range(40))


@pytest.mark.parametrize("height", [3.0, 400.0])
@pytest.mark.parametrize(
    "layout",
    [*ROWS, *FORMS, *INSTRUMENTS, *CLUTTER],
    ids=lambda layout: getattr(layout, "__name__", ""),
)
def test_a_layout_copes_with_any_height(layout: Layout, height: float) -> None:
    rng = np.random.default_rng(int(height))
    layout(rng, height, WriterPool(Material(), rng)).render()
