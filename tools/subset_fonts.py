"""Make the small fonts of `lenet.drawing` from the Debian packages listed in `fonts.toml`.

    apt-get download fonts-lato ...; dpkg-deb -x fonts-lato_*.deb FOLDER/fonts-lato  # and so on
    python tools/subset_fonts.py FOLDER

Only digits, Latin letters and common signs are kept, without hints and features. The Open Font
Licence does not allow a modified font to keep its reserved name, so each font gets a new one.
"""

import sys
import tomllib
from pathlib import Path
from string import ascii_letters, ascii_uppercase, punctuation
from typing import Any

from fontTools import subset
from fontTools.ttLib import TTFont

from lenet.drawing.printing import (
    CYRILLIC,
    DIGITS,
    FONTS,
    GREEK,
    HAN,
    KANA,
    SIGNS,
)

ACCENTED = "ÄÅÉÖØÜßàáâãäåæçèéêëìíîïñòóôõöøùúûüćğıłńœśşźżž"
WITH_ACCENTS = ("sans", "serif", "slab")
MORE_SIGNS = "°²³±·–√Ωµ½"
SCRIPTS = {"Greek": GREEK, "Cyrillic": CYRILLIC, "kana": KANA, "Han": HAN}
FRONT = """# Fonts

Small parts (digits, letters and common signs, no hints) of fonts that anyone may use, alter and
pass on; made by `tools/subset_fonts.py`. They print training data. Their names are new, because the
Open Font Licence keeps a font's own name for the unaltered font; the authors' copyright notices
are in the files. The licences: [OFL-1.1](OFL-1.1.txt), [Apache-2.0](Apache-2.0.txt); what is in the
public domain bears none.

| file | made from | author | licence | source |
|---|---|---|---|---|
"""


def make(name: str, about: dict[str, Any], original: Path) -> Path:
    """Write the subset of a font under its new name."""
    font = TTFont(original)
    options = subset.Options(
        hinting=False, layout_features=[], notdef_outline=False, desubroutinize=True, name_IDs=[0],
        drop_tables=["GSUB", "GPOS", "GDEF", "kern", "FFTM", "DSIG", "meta", "PfEd", "Silt"],
    )  # fmt: skip
    cutter = subset.Subsetter(options)
    letters = ascii_uppercase if about.get("only_capitals") else ascii_letters
    letters += ACCENTED if name.startswith(WITH_ACCENTS) else ""
    scripts = "".join(SCRIPTS[script] for script in about.get("scripts", ()))
    cutter.populate(text=DIGITS + letters + punctuation + SIGNS + MORE_SIGNS + scripts)
    cutter.subset(font)
    notice = font["name"].getDebugName(0) or f"{about['font']} by {about['author']}"
    title = f"lenet {name}"
    plain = title.replace(" ", "-")
    texts = {0: notice, 1: title, 2: "Regular", 3: title, 4: title, 6: plain, 13: about["licence"]}
    font["name"].names = []
    for place, text in texts.items():
        font["name"].setName(text, place, 3, 1, 0x409)
    if "CFF " in font:
        font["CFF "].cff.fontNames = [plain]
        top = font["CFF "].cff.topDictIndex[0]
        top.FullName = top.FamilyName = title
    target = FONTS / f"{name}{'.otf' if 'CFF ' in font else '.ttf'}"
    font.save(target)
    return target


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    FONTS.mkdir(exist_ok=True)
    table = tomllib.loads(Path(__file__).with_name("fonts.toml").read_text("utf-8"))
    rows = []
    for name, about in table.items():
        originals = sorted((Path(sys.argv[1]) / about["package"]).rglob(about["file"]))
        if not originals:
            sys.exit(f"no {about['file']} in {sys.argv[1]}/{about['package']}: unpack it there")
        file = make(name, about, originals[0])
        source = f"<{about['source']}>, Debian's {about['package']}"
        columns = f"`{file.name}`", about["font"], about["author"], about["licence"], source
        rows.append(f"| {' | '.join(columns)} |\n")
        print(f"{file.name:18} {file.stat().st_size:7,} bytes")
    (FONTS / "README.md").write_text(FRONT + "".join(rows), "utf-8")
