"""Bundles the page's small ES modules into one script, in plain Python."""

import re
from collections.abc import Iterable, Mapping

_IMPORT = re.compile(r'^import \{([^}]*)\} from "\./(\w+)\.js";\n', re.MULTILINE)
_LATER = re.compile(r'\bimport\("\./(\w+)\.js"\)')
_FETCHED = re.compile(r'\bimport\("\./\w+\.js"\)\.then\(\(all\) => all\.\$')
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
        ``export`` before a function, a class or a constant; and ``import("./name.js")``, a promise
        of what a module exports.
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
    return "".join(_scopes(modules, entry, {}, whole=True).values())


def bundle_apart(modules: Mapping[str, str], entry: str, later: str) -> tuple[str, str]:
    r"""Like `bundle`, but what is only imported by ``import("./name.js")`` is a script of its own.

    Parameters
    ----------
    modules, entry
        As for `bundle`. The first script must be served as ``<entry>.js``.
    later : str
        The name of the second script, beside the first one and without ``.js``.

    Returns
    -------
    tuple of str and str
        Two ES modules. The first fetches the second when it first needs it.

    >>> first, later = bundle_apart({"app": 'const { one } = await import("./one.js");\n',
    ...                              "one": "export const one = 1;\n"}, "app", "rest")
    >>> print(first, end="")
    // app.js
    const $app = (() => {
    const { one } = await import("./rest.js").then((all) => all.$one);
    return {  };
    })();
    export { $app };
    """
    fetch = f'import("./{later}.js").then((all) => all.${{name}})'
    first = _scopes(modules, entry, {}, fetch=fetch)
    second = dict(first)
    wanted = dict.fromkeys(name for own in first for name in _LATER.findall(_code(modules[own])))
    for name in wanted:
        _scopes(modules, name, second, fetch=fetch)
    own = [name for name in second if name not in first]
    return (
        "".join(first.values()) + _names("export", first),
        _names("import", first).replace(";", f' from "./{entry}.js";')
        + "".join(second[name] for name in own)
        + _names("export", own),
    )


def _names(word: str, scopes: Iterable[str]) -> str:
    return f"{word} {{ {', '.join(f'${name}' for name in scopes)} }};\n"


def _scopes(
    modules: Mapping[str, str],
    entry: str,
    scopes: dict[str, str],
    *,
    whole: bool = False,
    fetch: str = "Promise.resolve(${name})",
) -> dict[str, str]:
    """Add the scope of a module and of those it imports to `scopes`, each after what it needs.

    `whole`: also of those that are imported later. `fetch` stands for such an import.
    """

    def add(name: str, importers: tuple[str, ...]) -> None:
        if name in importers:
            raise ValueError(f"modules import in a circle: {' > '.join((*importers, name))}")
        if name in scopes:
            return
        if name not in modules:
            raise ValueError(f"{importers[-1]}.js imports {name}.js, which does not exist")
        code = _code(modules[name])
        for _, imported in _IMPORT.findall(code):
            add(imported, (*importers, name))
        for imported in _LATER.findall(code) if whole else ():
            add(imported, (*importers, name))
        scopes[name] = _scope(name, code, fetch)

    add(entry, ())
    return scopes


def _code(source: str) -> str:
    """Return a module without its documentation."""
    return _NOTE.sub("", _DOCUMENTATION.sub("", source))


def _scope(name: str, code: str, fetch: str) -> str:
    if any(line.count("`") % 2 for line in code.splitlines()):
        raise ValueError(f"{name}.js: a text over several lines would lose its indentation")
    code = _INDENTATION.sub("", code)
    exported = _EXPORT.findall(code)
    code = _EXPORT.sub("", code)
    code = _LATER.sub(lambda match: fetch.replace("{name}", match[1]), code)
    code = _IMPORT.sub(
        lambda match: f"const {{{match[1].replace(' as ', ': ')}}} = ${match[2]};\n", code
    )
    if other := _OTHER_FORM.search(_FETCHED.sub("", code)):
        raise ValueError(f"{name}.js: this import or export cannot be joined: {other[0]}")
    names = ", ".join(exported)
    return f"// {name}.js\nconst ${name} = (() => {{\n{code}return {{ {names} }};\n}})();\n"


def join_styles(sheets: Iterable[str]) -> str:
    """Join style sheets, without comments and indentation."""
    return _INDENTATION.sub("", _STYLE_NOTE.sub("", "".join(sheets)))
