"""Measure the package: rooms, files, lines, import chains and rings, long functions, duplicates.

    python tools/house.py            # the figures; with -v the places as well
    python tools/house.py --table    # the README's table of rooms

A room is a file or folder of the package. `ROOMS` is the only list of them; tests compare it with
the imports, the README and CONTRIBUTING.md.
"""

import ast
import io
import sys
import tokenize
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

SOURCE = Path(__file__).parents[1] / "src" / "lenet"

# A room imports only rooms above it.
ROOMS = {
    "errors.py": "the kinds of error, one for each exit code",
    "storage.py": "files written whole or not at all; locks; digests",
    "runtime.py": "the one place that imports ONNX Runtime: telemetry off before the import, a "
    "session opened",
    "recipe/": "`Recipe`: every number a run depends on, validated; the built-in recipes as "
    "data, what each cost and reached",
    "run.py": "the run folder",
    "picture/": "pixels: decode safely, page by page; cut a box out; its ink; normalise the MNIST "
    "way",
    "finder/": "the network that finds where digits stand, and the reading order of what it found",
    "drawing/": "digits, letters, signs and whole scenes, drawn by ourselves or along pen strokes, "
    "to learn from",
    "corrections.py": "the store of corrected readings (SQLAlchemy)",
    "datasets/": "`Dataset`, `Source` (`kind:place`), loading, splits and carving",
    "models/": "one file per architecture (torch); building one and giving it weights; the shape "
    "table of each",
    "metrics/": "counts first: `Scores`, intervals, calibration",
    "training/": "the loops (digit images, scenes), targets and losses, augmentation, averaging, "
    "watchers and events for TensorBoard",
    "reader/": "`Classifier` (ONNX), `Reader`: pictures in, `Reading` out; many at a time; how a "
    "picture was read, drawn",
    "evaluation.py": "a model scored on data, what it misread, what became of one taught further",
    "inspection/": "what is inside a model: layers, kernels, attention, embedding",
    "figures/": "arrays and scores in, matplotlib figures out, and into files; computes nothing",
    "experiment/": "one whole run: data → train → export → score → report and model card",
    "comparison/": "several models side by side on the same data",
    "cluster/": "reading in bulk, on the cores of one machine, or of many by Ray; comparing there",
    "server/": "the HTTP API, the page",
    "cli/": "the only room that parses words, prints and exits; fetching a picture by its URL",
}
FACES = ("__init__.py", "__main__.py")  # what users of a package import or run
SHORT = 40  # lines; a shorter file is nearly always part of its neighbour
LONG = 40, 60  # code lines of a function; few exceed the first limit, none the second
REPEATED = 10  # equal code lines in a row that count as a duplicate


def table() -> str:
    """Return the rooms as the README's table."""
    rows = (f"| `{room}` | {purpose} |" for room, purpose in ROOMS.items())
    return "\n".join(["| room | what it is for |", "|---|---|", *rows])


def files() -> list[Path]:
    """Return every Python file of the package."""
    return sorted(SOURCE.rglob("*.py"))


def code_lines(path: Path) -> dict[int, str]:
    """Return the lines of a file that are neither blank, comment nor docstring, by number."""
    text = path.read_text("utf-8")
    lines = text.splitlines()
    numbers: set[int] = set()
    silent = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT}
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in silent | {tokenize.ENDMARKER}:
            numbers |= set(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0] if node.body else None
            if (
                isinstance(first, ast.Expr)
                and isinstance(first.value, ast.Constant)
                and isinstance(first.value.value, str)
            ):
                numbers -= set(range(first.lineno, (first.end_lineno or first.lineno) + 1))
    return {number: lines[number - 1].strip() for number in sorted(numbers)}


def functions() -> Iterator[tuple[str, int]]:
    """Yield each function with its number of code lines."""
    for path in files():
        lines = code_lines(path)
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                end = node.end_lineno or node.lineno
                size = sum(node.lineno <= number <= end for number in lines)
                yield f"{path.relative_to(SOURCE)}:{node.lineno} {node.name}", size


def duplicates() -> list[str]:
    """Return pairs of places with `REPEATED` equal code lines in a row."""
    seen: dict[tuple[str, ...], str] = {}
    pairs: dict[tuple[str, str], tuple[str, str]] = {}
    for path in files():
        lines = [
            (number, line)
            for number, line in code_lines(path).items()
            if any(c.isalnum() for c in line) and not line.startswith(("import ", "from "))
        ]
        for start in range(len(lines) - REPEATED + 1):
            window = tuple(line for _, line in lines[start : start + REPEATED])
            here = f"{path.relative_to(SOURCE)}:{lines[start][0]}"
            if window in seen:
                pairs.setdefault((seen[window].split(":")[0], str(path.name)), (seen[window], here))
            else:
                seen[window] = here
    return [f"{first} ~ {second}" for first, second in pairs.values()]


def module_of(path: Path) -> str:
    """Return the dotted name of a file; an ``__init__.py`` has that of its folder."""
    parts = path.relative_to(SOURCE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def modules() -> dict[str, Path]:
    """Return the files of the package by their dotted names."""
    return {module_of(path): path for path in files()}


@cache
def imported(module: str) -> dict[str, str]:
    """Return what a module imports from the package, at any depth: local name to origin."""
    names: dict[str, str] = {}
    for node in ast.walk(ast.parse(modules()[module].read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "lenet":
            for alias in node.names:
                names[alias.asname or alias.name] = f"{node.module}.{alias.name}"
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.split(".")[0] == "lenet":
                    names[alias.name] = alias.name
    return names


@cache
def needs(module: str) -> frozenset[str]:
    """Return the modules that a module imports, and the ``__init__`` of every other room."""
    names = set()
    for origin in imported(module).values():
        while origin not in modules():
            origin = origin.rpartition(".")[0]
        names.add(origin)
        room = ".".join(origin.split(".")[:2])
        if room != ".".join(module.split(".")[:2]):
            names.add(room)
    return frozenset(names - {module, "lenet"})


def rings() -> list[str]:
    """Return the import cycles, each as a chain of modules."""
    state: dict[str, int] = defaultdict(int)
    cycles = []

    def visit(module: str, chain: list[str]) -> None:
        state[module] = 1
        for other in sorted(needs(module)):
            if state[other] == 1:
                cycles.append(" > ".join([*chain[chain.index(other) :], other]))
            elif not state[other]:
                visit(other, [*chain, other])
        state[module] = 2

    for module in modules():
        if not state[module]:
            visit(module, [module])
    return cycles


@cache
def longest(module: str) -> tuple[str, ...]:
    """Return the longest chain of imports that begins with a module, without faces."""
    tails = [longest(other) for other in sorted(needs(module))]
    own = () if modules()[module].name in FACES else (module.removeprefix("lenet."),)
    return own + max(tails, key=len, default=())


def main() -> None:
    """Print the figures, or the table."""
    if "--table" in sys.argv:
        print(table())
        return
    paths = files()
    in_picture = [path for path in paths if path.parent.name == "picture"]
    sizes = {path: len(path.read_text("utf-8").splitlines()) for path in paths}
    short = [path for path in paths if sizes[path] < SHORT and path.name not in FACES]
    counted = dict(functions())
    long, too_long = (
        [f"{name} ({size})" for name, size in counted.items() if size > bound] for bound in LONG
    )
    same, cycles = duplicates(), rings()
    chain = () if cycles else max(map(longest, modules()), key=len)
    for label, number, places in (
        ("rooms", len(ROOMS), []),
        ("Python files outside picture/", len(paths) - len(in_picture), []),
        ("Python files in picture/", len(in_picture), []),
        (f"files under {SHORT} lines", len(short), [str(p.relative_to(SOURCE)) for p in short]),
        ("files in the longest import chain", len(chain), [" > ".join(chain)]),
        ("... without those of picture/", len([c for c in chain if "picture." not in c]), []),
        ("import rings", len(cycles), cycles),
        ("code lines", sum(len(code_lines(path)) for path in paths), []),
        ("functions", len(counted), []),
        (f"functions over {LONG[0]} code lines", len(long), long),
        (f"functions over {LONG[1]} code lines", len(too_long), too_long),
        (f"duplicates of {REPEATED} lines or more", len(same), same),
    ):
        print(f"{label:36} {number:6,}")
        if "-v" in sys.argv:
            for line in places:
                print(f"    {line}")


if __name__ == "__main__":
    main()
