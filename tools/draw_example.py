"""Draw a sheet, a form and a meter, and how each is read: the README's first picture.

python tools/draw_example.py    writes docs/reading.webp
"""

import io
from pathlib import Path

from PIL import Image

from lenet.datasets.scenes import load_material
from lenet.drawing.scenes import SceneMaker
from lenet.picture import decode
from lenet.reader import Reader
from lenet.reader.explanation import explain
from lenet.storage import write_atomically

SCENES = {"sheet.jpg": (23, 1040), "form.jpg": (22, 219), "meter.jpg": (23, 1916)}  # seed and index
DOCS = Path(__file__).parent.parent / "docs"
SHOWN = 520, 588  # pixels of an explanation: the text and the page, not what the network saw


def main() -> None:
    """Draw scenes, read them and draw the explanations side by side."""
    maker = SceneMaker(load_material(["things"], held_out=True))
    reader = Reader()
    sheets = []
    for name, (seed, index) in SCENES.items():
        picture = decode(Image.fromarray(maker.draw(seed, index).image), name=name)
        reading = reader.read(picture)
        print(f"{name}: read as {reading.text!r}")
        sheets.append(explain(picture, reading).crop((0, 0, *SHOWN)))
    whole = Image.new("RGB", (len(sheets) * SHOWN[0], SHOWN[1]), "white")
    for number, sheet in enumerate(sheets):
        whole.paste(sheet, (number * SHOWN[0], 0))
    content = io.BytesIO()
    whole.save(content, "WEBP", quality=88, method=6)
    write_atomically(DOCS / "reading.webp", content.getvalue())
    print(
        f"{DOCS / 'reading.webp'}: {whole.width}×{whole.height}, {len(content.getvalue()):,} bytes"
    )


if __name__ == "__main__":
    main()
