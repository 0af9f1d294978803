"""The characters of drawn scenes: hands, fonts, displays, signs and texts."""

import re
import string
from collections import Counter
from collections.abc import Callable, Iterator

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from lenet.drawing import printing
from lenet.drawing.material import Handwriting, Material
from lenet.drawing.scenes import alphabets, machines, signs, texts, writers
from lenet.drawing.scenes.block import DIGITS, OTHER, Block, Glyph, Writer

Rng = np.random.Generator
Mask = NDArray[np.bool_]
HEIGHT = 40.0
# Shapes that no drawn style has: person 0 writes digits as a sawtooth, person 1 as a staircase.
SAWTOOTH = [(0.1 * i, float(i % 2)) for i in range(7)]
STAIRCASE = [(0.3 * (i // 2), (i + 1) // 2 / 4) for i in range(8)]


def _handwriting(people: dict[int, str], shapes: list[list[tuple[float, float]]]) -> Handwriting:
    """Return what each person wrote: the characters given, all in the same shape."""
    labels = [(label, person) for person, wrote in people.items() for label in wrote]
    strokes = [np.array(shapes[person], np.float32) for _, person in labels]
    return Handwriting(
        np.array([label for label, _ in labels]),
        np.array([person for _, person in labels], np.int64),
        np.arange(len(labels) + 1, dtype=np.int64),
        np.cumsum([0, *map(len, strokes)]).astype(np.int64),
        np.concatenate(strokes),
    )


@pytest.fixture(scope="module")
def material() -> Material:
    people = {0: DIGITS + "abgx&", 1: DIGITS + "abq", 2: "AB"}
    handwriting = _handwriting(people, [SAWTOOTH, STAIRCASE, STAIRCASE])
    images = np.zeros((20, 28, 28), np.uint8)
    images[:, 4:24, 10:16] = 255
    return Material(handwriting, images, np.arange(20) % 10)


@pytest.fixture
def rng() -> Rng:
    return np.random.default_rng(0)


def _writers(kind: str, material: Material, count: int) -> Iterator[Writer]:
    for seed in range(count):
        pool = writers.WriterPool(material, np.random.default_rng(seed))
        yield {
            "hand": pool.hand,
            "font": pool.font,
            "display": pool.display,
            "any": pool.any,
        }[kind](HEIGHT)


def _top_and_bottom(glyph: Glyph) -> tuple[float, float]:
    rows = np.flatnonzero((glyph.ink > 0.3 * glyph.ink.max()).any(1))
    return glyph.y + float(rows[0]), glyph.y + float(rows[-1]) + 1


def _glyph(writer: Writer, character: str) -> Glyph:
    glyph = writer.glyph(character)
    assert glyph is not None, character
    return glyph


# --- all writers ----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["hand", "font", "display", "any"])
@pytest.mark.parametrize("is_empty", [True, False])
def test_all_digits_have_ink_of_the_height_asked_for(
    kind: str, is_empty: bool, material: Material
) -> None:
    ratios = []
    for writer in _writers(kind, Material() if is_empty else material, 25):
        for digit in DIGITS:
            glyph = _glyph(writer, digit)
            assert glyph.ink.dtype == np.uint8
            assert glyph.ink.max() > 60
            top, bottom = _top_and_bottom(glyph)
            ratios.append((bottom - top) / HEIGHT)
    assert 0.95 < np.median(ratios) < 1.2
    assert np.mean((np.array(ratios) > 0.7) & (np.array(ratios) < 1.5)) > 0.95


@pytest.mark.parametrize("height", [9.0, 15.0, 130.0])
def test_digits_of_any_size_stand_on_the_line(height: float, material: Material) -> None:
    for seed in range(12):
        writer = writers.WriterPool(material, np.random.default_rng(seed)).any(height)
        assert writer.height == height
        bottoms = [_top_and_bottom(_glyph(writer, digit))[1] / height for digit in DIGITS]
        assert abs(float(np.median(bottoms)) - 1) < 0.25


def test_the_same_seed_gives_the_same_ink(material: Material) -> None:
    def draw(seed: int) -> bytes:
        pool = writers.WriterPool(material, np.random.default_rng(seed))
        block = Block()
        for i in range(6):
            block.write(pool.any(20), "37/5 ab,", 0, 40 * i)
        drawing = block.render()
        assert drawing is not None
        return drawing.shade.tobytes()

    first = draw(1)
    draw(2)
    assert draw(1) == first != draw(2)


def test_any_draws_hands_fonts_and_displays_in_their_shares(material: Material) -> None:
    pool = writers.WriterPool(material, np.random.default_rng(5))
    kinds = [type(pool.any(20)) for _ in range(600)]
    hands = sum(issubclass(kind, writers.HandWriter) for kind in kinds)
    assert 0.58 < hands / 600 < 0.72
    assert 0.22 < kinds.count(machines.Font) / 600 < 0.34
    assert 0.03 < sum(kinds.count(k) for k in (machines.Segments, machines.DotMatrix)) / 600 < 0.12


def test_a_slash_and_a_letter_are_other_characters(material: Material, rng: Rng) -> None:
    block = Block()
    block.write(writers.WriterPool(material, rng).hand(30), "7/a", 0, 0)
    drawing = block.render()
    assert drawing is not None
    assert drawing.classes == (7, OTHER, OTHER)
    assert set(np.unique(drawing.ids)) == {0, 1, 2, 3}


def test_a_character_that_nobody_has_is_none(rng: Rng) -> None:
    pool = writers.WriterPool(Material(), rng)
    missing = "\U00013000"
    assert pool.hand(20).glyph(missing) is None
    assert pool.font(20).glyph(missing) is None
    assert machines.Segments(20, rng).glyph("S") is None  # it would be a 5
    assert machines.DotMatrix(20, rng).glyph(missing) is None


def test_every_digit_of_a_bold_hairline_or_shaky_hand_can_be_found(material: Material) -> None:
    for writer in _writers("hand", material, 60):
        block = Block()
        block.write(writer, "0123456789", 0, 0)
        drawing = block.render()
        assert drawing is not None
        assert drawing.classes == tuple(range(10))
        assert len(np.unique(drawing.ids)) >= 10


# --- hands ----------------------------------------------------------------------------------


def test_a_person_draws_with_own_strokes_only(material: Material, rng: Rng) -> None:
    assert material.handwriting is not None
    people = alphabets.people_of(material.handwriting)
    assert sorted(people.counting) == [0, 1]
    for number, shape in ((0, SAWTOOTH), (1, STAIRCASE)):
        person = alphabets.Person(people, number)
        for character in (*DIGITS, "a"):
            drawn = person.draw(character, rng)
            assert drawn is not None
            assert np.allclose(drawn[0][0], shape)
    borrowed = alphabets.Person(people, 1).draw("x", rng)
    assert borrowed is not None
    assert np.allclose(borrowed[0][0], SAWTOOTH)
    assert alphabets.Person(people, 1).draw("Z", rng) is None


def test_the_person_of_a_hand_stays_the_same_in_a_text(material: Material) -> None:
    found = set()
    for seed in range(40):
        writer = writers.WriterPool(material, np.random.default_rng(seed)).hand(30)
        assert isinstance(writer, writers.HandWriter)
        alphabet = writer.alphabet
        if isinstance(alphabet, alphabets.Either) and isinstance(alphabet.first, alphabets.Person):
            found.add(alphabet.first.writer)
    assert found == {0, 1}


def test_characters_that_cannot_be_their_label_are_not_used() -> None:
    bar, tall = [(0.0, 0.0), (1.0, 0.02)], [(0.0, 0.0), (0.01, 1.0)]
    handwriting = _handwriting({0: "1A", 1: "018AK"}, [bar, tall])
    people = alphabets.people_of(handwriting)
    assert list(people.by_writer) == [1]
    assert list(people.by_character) == ["1"]
    assert people.counting == ()


def test_handwriting_without_digits_still_gives_letters(rng: Rng) -> None:
    zigzag = [(0.2 * i, float(i % 2)) for i in range(6)]
    pool = writers.WriterPool(Material(_handwriting({0: "qs"}, [zigzag])), rng)
    for _ in range(20):
        assert pool.hand(20).glyph("q") is not None


def test_letters_reach_as_high_and_as_low_as_they_should(rng: Rng) -> None:
    reach: dict[str, list[tuple[float, float]]] = {c: [] for c in "xhpAj"}
    for _ in range(40):
        writer = writers.HandWriter(60, alphabets.DrawnHand(None, rng.random()), rng)
        for character, found in reach.items():
            top, bottom = _top_and_bottom(_glyph(writer, character))
            found.append((top / 60, bottom / 60))
    tops, bottoms = (
        {c: float(np.median([each[i] for each in found])) for c, found in reach.items()}
        for i in (0, 1)
    )
    assert all(tops[c] > 0.3 for c in "xp")
    assert all(abs(tops[c]) < 0.15 for c in "hA")
    assert bottoms["p"] > 1.2 < bottoms["j"]
    assert all(abs(bottoms[c] - 1) < 0.1 for c in "xhA")


def test_accents_stand_above_and_tails_below_the_letter(rng: Rng) -> None:
    writer = writers.HandWriter(60, alphabets.DrawnHand(3, 0.0), rng)
    plain, accented = _top_and_bottom(_glyph(writer, "u")), _top_and_bottom(_glyph(writer, "ü"))
    assert accented[0] < plain[0] - 5
    tailed = _top_and_bottom(_glyph(writer, "ç"))
    assert tailed[1] > plain[1] + 3


@pytest.mark.parametrize("character", [*alphabets.NAMES, *"ßıæµ"])
def test_hands_know_characters_by_their_unicode_letter(character: str, rng: Rng) -> None:
    assert writers.HandWriter(30, alphabets.DrawnHand(0, 0.5), rng).glyph(character) is not None


def test_a_thin_pen_fades_and_does_not_vanish() -> None:
    darkest = []
    for seed in range(40):
        writer = writers.HandWriter(
            10, alphabets.DrawnHand(1, 0.0), np.random.default_rng([seed, 9])
        )
        assert writer.width * 10 > 0.99 * writers.THINNEST
        darkest.append(int(_glyph(writer, "1").ink.max()))
    assert min(darkest) > 30
    assert min(darkest) < 200


def test_images_of_digits_are_enlarged_smoothly(material: Material, rng: Rng) -> None:
    of_digit = tuple(np.flatnonzero(material.digit_labels == digit) for digit in range(9))
    drawn = alphabets.DrawnHand(0, 0.0)
    writer = writers.ImageWriter(80, drawn, rng, material.digits, (*of_digit, np.array([], int)))
    glyph = _glyph(writer, "4")
    assert glyph.advance == pytest.approx(80 * 6 / 20, rel=0.3)
    inner = glyph.ink[:, glyph.ink.shape[1] // 2]
    assert (inner > 250).sum() == pytest.approx(80, rel=0.3)
    assert all(_glyph(writer, character).ink.any() for character in "a9")


# --- signs ----------------------------------------------------------------------------------


@pytest.mark.parametrize("sign", signs.SIGNS)
def test_each_sign_varies_and_starts_at_its_left_end(sign: str, rng: Rng) -> None:
    first, second = (signs.SIGNS[sign](rng.random(4).tolist()) for _ in range(2))
    assert min(line[:, 0].min() for line in first) == pytest.approx(0, abs=0.2)
    assert any(not np.allclose(a, b) for a, b in zip(first, second, strict=False))
    assert all(line.shape[1] == 2 and -1 < line.min() < line.max() < 2.2 for line in first)


def test_a_steep_slash_is_taller_than_digits(rng: Rng) -> None:
    for _ in range(200):
        (line,) = signs.SIGNS["/"](rng.random(4).tolist())
        low, high = line.min(0), line.max(0)
        if high[0] - low[0] < 0.15:
            assert low[1] < -0.05
            assert high[1] > 1.05
    widths = [np.ptp(signs.SIGNS["/"](rng.random(4).tolist())[0][:, 0]) for _ in range(200)]
    assert min(widths) < 0.1
    assert max(widths) > 0.6


def test_commas_are_tiny_up_to_a_third_of_a_digit(rng: Rng) -> None:
    heights = [np.ptp(signs.SIGNS[","](rng.random(4).tolist())[0][:, 1]) for _ in range(200)]
    assert min(heights) < 0.12
    assert 0.3 < max(heights) < 0.5


# --- fonts and displays ---------------------------------------------------------------------


def test_text_fonts_have_all_letters_and_common_signs() -> None:
    for font in machines.text_fonts():
        if font.name == "narrow-1.otf":  # it has capitals alone
            continue
        needed = string.ascii_letters + string.digits + ".,:-/()+="
        assert all(machines.has(font, character) for character in needed), font.name
    assert not machines.has(machines.text_fonts()[0], "木")


def test_fonts_of_matplotlib_are_used_where_it_is_installed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    own = set(printing.fonts())
    assert any(font.name.startswith("DejaVuSans") for font in set(machines.text_fonts()) - own)
    monkeypatch.setattr(machines, "find_spec", lambda _: None)
    assert set(machines.text_fonts.__wrapped__()) < own


def test_fonts_with_digits_alone_are_used_for_digits_alone(rng: Rng) -> None:
    def names(*, digits_only: bool) -> set[str]:
        made = (machines.Font(20, rng, digits_only=digits_only) for _ in range(500))
        return {font.font.name for font in made}

    assert not any(name.startswith("segments") for name in names(digits_only=False))
    assert any(name.startswith("segments") for name in names(digits_only=True))


def test_a_letter_of_a_font_is_the_same_each_time(rng: Rng) -> None:
    font = machines.Font(20, rng)
    assert _glyph(font, "8") is _glyph(font, "8")
    assert _glyph(font, "1").advance > 0


def test_a_font_may_be_outlined_bold_or_a_stencil(rng: Rng) -> None:
    def ink(*, is_outlined: bool = False, cut: float | None = None, bolder: int = 0) -> Mask:
        font = machines.Font(80, np.random.default_rng(2))
        font.is_outlined, font.cut, font.bolder = is_outlined, cut, bolder
        return _glyph(font, "0").ink > 128

    plain = ink()
    assert ink(bolder=6).sum() > 1.1 * plain.sum()
    assert _parts(~ink(is_outlined=True)) > _parts(~plain) == 2
    assert _parts(plain) < _parts(ink(cut=0.5))


def test_an_8_has_seven_segments_and_a_1_has_two(rng: Rng) -> None:
    for character, count in (("8", 7), ("1", 2), ("0", 6), ("7", 3), ("-", 1)):
        display = machines.Segments(100, rng)
        display.split, display.thickness, display.breadth = 0.04, 0.1, 0.6
        display.glow = display.unlit = 0.0
        display.is_bevelled = True
        display._forms = dict(machines._SEGMENTS)
        ink = _glyph(display, character).ink
        assert _parts(ink > 128) == count


def _parts(mask: Mask) -> int:
    return int(cv2.connectedComponents(mask.astype(np.uint8), connectivity=8)[0]) - 1


def test_unlit_segments_are_faint_and_glow_surrounds_the_digit(rng: Rng) -> None:
    display = machines.Segments(60, rng)
    display.glow, display.unlit = 0.0, 0.1
    assert {25, 255} <= set(np.unique(_glyph(display, "1").ink).tolist())
    display = machines.Segments(60, rng)
    display.glow, display.unlit = 0.6, 0.0
    shining = _glyph(display, "1").ink
    assert ((shining > 10) & (shining < 120)).sum() > 0.3 * (shining > 120).sum()


def test_displays_show_points_colons_and_some_letters(rng: Rng) -> None:
    for _ in range(20):
        display = machines.Segments(40, rng)
        point, comma, colon = (_glyph(display, c) for c in ".,:")
        assert _top_and_bottom(point)[0] > 0.6 * 40 < _top_and_bottom(comma)[0]
        assert _top_and_bottom(colon)[0] < 0.35 * 40
        assert point.advance < _glyph(display, "8").advance
        assert display.glyph("E") is not None
        assert display.gap() > 0


def test_a_matrix_shows_capitals_in_dots(rng: Rng) -> None:
    matrix = machines.DotMatrix(70, rng)
    matrix._dot, matrix._unlit, matrix._is_round = 0.6, 0.0, True
    assert _parts(_glyph(matrix, "l").ink > 100) == 11  # an L
    matrix = machines.DotMatrix(70, rng)
    matrix._dot, matrix._unlit, matrix._is_round = 0.6, 0.1, False
    assert _parts(_glyph(matrix, "1").ink > 0) == 35
    assert matrix.gap() == pytest.approx(10 * matrix._aspect)


# --- texts ----------------------------------------------------------------------------------

PATTERNS: dict[Callable[[Rng], str], str] = {
    texts.plain_digits: r"\d{1,10}",
    texts.digit: r"\d",
    texts.date: r"(\d+|[^\W\d]+)([-/. ,]+(\d+|[^\W\d]+))+\.?",
    texts.time: r"\d{1,2}[:.h]\d\d(:\d\d)?( (AM|PM|am|pm|Uhr|h))?",
    texts.decimal: r"[-+]?\d+[.,]\d{1,3}",
    texts.thousands: r"\d{1,3}([,. ']\d{3})+",
    texts.money: r"([A-Za-z]+\.? |[$€£])?[\d., ']*\d([.,](\d\d|--?))?( ?[$€£]| [A-Za-z.]+)?",
    texts.percentage: r"[-+]?[\d.,]+ ?%",
    texts.quantity: r"[-+]?\d+([.,]\d+)? ?\S+",
    texts.phone: r"[\d +()/.-]{6,}",
    texts.bracketed: r"\(\d+\)|\[\d+\]|<\d+>",
    texts.expression: r"\d+( ?[-+x×·÷/:*] ?\d+)+( ?[=<>] ?(\d+|\?|_)?)?",
    texts.fraction: r"(\d )?\d+/\d+",
    texts.code: r".*\d.*",
    texts.enumeration: r"\(?#?\d+( -|[):./])?",
    texts.number: r".*\d.*",
    texts.word: r"[^\W\d]+[:.,!?=;-]?",
    texts.words: r"\D+",
    texts.letters: r"[A-Za-z]{2,8}",
    texts.lone_letter: r"[^oODQIiljZzSsGbBgq01|/]",
}


@pytest.mark.parametrize("text", PATTERNS, ids=lambda text: text.__name__)
def test_each_text_is_what_it_says(text: Callable[[Rng], str], rng: Rng) -> None:
    found = {text(rng) for _ in range(400)}
    assert len(found) > 5
    for each in found:
        assert re.fullmatch(PATTERNS[text], each), each
        assert each == each.strip()


def test_numbers_of_a_given_length_repeat_digits_now_and_then(rng: Rng) -> None:
    numbers = [texts.plain_digits(rng, 4) for _ in range(600)]
    assert {len(each) for each in numbers} == {4}
    assert any(len(set(each)) == 1 for each in numbers)
    assert sum("1900" <= each < "2050" for each in numbers) > 60
    lengths = [len(texts.plain_digits(rng)) for _ in range(600)]
    assert set(lengths) == set(range(1, 11))


def test_all_digits_occur_about_equally_often(rng: Rng) -> None:
    text = "".join(texts.number(rng) for _ in range(2_000))
    shares = np.array([text.count(digit) for digit in DIGITS])
    assert shares.min() > 0.05 * shares.sum()
    assert shares.max() < 0.2 * shares.sum()


def test_a_power_is_a_base_and_an_exponent(rng: Rng) -> None:
    for _ in range(50):
        base, exponent = texts.power(rng)
        assert re.fullmatch(r"\d+|[a-z]", base)
        assert re.fullmatch(r"-?\d{1,2}", exponent)


def test_as_many_words_and_letters_as_asked_for(rng: Rng) -> None:
    assert len(texts.words(rng, 3).split()) == 3
    assert len(texts.letters(rng, 5)) == 5


def test_words_are_of_many_languages() -> None:
    words = set(texts._words("languages"))
    assert len(words) > 600
    assert {"Größe", "prénom", "año", "ilość", "çıkış", "hoogte"} <= words


def test_hands_and_fonts_have_nearly_all_characters_of_texts(rng: Rng) -> None:
    text = "".join(texts.number(rng) + texts.word(rng) for _ in range(300)).replace(" ", "")
    counts = Counter(text)
    everyone: list[Writer] = [machines.Font(12, rng) for _ in range(12)]
    everyone.append(writers.HandWriter(12, alphabets.DrawnHand(0, 0.3), rng))
    for writer in everyone:
        known = sum(count for each, count in counts.items() if writer.glyph(each) is not None)
        assert known > 0.97 * len(text), writer
