"""Runs notebooks whole, and ends with 1 where a cell fails or a notebook in git holds outputs.

    run.py FOLDER NOTEBOOK…      FOLDER gets them with their outputs, and each picture as <notebook>-<n>.png
"""

import base64
import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient


def run(source, folder):
    notebook = nbformat.read(source, as_version=4)
    for number, cell in enumerate(notebook.cells):
        if cell.cell_type == "code":
            assert not cell.outputs and cell.execution_count is None, f"{source}: cell {number} must be stripped of outputs"
    started = time.monotonic()
    try:
        NotebookClient(notebook, timeout=1200, kernel_name="python3", resources={"metadata": {"path": source.parent}}).execute()
    finally:
        nbformat.write(notebook, folder / source.name)
    pictures = 0
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if "image/png" in output.get("data", {}):
                pictures += 1
                (folder / f"{source.stem}-{pictures}.png").write_bytes(base64.b64decode(output.data["image/png"]))
    cells = sum(cell.cell_type == "code" for cell in notebook.cells)
    print(f"{source.name}: {cells} cells, {pictures} pictures, {time.monotonic() - started:.0f} s")


if __name__ == "__main__":
    for name in sys.argv[2:]:
        run(Path(name).resolve(), Path(sys.argv[1]))
