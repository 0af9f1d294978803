"""Run notebooks/tour.ipynb from top to bottom, and keep it with what it prints and draws.

python tools/run_tour.py          some two minutes on two cores, with MNIST at hand
"""

import base64
import io
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from PIL import Image

from lenet.storage import write_atomically

TOUR = Path(__file__).parent.parent / "notebooks/tour.ipynb"
SECONDS = 900  # for one cell
KEPT = ("kernelspec", "language_info")


def main() -> None:
    """Run it and write it back."""
    notebook = execute(nbformat.read(TOUR, as_version=4))  # type: ignore[no-untyped-call]
    content = nbformat.writes(notebook) + "\n"  # type: ignore[no-untyped-call]
    write_atomically(TOUR, content.encode())
    print(f"{TOUR}: {len(content) / 1e6:.2f} MB")


def execute(notebook: Any) -> Any:
    """Run a notebook in a folder of its own, and leave in it no trace of when and where.

    Raises
    ------
    nbclient.exceptions.CellExecutionError
        A cell failed.
    """
    client = NotebookClient(
        notebook,
        timeout=SECONDS,
        kernel_name="python3",
        record_timing=False,
        resources={"metadata": {"path": str(TOUR.parent)}},
    )
    client.execute()
    for cell in notebook.cells:
        cell.metadata.clear()
        for output in cell.get("outputs", []):
            if "image/png" in output.get("data", {}):
                output.data["image/png"] = smaller(output.data["image/png"])
    notebook.metadata = {name: notebook.metadata[name] for name in KEPT}
    notebook.metadata["language_info"] = {"name": "python"}
    return notebook


def smaller(picture: str) -> str:
    """Return a PNG in base64, packed as tightly as it goes, without its useless transparency."""
    file = io.BytesIO()
    image = Image.open(io.BytesIO(base64.b64decode(picture))).convert("RGB")
    image.save(file, "PNG", optimize=True)
    return base64.b64encode(file.getvalue()).decode()


if __name__ == "__main__":
    main()
