"""Bundles the page's small ES modules into one script, in plain Python."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping

_IMPORT = re.compile(r'^import \{([^}]*)\} from "\./(\w+)\.js";\n', re.MULTILINE)
_LATER = re.compile(r'\bawait import\("\./(\w+)\.js"\)')
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
        ``export`` before a function, a class or a constant; and ``await import("./name.js")``.
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
    names = _in_order(modules, entry, with_later=True)
    return "".join(_scope(name, modules[name], "await Promise.resolve($%s)") for name in names)


def bundle_apart(modules: Mapping[str, str], entry: str) -> dict[str, str]:
    """Bundle ES modules into a script that starts, and one for each ``await import(…)`` in it.

    A browser fetches the others, which have to lie beside the first, when they are imported. What
    several of them need is in the first.

    Returns
    -------
    dict of str to str
        The scripts, by the name of the module that each is made for.

    Raises
    ------
    ValueError
        See `bundle`.
    """
    first = _in_order(modules, entry)
    later = list(dict.fromkeys(name for one in first for name in _LATER.findall(modules[one])))
    needs = {name: [m for m in _in_order(modules, name) if m not in first] for name in later}
    counts = Counter(module for needed in needs.values() for module in needed)
    shared = [module for module, count in counts.items() if count > 1]
    first[-1:] = [*shared, entry]
    scripts = {}
    for name, needed in needs.items():
        own = [module for module in needed if module not in shared]
        imported = {one for module in own for _, one in _IMPORT.findall(modules[module])}
        given = ", ".join(f"${one}" for one in sorted(imported - {*own}))
        body = "".join(_scope(module, modules[module]) for module in own)
        scripts[name] = f"const {{ {given} }} = globalThis.$modules;\n{body}"
        scripts[name] += f"globalThis.$modules.${name} = ${name};\n"
    scopes = [_scope(name, modules[name], 'await $later("%s")') for name in first]
    if later:
        given = ", ".join(f"${name}" for name in first[:-1])
        scopes.insert(-1, f"globalThis.$modules = {{ {given} }};\n{_FETCH}")
    return {entry: "".join(scopes), **scripts}


_FETCH = """\
const $later = async (name) => {
await import(new URL(`${name}.js`, import.meta.url).href);
return globalThis.$modules[`$${name}`];
};
"""


def _in_order(modules: Mapping[str, str], entry: str, *, with_later: bool = False) -> list[str]:
    """Return the modules that `entry` needs, itself included, each after those it imports."""
    names: list[str] = []

    def add(name: str, importers: tuple[str, ...]) -> None:
        if name in importers:
            raise ValueError(f"modules import in a circle: {' > '.join((*importers, name))}")
        if name in names:
            return
        if name not in modules:
            raise ValueError(f"{importers[-1]}.js imports {name}.js, which does not exist")
        imported = [name for _, name in _IMPORT.findall(modules[name])]
        for each in [*imported, *(_LATER.findall(modules[name]) if with_later else [])]:
            add(each, (*importers, name))
        names.append(name)

    add(entry, ())
    return names


def _scope(name: str, source: str, later: str = "") -> str:
    """Return a module as a function with its own scope; `later` replaces ``await import(…)``."""
    code = _NOTE.sub("", _DOCUMENTATION.sub("", source))
    if any(line.count("`") % 2 for line in code.splitlines()):
        raise ValueError(f"{name}.js: a text over several lines would lose its indentation")
    code = _INDENTATION.sub("", code)
    exported = _EXPORT.findall(code)
    code = _EXPORT.sub("", code)
    code = _IMPORT.sub(
        lambda match: f"const {{{match[1].replace(' as ', ': ')}}} = ${match[2]};\n", code
    )
    if later:
        code = _LATER.sub(lambda match: later % match[1], code)
    if other := _OTHER_FORM.search(code):
        raise ValueError(f"{name}.js: this import or export cannot be joined: {other[0]}")
    names = ", ".join(exported)
    return f"// {name}.js\nconst ${name} = (() => {{\n{code}return {{ {names} }};\n}})();\n"


def join_styles(sheets: Iterable[str]) -> str:
    """Join style sheets, without comments and indentation."""
    return _INDENTATION.sub("", _STYLE_NOTE.sub("", "".join(sheets)))
