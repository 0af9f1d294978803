"""Documents for tests: PDF and TIFF files of any number of pages."""

import io
from collections.abc import Sequence

from PIL import Image, ImageDraw

PAGE = "/MediaBox [0 0 144 72]"  # points: 400 × 200 pixels at 200 dpi


def strokes(text: str) -> str:
    """Return what draws the digits 1 and 7 on a page of 144 × 72 points, black."""
    drawn = []
    for i, digit in enumerate(text):
        x = 20 + 30 * i
        top = f"{x - 12} 56 m {x} 56 l " if digit == "7" else f"{x} 56 m "
        drawn.append(f"3 w {top}{x - (8 if digit == '7' else 0)} 16 l S")
    return "\n".join(drawn)


def pdf(
    contents: Sequence[str | bytes], page: str = PAGE, trailer: str = "", objects: str = ""
) -> bytes:
    """Return a PDF with a page for each of `contents`; objects are numbered from 1,000,000."""
    file = bytearray(b"%PDF-1.7\n")
    places: dict[int, int] = {}

    def add(number: int, body: str | bytes) -> None:
        places[number] = len(file)
        file.extend(b"%d 0 obj\n" % number)
        file.extend(body if isinstance(body, bytes) else body.encode())
        file.extend(b"\nendobj\n")

    kids = " ".join(f"{2 * i + 3} 0 R" for i in range(len(contents)))
    add(1, f"<< /Type /Catalog /Pages 2 0 R {objects} >>")
    add(2, f"<< /Type /Pages /Kids [{kids}] /Count {len(contents)} {page} >>")
    for i, content in enumerate(contents):
        number = 2 * i + 3
        add(number, f"<< /Type /Page /Parent 2 0 R /Contents {number + 1} 0 R >>")
        if isinstance(content, str):
            content = f"<< /Length {len(content)} >>\nstream\n{content}\nendstream".encode()
        add(number + 1, content)
    start = len(file)
    file.extend(b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1))
    for number in sorted(places):
        file.extend(b"%010d 00000 n \n" % places[number])
    size = len(places) + 1
    file.extend(f"trailer\n<< /Size {size} /Root 1 0 R {trailer} >>\n".encode())
    file.extend(b"startxref\n%d\n%%%%EOF\n" % start)
    return bytes(file)


def endless_pdf() -> bytes:
    """Return a PDF whose page draws a form ten times, which draws another ten times, and so on."""
    resources = "/Resources << /XObject << /F %d 0 R >> >>"
    file = pdf(["/F Do"], page=PAGE + resources % 5)
    forms = b""
    for number in range(5, 17):
        head = "/Type /XObject /Subtype /Form /BBox [0 0 144 72] /Length 60"
        head += resources % (number + 1)
        forms += f"{number} 0 obj\n<< {head} >>\nstream\n{'/F Do ' * 10}\nendstream\n".encode()
        forms += b"endobj\n"
    return file.replace(b"xref\n0", forms + b"xref\n0")


def page_image(text: str, mode: str = "L") -> Image.Image:
    """Draw the digits 1 and 7 as an image of 210 × 110."""
    image = Image.new("L", (210, 110), 255)
    pen = ImageDraw.Draw(image)
    for i, digit in enumerate(text):
        x = 50 + 50 * i
        top = [(x - 25, 20), (x, 20)] if digit == "7" else [(x, 20)]
        pen.line([*top, (x - (15 if digit == "7" else 0), 85)], 0, 6, joint="curve")
    return image.convert(mode, dither=Image.Dither.NONE)


def tiff(images: Sequence[Image.Image], **options: object) -> bytes:
    file = io.BytesIO()
    images[0].save(file, "TIFF", save_all=True, append_images=images[1:], **options)
    return file.getvalue()
