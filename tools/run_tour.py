"""Run notebooks/tour.ipynb from top to bottom, and save it with its output.

python tools/run_tour.py          about two minutes on two cores, once MNIST is downloaded
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
    """Run the notebook and save it."""
    notebook = execute(nbformat.read(TOUR, as_version=4))  # type: ignore[no-untyped-call]
    content = nbformat.writes(notebook) + "\n"  # type: ignore[no-untyped-call]
    write_atomically(TOUR, content.encode())
    print(f"{TOUR}: {len(content) / 1e6:.2f} MB")


def execute(notebook: Any) -> Any:
    """Run a notebook, and remove metadata that depend on time and machine.

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
    """Return a PNG in base64, without transparency and with the best compression."""
    file = io.BytesIO()
    image = Image.open(io.BytesIO(base64.b64decode(picture))).convert("RGB")
    image.save(file, "PNG", optimize=True)
    return base64.b64encode(file.getvalue()).decode()


if __name__ == "__main__":
    main()
