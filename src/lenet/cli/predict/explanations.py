"""Where the pictures of `--explain` go."""

import io
from pathlib import Path
from typing import TYPE_CHECKING

from lenet.cli.predict.sources import SUFFIXES
from lenet.errors import UsageError
from lenet.storage import cannot_write, write_atomically

if TYPE_CHECKING:
    from lenet.cli.predict.sources import Answer


class Explanations:
    """Draws every picture that was read, into one file or one folder.

    Parameters
    ----------
    place : Path
        A name ending in ``.png`` for one picture, else a folder, made if need be.
    pictures : int
        How many there will be.

    Raises
    ------
    UsageError
        One file is named for several pictures, or one of another form than PNG.
    DataError
        The folder cannot be made.
    """

    def __init__(self, place: Path, pictures: int) -> None:
        suffix = place.suffix.lower()
        if suffix in SUFFIXES - {".png"} and not place.is_dir():
            raise UsageError(
                f"--explain {place}: it draws PNG; name it {place.with_suffix('.png')}"
            )
        self._folder = place if place.is_dir() or suffix != ".png" else None
        if self._folder is None and pictures > 1:
            raise UsageError(
                f"--explain {place} is one file, and there are {pictures:,} pictures: give a folder"
            )
        if self._folder is not None:
            try:
                self._folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise cannot_write(place, error) from None
        self._place = place
        self._digits = len(str(pictures))
        self._seen = 0

    def add(self, answer: "Answer") -> None:
        """Draw the next picture; one that could not be read is left out.

        Raises
        ------
        PictureError
            It was read, and cannot be read again, as when it has been moved meanwhile.
        DataError
            The drawing cannot be written.
        """
        from lenet.picture import decode
        from lenet.reader import Reading
        from lenet.reader.explanation import explain

        self._seen += 1
        if not isinstance(answer.reading, Reading):
            return
        page = answer.page or decode(answer.source, tiff=True)
        content = io.BytesIO()
        explain(page, answer.reading).save(content, "PNG")
        path = self._place
        if self._folder is not None:
            # Numbered, since several folders may hold a picture of the same name.
            stem = "".join(c for c in Path(answer.source).stem if c.isalnum() or c in "-_. ")[:100]
            path = (
                self._folder / f"{self._seen:0{self._digits}}-{stem.strip(' .') or 'picture'}.png"
            )
        write_atomically(path, content.getvalue())
