"""Build the documentation in site/: every page of the repository, and the API from its docstrings.

python tools/docs_site.py            needs no network, and neither do the pages

The site has the repository's own layout, so a page's links hold in both: a linked Markdown file
becomes a page, a linked folder a page of its pictures, any other linked file is copied.
"""

import argparse
import html
import importlib
import posixpath
import re
import shutil
import sys
import warnings
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pdoc.render
import pdoc.render_helpers
from markupsafe import Markup

ROOT = Path(__file__).parent.parent
API = "docs/api"
START = "README.md"
# The pages in the menu; what they link to is added to the site, but not to the menu.
MENU = {
    START: "Overview",
    "docs/data.md": "Data",
    "docs/reading.md": "Reading pictures",
    "docs/python.md": "Your own data in Python",
    "docs/results.md": "Results",
    "docs/service.md": "The service",
    "docs/scale.md": "In bulk, on many machines",
    "docs/privacy.md": "What is written and sent",
    "docs/coming-from.md": "Coming from another project",
    "docs/cli.md": "Command line",
    "CONTRIBUTING.md": "Contributing",
    "CHANGELOG.md": "Changelog",
}
TEMPLATES = ROOT / "tools/docs_templates"
PROGRAM = "docs/page.html"  # fragments name its rooms, and are no anchors


def target_of(path: str) -> str:
    """Return where a file of the repository stands in the site."""
    if path == START:
        return "index.html"
    if (ROOT / path).is_dir():
        return f"{path.rstrip('/')}/index.html"
    return re.sub(r"\.md$", ".html", path)


def rooms() -> list[str]:
    """Return the modules of the API: the package and each room; `cli` has a page of its own."""
    package = ROOT / "src/lenet"
    names = {path.stem for path in package.glob("[a-z]*.py")}
    names |= {path.parent.name for path in package.glob("*/__init__.py")}
    return ["lenet", *(f"lenet.{name}" for name in sorted(names - {"cli"}))]


def write_api(site: Path) -> None:
    """Write the API's pages from the docstrings.

    Raises
    ------
    UserWarning
        pdoc warns, for instance of a name in ``__all__`` that does not exist.
    """
    for room in rooms():
        module = importlib.import_module(room)
        for name in getattr(module, "__all__", ()):
            setattr(module, name, getattr(module, name))  # pdoc does not see lazy imports
    with warnings.catch_warnings():
        warnings.filterwarnings("error", category=UserWarning, module="pdoc")
        pdoc.pdoc(*rooms(), r"!lenet\.\w+\..+", output_directory=site / API)


class Links(HTMLParser):
    """The links, pictures and anchors of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.anchors: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what a tag links to, and what it can be linked by."""
        for name, value in attrs:
            if name in ("href", "src") and value and tag not in ("meta", "script"):
                self.links.append(value)
            elif name in ("id", "name") and value:
                self.anchors.add(value)


def resolve(page: str, link: str) -> str | None:
    """Return the path that a link on a page names, from the root; None for one to elsewhere."""
    parts = urlsplit(link)
    if parts.scheme or parts.netloc:
        return None
    if not parts.path:
        return page
    return posixpath.normpath(posixpath.join(posixpath.dirname(page), unquote(parts.path)))


def write(path: Path, content: str) -> None:
    """Write a file of the site."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, "utf-8")


def body_of(path: str) -> str:
    """Return the HTML of a Markdown file, or of a folder of pictures."""
    if (ROOT / path).is_dir():
        pictures = sorted(file.name for file in (ROOT / path).glob("*.webp"))
        text = "\n\n".join(f"![{name}]({name})" for name in pictures)
    else:
        text = (ROOT / path).read_text("utf-8")
    return str(pdoc.render_helpers.to_html(text))


def add_page(site: Path, path: str) -> set[str]:
    """Write the page of a file or folder; return the files of the repository that it links to."""
    body, target = body_of(path), target_of(path)
    base = target if (ROOT / path).is_dir() else path
    linked = set[str]()
    for link in Links(body).links:
        wanted = resolve(base, link)
        if wanted is None or link.startswith("#"):
            continue
        if not (ROOT / wanted).exists():
            raise FileNotFoundError(f"{path} links to {link}, which does not exist")
        linked.add(wanted)
        if target_of(wanted) != wanted:
            fragment = urlsplit(link).fragment
            shown = "../" * target.count("/") + target_of(wanted) + (fragment and f"#{fragment}")
            body = body.replace(f'href="{html.escape(link)}"', f'href="{html.escape(shown)}"')
    template = pdoc.render.env.get_template("page.html.jinja2")
    up = "../" * target.count("/")
    write(site / target, template.render(title=MENU.get(path, path), body=Markup(body), up=up))
    return linked


def build(site: Path) -> None:
    """Build the site in an empty folder.

    Raises
    ------
    FileNotFoundError
        A page links to a file that does not exist.
    """
    pdoc.render.configure(docformat="numpy", show_source=False, template_directory=TEMPLATES)
    pdoc.render.env.globals["menu"] = {target_of(page): name for page, name in MENU.items()}
    pdoc.render.env.globals["api"] = {
        f"{API}/{room.replace('.', '/')}.html": room for room in rooms()
    }
    write_api(site)
    waiting, done = list(MENU), set[str]()
    while waiting:
        path = waiting.pop()
        if path in done:
            continue
        done.add(path)
        if (ROOT / path).is_dir() or path.endswith(".md"):
            waiting += add_page(site, path)
        else:
            (site / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / path, site / path)


def broken_links(site: Path) -> list[str]:
    """Return each link of the site that leads nowhere, with its page."""
    pages = {
        path.relative_to(site).as_posix(): Links(path.read_text("utf-8"))
        for path in site.rglob("*.html")
        if path != site / PROGRAM
    }
    broken = []
    for name, page in pages.items():
        for link in page.links:
            target = resolve(name, link)
            anchor = unquote(urlsplit(link).fragment)
            if target is None:
                continue
            if not (site / target).is_file():
                broken.append(f"{name}: {link}")
            elif anchor and target in pages and anchor not in pages[target].anchors:
                broken.append(f"{name}: {link} (no such anchor)")
    return broken


def main() -> None:
    """Build the site and check its links."""
    parser = argparse.ArgumentParser(description="Build the documentation, offline.")
    parser.add_argument("site", type=Path, nargs="?", default=ROOT / "site", help="made anew")
    site: Path = parser.parse_args().site
    if site.exists() and any(site.iterdir()) and not (site / API).is_dir():
        sys.exit(f"{site} holds something other than this site: name another folder")
    shutil.rmtree(site, ignore_errors=True)
    build(site)
    if broken := broken_links(site):
        sys.exit("broken links:\n" + "\n".join(broken))
    print(f"{site / 'index.html'}: {len(list(site.rglob('*.html')))} pages")


if __name__ == "__main__":
    main()
