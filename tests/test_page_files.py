"""The page's files fit together; what they do in a browser is asked in the other tests of it."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from starlette.testclient import TestClient

import lenet
from lenet.reader import percent
from lenet.server.app import build
from lenet.server.bundling import bundle, bundle_apart
from lenet.server.guard import Policy
from lenet.server.site import ENTRY, STYLES, WORKER, files_of
from percents import PERCENTS
from services import service_of

PAGE = Path(lenet.__file__).parent / "server" / "page"
MODULES = sorted(PAGE.glob("*.js"))
HTML = (PAGE / "index.html").read_text("utf-8")
TEXT_FILES = ("texts.js", "insidetexts.js", "numbertexts.js")
STRINGS = "".join((PAGE / name).read_text("utf-8") for name in TEXT_FILES)
TEXTS = set(re.findall(r'^    (?:"([^"]+)"|(\w+)):', STRINGS, re.MULTILINE))
KEYS = {quoted or bare for quoted, bare in TEXTS}


def test_every_source_is_part_of_the_page() -> None:
    sources = {module.stem: module.read_text("utf-8") for module in MODULES}
    script = bundle(sources, ENTRY) + bundle(sources, WORKER)
    joined = set(re.findall(r"^// (\w+\.js)$", script, re.MULTILINE))
    # `alone` takes the place of `transport` in a page that is exported.
    assert joined == {module.name for module in MODULES} - {"scheme.js", "apipage.js", "alone.js"}
    assert {path.stem for path in PAGE.glob("*.css")} == set(STYLES)


def test_index_html_names_every_file_by_a_hash_of_its_content() -> None:
    files = files_of(PAGE)
    html = files["/"].content.decode()
    named = {f"/{name}" for name in re.findall(r'(?:src|href|content)="([^"#]+/[^"#]+)"', html)}
    # Fetched when their rooms are entered, or with the page of the API.
    later = {path for path in files if path.endswith(("/inside.js", "/numbers.js", "/apipage.js"))}
    assert len(later) == 3
    assert named == set(files) - {"/", "/index.html"} - later
    (folder,) = {path.split("/")[1] for path in named}
    assert re.fullmatch(r"[0-9a-f]{12}", folder)


def test_a_change_anywhere_changes_every_address(tmp_path: Path) -> None:
    for path in PAGE.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    assert files_of(tmp_path).keys() == files_of(PAGE).keys()
    with (tmp_path / "frame.css").open("a") as file:
        file.write("a { color: red }\n")
    assert not (files_of(tmp_path).keys() & files_of(PAGE).keys()) - {"/", "/index.html"}


def test_joined_modules_share_no_names_but_what_they_export() -> None:
    modules = {
        "app": 'import { twice as double } from "./one.js";\n'
        'import { two } from "./two.js";\nconst own = 1;\n'
        "globalThis.answer = double(two) + own;\n",
        "one": "const own = 2;\n/** A comment. */\nexport function twice(n) {\n"
        "  return own * n;\n}\n",
        "two": 'import {\n  twice,\n} from "./one.js";\nexport const two = twice(1);\n',
        "idle": "export const idle = 1;\n",
    }
    script = bundle(modules, "app")
    assert "comment" not in script
    assert "idle" not in script
    assert script.index("// one.js") < script.index("// two.js") < script.index("// app.js")
    if node := shutil.which("node"):
        done = subprocess.run(
            [node, "-e", f"{script}console.log(answer)"], capture_output=True, text=True, timeout=60
        )
        assert done.stdout == "5\n"


LATER = {
    "app": 'import { one } from "./one.js";\nconst load = async () => {\n'
    '  const { room } = await import("./room.js");\n'
    '  const { other } = await import("./other.js");\n  return [one, room, other, ran];\n};\n'
    "load().then((found) => console.log(found.join()));\n",
    "room": 'import { one } from "./one.js";\nimport { own } from "./own.js";\n'
    'import { both } from "./both.js";\nexport const room = one + own + both;\n',
    "other": 'import { both } from "./both.js";\nexport const other = both;\n',
    "one": "export const one = 1;\n",
    "own": "export const own = 10;\n",
    "both": "globalThis.ran = (globalThis.ran ?? 0) + 1;\nexport const both = 100 * ran;\n",
}


@pytest.mark.parametrize("apart", [True, False])
def test_what_is_imported_later_has_a_script_of_its_own(tmp_path: Path, apart: bool) -> None:
    scripts = bundle_apart(LATER, "app") if apart else {"app": bundle(LATER, "app")}
    for name, script in scripts.items():
        (tmp_path / f"{name}.js").write_text(script)
    (tmp_path / "package.json").write_text('{"type": "module"}')
    if apart:
        assert list(scripts) == ["app", "room", "other"]
        made = {name: re.findall(r"^// (\w+)\.js$", text, re.M) for name, text in scripts.items()}
        assert made == {
            "app": ["one", "both", "app"],
            "room": ["own", "room"],
            "other": ["other"],
        }
    if node := shutil.which("node"):
        done = subprocess.run(
            [node, tmp_path / "app.js"], capture_output=True, text=True, timeout=60
        )
        assert done.stdout == "1,111,100,1\n", done.stderr


@pytest.mark.parametrize(
    ("modules", "fault"),
    [
        ({"app": 'import { a } from "./b.js";\n'}, "app.js imports b.js, which does not exist"),
        (
            {
                "app": 'import { a } from "./b.js";\n',
                "b": 'import { c } from "./app.js";\nexport const a = 1;\n',
            },
            "modules import in a circle: app > b > app",
        ),
        ({"app": 'import * as b from "./b.js";\n'}, "cannot be joined: import \\* as b"),
        ({"app": "export default 1;\n"}, "cannot be joined: export default 1"),
        ({"app": "export let a = 1;\n"}, "cannot be joined: export let a"),
        ({"app": 'const b = import("./b.js");\n'}, "cannot be joined: import"),
        ({"app": 'const b = await import("./b.js");\n'}, "app.js imports b.js, which does not"),
    ],
)
def test_what_cannot_be_joined_is_refused(modules: dict[str, str], fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        bundle(modules, "app")


@pytest.fixture(scope="module")
def visitor() -> TestClient:
    return TestClient(build(service_of("lenet5"), Policy()), base_url="http://localhost")


def test_files_are_kept_for_good_and_index_html_is_asked_for_again(visitor: TestClient) -> None:
    home = visitor.get("/")
    assert home.headers["cache-control"] == "no-cache"
    assert home.headers["vary"] == "Accept-Encoding"
    again = visitor.get("/", headers={"If-None-Match": home.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    script = re.search(r'src="(\w+/app\.js)"', home.text)
    assert script
    for coding in ("gzip", "identity"):
        file = visitor.get(f"/{script[1]}", headers={"Accept-Encoding": coding})
        assert file.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert file.headers["content-type"] == "text/javascript; charset=utf-8"
        assert file.headers.get("content-encoding", "identity") == coding
        assert "// app.js" in file.text
    assert visitor.head(f"/{script[1]}").content == b""
    assert visitor.post(f"/{script[1]}").status_code == 405
    assert visitor.get("/000000000000/app.js").status_code == 404


def test_answers_over_a_kilobyte_are_compressed_and_smaller_ones_are_not(
    visitor: TestClient,
) -> None:
    large = visitor.get("/v1/models", headers={"Accept-Encoding": "gzip"})
    assert large.headers["content-encoding"] == "gzip"
    assert int(large.headers["content-length"]) < len(large.content) / 2
    plain = visitor.get("/v1/models", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.content == large.content
    assert "content-encoding" not in visitor.get("/livez").headers


def test_nothing_on_the_page_breaks_its_own_security_policy() -> None:
    assert not re.search(r"\sstyle=|\son\w+=|<style|javascript:", HTML)
    assert all("src=" in script for script in re.findall(r"<script[^>]*>", HTML))
    for path in PAGE.iterdir():
        text = path.read_text("utf-8")
        foreign = set(re.findall(r"https?://[\w.]+", text)) - {"http://www.w3.org"}
        assert not foreign, f"{path.name} names {foreign}"


def test_text_is_never_taken_for_markup() -> None:
    for module in MODULES:
        text = module.read_text("utf-8")
        for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "DOMParser"):
            assert word not in text, f"{module.name} says {word}"


def test_every_text_that_is_asked_for_is_in_a_file_of_texts() -> None:
    asked = set(re.findall(r'data-t(?:-label)?="([^"]+)"', HTML))
    for module in MODULES:
        text = module.read_text("utf-8")
        asked |= set(re.findall(r'\bt\("([^"]+)"', text))
        asked |= set(re.findall(r'\bpart\("([^"]+)"', text))
        for key in re.findall(r'\babout\([\w.]+, "([^"]+)"', text):
            asked |= {key, f"{key}.class"}
        for key in re.findall(r'\bsay\("([^"]+)"', text):
            asked |= {key, f"{key}.none"}
        for key in re.findall(r'\bcount\("([^"]+)"', text):
            asked |= {f"{key}.one", f"{key}.other"}
    assert asked <= KEYS, f"no text for {asked - KEYS}"


def test_python_writes_probabilities_as_the_page_does() -> None:
    assert {share: percent(share) for share in PERCENTS} == PERCENTS


def test_no_sentence_hides_outside_the_files_of_texts() -> None:
    for module in MODULES:
        if module.name in TEXT_FILES:
            continue
        code = re.sub(r"/\*.*?\*/|//[^\n]*", "", module.read_text("utf-8"), flags=re.DOTALL)
        sentences = re.findall(r'"[A-Z][a-z]+ [a-z]+[^"]*"', code)
        assert not sentences, f"{module.name} says {sentences}"
