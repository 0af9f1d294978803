"""An address as a QR code, for the terminal and for the page."""

import io

import segno


def code_of(text: str) -> list[str]:
    """Return a QR code of `text`: a string of 0 and 1 for each row, without a margin."""
    return ["".join(map(str, row)) for row in segno.make(text, micro=False).matrix]


def code_for_terminal(text: str) -> str:
    """Return a QR code of `text` in half blocks, with its margin."""
    out = io.StringIO()
    segno.make(text, micro=False).terminal(out, border=2, compact=True)
    return out.getvalue()
