"""Collect the photos and textures that the shipped finder's scenes were drawn on.

    python tools/wallpapers.py DIR    on Debian 12; then `lenet train` takes them as things:DIR

They come from packages of Debian, whose checksums are verified. Pictures too large for lenet are
reduced, the others copied; DIR gets a list of licences, which goes into the card of what learns
from them. None of them holds digits or other characters: each was looked at. They are not part of
this repository.
"""

import argparse
import hashlib
import shutil
import subprocess
import tempfile
import tomllib
from pathlib import Path

from PIL import Image

from lenet.picture.decoding import MAX_WEBP_PIXELS

REDUCED = 2_000  # pixels of the longer side
LIST = Path(__file__).with_name("wallpapers.toml")


def main() -> None:
    """Download the packages, and copy what is listed."""
    parser = argparse.ArgumentParser(description="Collect photos and textures to draw scenes on.")
    parser.add_argument("folder", type=Path, metavar="DIR")
    folder = parser.parse_args().folder
    if folder.exists() and any(folder.iterdir()):
        raise SystemExit(f"{folder} is not empty: give a new folder")
    folder.mkdir(parents=True, exist_ok=True)
    licences = []
    with tempfile.TemporaryDirectory() as place:
        for name, package in tomllib.loads(LIST.read_text("utf-8")).items():
            root = unpack(name, package, Path(place))
            for path in package["files"]:
                copy(root / package["folder"] / path, folder / f"{name}--{path.replace('/', '--')}")
            licences.append(f"{name} {package['version']}: {package['licence']}\n")
    (folder / "LICENCES.txt").write_text("".join(licences), "utf-8")
    print(f"{folder}: {sum(1 for _ in folder.iterdir()) - 1} pictures")


def copy(source: Path, target: Path) -> None:
    """Copy a picture; reduce it if it has more pixels than lenet reads."""
    with Image.open(source) as picture:
        if picture.width * picture.height <= MAX_WEBP_PIXELS:
            shutil.copyfile(source, target)
            return
        reduced = picture.convert("RGB")
    reduced.thumbnail((REDUCED, REDUCED), Image.Resampling.LANCZOS)
    reduced.save(target.with_suffix(".png"))


def unpack(name: str, package: dict[str, str], place: Path) -> Path:
    """Return the folder into which a package of Debian is unpacked."""
    subprocess.run(["apt-get", "download", f"{name}={package['version']}"], cwd=place, check=True)
    [archive] = place.glob(f"{name}_*.deb")
    found = hashlib.sha256(archive.read_bytes()).hexdigest()
    if found != package["sha256"]:
        raise SystemExit(f"{archive.name} has the SHA-256 {found}, expected {package['sha256']}")
    subprocess.run(["dpkg-deb", "-x", str(archive), str(place / name)], check=True)
    return place / name


if __name__ == "__main__":
    main()
