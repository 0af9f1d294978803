"""Lists of pictures decoded and read, in this process or in another."""

import pickle
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from documents import page_image, tiff
from finders import Pieces
from lenet.errors import PictureError
from lenet.picture import decode
from lenet.picture.page_numbers import ALL, ONLY_FIRST, PageNumbers
from lenet.reader import Reader, Reading, task
from lenet.reader.page_reading import Networks, Options
from lenet.reader.task import Document, Task, in_a_process
from pages import encode, rows_of

ONE = encode(rows_of("37"))
THREE_PAGES = tiff([page_image("17"), page_image("7"), page_image("771")])


@pytest.fixture(scope="module")
def networks() -> Networks:
    return Networks(Reader("lenet5", threads=1).classifier, Pieces())


def asked(networks: Networks, pages: PageNumbers = ALL, all_formats: bool = True) -> Task:
    return Task(networks, Options(), all_formats, pages)


def test_answers_come_in_the_order_of_their_pictures(networks: Networks) -> None:
    first, wrong, second = asked(networks)([ONE, b"no picture", rows_of("28")])
    assert (str(first), str(second)) == ("37", "28")
    assert isinstance(wrong, PictureError)
    assert asked(networks)([]) == []


def test_an_error_that_came_as_input_is_the_answer(networks: Networks) -> None:
    error = PictureError("a list is no picture")
    assert asked(networks)([error, ONE])[0] is error


def test_a_document_of_several_pages_is_left_to_be_read_page_by_page(networks: Networks) -> None:
    for source in (THREE_PAGES, ONE):
        [answer] = asked(networks, PageNumbers.of("2-"))([source])
        assert answer == Document(source)
    [answer] = asked(networks)([THREE_PAGES])
    assert answer == Document(THREE_PAGES)
    [answer] = asked(networks, PageNumbers.of("1,3"))([ONE])
    assert answer == Document(ONE), "that page 3 is missing is still to be said"


def test_only_the_first_page_is_read_if_no_other_is_asked_for(networks: Networks) -> None:
    [reading] = asked(networks, ONLY_FIRST)([THREE_PAGES])
    assert isinstance(reading, Reading)
    assert (reading.page, reading.of_several) == (1, True)


def test_other_formats_are_errors_unless_allowed(networks: Networks) -> None:
    [error] = asked(networks, all_formats=False)([THREE_PAGES])
    assert isinstance(error, PictureError)
    assert "TIFF" in str(error)


def test_pages_are_held_until_they_are_some_pixels(
    networks: Networks, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes = []
    read = Task.read

    def noted(self: Task, pages: list[task.Page]) -> list[task.Answer]:
        sizes.append(len(pages))
        return read(self, pages)

    monkeypatch.setattr(Task, "read", noted)
    side = rows_of("37").size
    monkeypatch.setattr(task, "PIXELS_TOGETHER", 2 * side)
    answers = asked(networks)([ONE] * 7)
    assert [str(answer) for answer in answers] == ["37"] * 7
    assert sizes == [3, 3, 1]


def test_decoded_pages_and_others_go_through_together(networks: Networks) -> None:
    document, error = Document(THREE_PAGES), PictureError("x")
    page = decode(ONE)
    answers = asked(networks).read([document, page, error, page])
    assert answers[0] is document
    assert answers[2] is error
    assert str(answers[1]) == str(answers[3]) == "37"


def test_a_task_in_another_process_reads_alike(networks: Networks, tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    Image.fromarray(rows_of("2846", gap=75)).save(path)
    here = asked(networks)
    there = in_a_process(pickle.loads(pickle.dumps(here)))
    cv2.setNumThreads(-1)
    [expected], [reading] = here([str(path)]), there([str(path)])
    assert isinstance(reading, Reading)
    assert reading == expected
    assert np.array_equal(reading.digits[0].image, expected.digits[0].image)
