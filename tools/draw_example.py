"""Draw a page of digits and how it is read: the README's first picture.

python tools/draw_example.py    writes docs/reading.webp
"""

import io
from pathlib import Path

import numpy as np
from PIL import Image

from lenet.drawing import draw_picture
from lenet.picture import decode
from lenet.reader import Reader
from lenet.reader.explanation import explain
from lenet.storage import write_atomically

TEXT = "735/1904"
DOCS = Path(__file__).parent.parent / "docs"


def main() -> None:
    """Draw a page, read it and draw the explanation."""
    page = draw_picture(
        TEXT, np.random.default_rng([1904, 0]), paper="squared", tool="pen", height=110
    )
    picture = decode(Image.fromarray(page.pixels), name="photo.jpg")
    reading = Reader().read(picture)
    sheet = io.BytesIO()
    explain(picture, reading).save(sheet, "WEBP", quality=90, method=6)
    write_atomically(DOCS / "reading.webp", sheet.getvalue())
    print(f"{DOCS / 'reading.webp'}: {page.text!r} read as {reading.text!r}")


if __name__ == "__main__":
    main()
