"""The documentation: current, complete, and without a request to another computer."""

import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]

import lenet

ROOT = Path(__file__).parent.parent


def run_tool(name: str, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "tools" / name), *words]
    return subprocess.run(command, capture_output=True, text=True)


def test_the_command_line_reference_is_current() -> None:
    done = run_tool("reference.py", "--check")
    assert done.returncode == 0, done.stderr


def test_contributing_names_only_files_that_exist() -> None:
    page = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    paths = re.findall(r"`((?:src|tests|tools|docs)/[\w./-]+)`", page)
    assert len(paths) > 10
    for path in paths:
        assert (ROOT / path).exists() or "NAME" in path or "KIND" in path, path


def test_the_commit_hook_runs_make_check() -> None:
    (repository,) = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text("utf-8"))["repos"]
    (hook,) = repository["hooks"]
    assert hook["entry"] == "make check"


@pytest.mark.slow
def test_the_site_documents_every_public_name_and_asks_no_host(tmp_path: Path) -> None:
    done = run_tool("docs_site.py", str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "docs/cli.html").exists()
    api = (tmp_path / "docs/api/lenet.html").read_text("utf-8")
    for name in lenet.__all__:
        assert f'id="{name}"' in api, name
    for path in (ROOT / "src/lenet").glob("*/__init__.py"):
        room = path.parent.name
        assert (tmp_path / f"docs/api/lenet/{room}.html").exists() or room == "cli", room
    for path in tmp_path.rglob("*.html"):
        requests = re.findall(r"<(?:script|link|img)[^>]*https?://[^>]*>", path.read_text("utf-8"))
        assert not requests, path


def test_a_folder_with_other_files_is_not_replaced_by_the_site(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").touch()
    done = run_tool("docs_site.py", str(tmp_path))
    assert done.returncode == 1
    assert done.stderr.endswith("holds something other than this site: name another folder\n")
    assert (tmp_path / "thesis.txt").exists()


def test_a_link_of_the_site_that_leads_nowhere_is_found(tmp_path: Path) -> None:
    docs_site = runpy.run_path(str(ROOT / "tools/docs_site.py"))
    (tmp_path / "a").mkdir()
    (tmp_path / "a/page.html").write_text('<a href="../b.html#x">b</a> <a href="c.html">c</a>')
    (tmp_path / "b.html").write_text('<p id="y"> <a href="a/page.html">fine</a> <a href="#y">y</a>')
    assert docs_site["broken_links"](tmp_path) == [
        "a/page.html: ../b.html#x (no such anchor)",
        "a/page.html: c.html",
    ]
