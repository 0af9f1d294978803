"""Bundles the page's small ES modules into one script, in plain Python."""

import re
from collections.abc import Iterable, Mapping

_IMPORT = re.compile(r'^import \{([^}]*)\} from "\./(\w+)\.js";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function|class|const) (\w+))", re.MULTILINE)
_OTHER_FORM = re.compile(r"^(?:import|export)\b.*|\bimport\(", re.MULTILINE)
_COMMENT = r"/\*\*(?:(?!\*/).)*\*/"
_DOCUMENTATION = re.compile(rf"^ *{_COMMENT}\n|{_COMMENT} ?", re.MULTILINE | re.DOTALL)
_NOTE = re.compile(r"^ *//.*\n", re.MULTILINE)
_STYLE_NOTE = re.compile(r"/\*(?:(?!\*/).)*\*/\n?", re.DOTALL)
_INDENTATION = re.compile(r"^ +", re.MULTILINE)


def bundle(modules: Mapping[str, str], entry: str) -> str:
    r"""Bundle ES modules into one script.

    Each module becomes a function with its own scope, called once, after the modules it imports.
    Nothing is renamed or minified; only comments on lines of their own, documentation and
    indentation are removed, so that a slow network carries less.

    Parameters
    ----------
    modules : mapping of str to str
        Sources by name without ``.js``. They may use ``import { a, b as c } from "./name.js";`` and
        ``export`` before a function, a class or a constant.
    entry : str
        The module to start with; modules it does not need are left out.

    Raises
    ------
    ValueError
        A module is missing, imports are circular or use another form of import or export, or a
        text goes over several lines, whose indentation would be lost.

    >>> print(bundle({"app": 'import { one } from "./one.js";\none();\n',
    ...               "one": "export const one = () => 1;\n"}, "app"), end="")
    // one.js
    const $one = (() => {
    const one = () => 1;
    return { one };
    })();
    // app.js
    const $app = (() => {
    const { one } = $one;
    one();
    return {  };
    })();
    """
    scopes: dict[str, str] = {}

    def add(name: str, importers: tuple[str, ...]) -> None:
        if name in importers:
            raise ValueError(f"modules import in a circle: {' > '.join((*importers, name))}")
        if name in scopes:
            return
        if name not in modules:
            raise ValueError(f"{importers[-1]}.js imports {name}.js, which does not exist")
        for _, imported in _IMPORT.findall(modules[name]):
            add(imported, (*importers, name))
        scopes[name] = _scope(name, modules[name])

    add(entry, ())
    return "".join(scopes.values())


def _scope(name: str, source: str) -> str:
    code = _NOTE.sub("", _DOCUMENTATION.sub("", source))
    if any(line.count("`") % 2 for line in code.splitlines()):
        raise ValueError(f"{name}.js: a text over several lines would lose its indentation")
    code = _INDENTATION.sub("", code)
    exported = _EXPORT.findall(code)
    code = _EXPORT.sub("", code)
    code = _IMPORT.sub(
        lambda match: f"const {{{match[1].replace(' as ', ': ')}}} = ${match[2]};\n", code
    )
    if other := _OTHER_FORM.search(code):
        raise ValueError(f"{name}.js: this import or export cannot be joined: {other[0]}")
    names = ", ".join(exported)
    return f"// {name}.js\nconst ${name} = (() => {{\n{code}return {{ {names} }};\n}})();\n"


def join_styles(sheets: Iterable[str]) -> str:
    """Join style sheets, without comments and indentation."""
    return _INDENTATION.sub("", _STYLE_NOTE.sub("", "".join(sheets)))
