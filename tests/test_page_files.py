"""The page's files fit together; what they do in a browser is asked in the other tests of it."""

import re
from pathlib import Path

import lenet

PAGE = Path(lenet.__file__).parent / "server" / "page"
MODULES = sorted(PAGE.glob("*.js"))
HTML = (PAGE / "index.html").read_text("utf-8")
STRINGS = (PAGE / "texts.js").read_text("utf-8")
TEXTS = set(re.findall(r'^    (?:"([^"]+)"|(\w+)):', STRINGS, re.MULTILINE))
KEYS = {quoted or bare for quoted, bare in TEXTS}


def test_every_file_that_is_named_is_there_and_every_file_is_named() -> None:
    named = set(re.findall(r'(?:src|href)="([\w.-]+\.\w+)"', HTML))
    for module in MODULES:
        named |= set(re.findall(r'from "\./([\w.-]+)"', module.read_text("utf-8")))
    assert named == {path.name for path in PAGE.iterdir()} - {"index.html"}


def test_every_module_is_fetched_at_once_and_not_one_after_the_other() -> None:
    fetched = set(re.findall(r'rel="modulepreload" href="([\w.-]+)"', HTML))
    assert fetched == {module.name for module in MODULES} - {"app.js", "scheme.js"}


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


def test_every_text_that_is_asked_for_is_in_the_one_file_of_texts() -> None:
    asked = set(re.findall(r'data-t(?:-label)?="([^"]+)"', HTML))
    for module in MODULES:
        text = module.read_text("utf-8")
        asked |= set(re.findall(r'\bt\("([^"]+)"', text))
        asked |= set(re.findall(r'\bpart\("([^"]+)"', text))
        for key in re.findall(r'\bsay\("([^"]+)"', text):
            asked |= {key, f"{key}.none"}
        for key in re.findall(r'\bcount\("([^"]+)"', text):
            asked |= {f"{key}.one", f"{key}.other"}
    assert asked <= KEYS, f"no text for {asked - KEYS}"


def test_no_sentence_hides_outside_the_file_of_texts() -> None:
    for module in MODULES:
        if module.name == "texts.js":
            continue
        code = re.sub(r"/\*.*?\*/|//[^\n]*", "", module.read_text("utf-8"), flags=re.DOTALL)
        sentences = re.findall(r'"[A-Z][a-z]+ [a-z]+[^"]*"', code)
        assert not sentences, f"{module.name} says {sentences}"
