"""The page `/api`: every request that OpenAPI describes, with examples to copy."""

import json
import re
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from lenet.server.api_examples import ADDRESS, IMAGE, JSON, PICTURE, READING, examples, resolved

REF = "$ref"


def api_page(
    description: Mapping[str, Any], style: str, icon: str, script: str, model: str = "reader"
) -> str:
    """Return the page as HTML.

    Parameters
    ----------
    description : mapping
        The OpenAPI description.
    style, icon, script : str
        Addresses of the style sheet, the icon and the script.
    model : str
        A model that is served, for the examples.
    """
    operations = [
        (method.upper(), path, operation)
        for path, methods in description["paths"].items()
        for method, operation in methods.items()
    ]
    contents = "".join(
        f'<li><a href="#{operation["operationId"]}"><code>{method} {escape(path)}</code></a></li>'
        for method, path, operation in operations
    )
    sections = "".join(_section(*each, description, model) for each in operations)
    schemas = description.get("components", {}).get("schemas", {})
    types = "".join(
        f'<section id="{_anchor(name)}"><h3><code>{escape(name)}</code></h3>'
        f"<p>{_words(schemas[name].get('description', ''))}</p>"
        f"{_fields(schemas[name], f'Fields of {name}', 'field')}</section>"
        for name in sorted(_used(operations, schemas))
    )
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>API · lenet</title>
<link rel="icon" href="{icon}" type="image/svg+xml">
<link rel="stylesheet" href="{style}">
<script type="module" src="{script}"></script>
</head>
<body>
<main class="api">
<p><a id="back" href=".">Back to the page</a></p>
<h1>The API of lenet</h1>
<p class="lead">Every request that this service answers, made from
<a href="v1/openapi.json">the OpenAPI description</a>. The examples send
<a href="{PICTURE}" download>{PICTURE}</a>, a picture, and <a href="{IMAGE}" download>{IMAGE}</a>,
an image of 28×28 bytes: save them first. If the service asks for a token, send the header
<code>Authorization: Bearer TOKEN</code>. Every answer other than 2xx is
<code>{{"error": "one line"}}</code>.</p>
<p>In Python no service is needed: the package <code>lenet</code> does the same, with
<code>lenet.Reader().read("{PICTURE}")</code>.</p>
<nav aria-label="Requests"><ul>{contents}<li><a href="#types">Types</a></li></ul></nav>
{sections}
<h2 id="types">Types</h2>
{types}
</main>
</body>
</html>
"""


def _section(
    method: str, path: str, operation: Mapping[str, Any], whole: Mapping[str, Any], model: str
) -> str:
    parameters = operation.get("parameters", [])
    rows = "".join(
        f"<tr><th scope=row><code>{escape(each['name'])}</code></th><td>{each['in']}</td>"
        f"<td>{_kind(each.get('schema', {}))}{_default(each.get('schema', {}))}</td>"
        f"<td>{_words(each.get('description', ''))}</td></tr>"
        for each in parameters
    )
    table = (
        '<div class="scroll" tabindex="0" role="region" '
        f'aria-label="Parameters of {method} {path}">'
        '<table class="told">'
        "<thead><tr><th scope=col>parameter</th><th scope=col>in</th><th scope=col>type</th>"
        f"<th scope=col>what it does</th></tr></thead><tbody>{rows}</tbody></table></div>"
        if parameters
        else ""
    )
    bodies = ", ".join(operation.get("requestBody", {}).get("content", {}))
    body = f"<p>Body: <code>{escape(bodies)}</code></p>" if bodies else ""
    label = f"Answer of {method} {path}"
    answers = _fields(resolved(_answer(operation), whole), label, "answer")
    shown = "".join(
        f"<h3>{language}</h3>{_block(text)}"
        for language, text in examples(method, path, operation, whole, model)
    )
    if path == "/v1/read":
        answer = json.dumps({**READING, "model": model}, indent=1)
        shown += f"<h3>An answer</h3>{_block(answer)}"
    return (
        f'<section id="{operation["operationId"]}"><h2><code>{method} {escape(path)}</code></h2>'
        f"<p>{_words(operation.get('description', operation.get('summary', '')))}</p>"
        f"{body}{table}{answers}{shown}</section>"
    )


def _block(text: str) -> str:
    """Return an example; the page's script puts its own address in it, and a button to copy it."""
    mark = f'<span class="address">{ADDRESS}</span>'
    code = escape(text).replace(ADDRESS, mark)
    return f'<div class="example"><pre tabindex=0><code>{code}</code></pre></div>'


def _answer(operation: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the schema of the answer; an empty one if it is not JSON."""
    answer: Mapping[str, Any] = next(
        (said for code, said in operation["responses"].items() if code < "300"), {}
    )
    schema: Mapping[str, Any] = answer.get("content", {}).get(JSON, {}).get("schema", {})
    return schema


def _fields(schema: Mapping[str, Any], label: str, heading: str) -> str:
    """Return the fields of an object, a line each; of anything else, what it is."""
    rows = "".join(
        f"<tr><th scope=row><code>{escape(name)}</code></th>"
        f"<td>{_kind(field)}{_default(field)}</td>"
        f"<td>{_words(field.get('description', ''))}</td></tr>"
        for name, field in schema.get("properties", {}).items()
    )
    if not rows:
        return f"<p>{_kind(schema)}</p>" if schema else ""
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(label)}">'
        f'<table class="told"><thead><tr><th scope=col>{heading}</th><th scope=col>type</th>'
        f"<th scope=col>what it is</th></tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _used(
    operations: list[tuple[str, str, Mapping[str, Any]]], schemas: Mapping[str, Any]
) -> set[str]:
    """Return the names of the types that answers name, and that those name in turn."""
    waiting = [name for *_, each in operations for name in _named(_answer(each))]
    used: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in used:
            used.add(name)
            waiting.extend(_named(schemas[name]))
    return used


def _named(schema: Any) -> Iterator[str]:
    """Yield the names of the types in a schema."""
    if isinstance(schema, Mapping):
        if isinstance(schema.get(REF), str):
            yield schema[REF].rpartition("/")[2]
        schema = list(schema.values())
    if isinstance(schema, list):
        for each in schema:
            yield from _named(each)


def _anchor(name: str) -> str:
    return f"type-{escape(name)}"


def _words(text: str) -> str:
    """Return a sentence as HTML.

    >>> _words("`a` < ``b``")
    '<code>a</code> &lt; <code>b</code>'
    """
    return re.sub(r"(`+)([^`]+)\1", r"<code>\2</code>", escape(text))


def _default(schema: Mapping[str, Any]) -> str:
    default = schema.get("default")
    return "" if default is None else f", {escape(json.dumps(default))} by default"


def _kind(schema: Mapping[str, Any]) -> str:
    """Return the type of a value in a word or two, as HTML.

    >>> _kind({"type": "array", "items": {"type": "integer"}})
    'array of integer'
    >>> _kind({"$ref": "#/components/schemas/Digit"})
    '<a href="#type-Digit">Digit</a>'
    """
    if REF in schema:
        name = str(schema[REF].rpartition("/")[2])
        return f'<a href="#{_anchor(name)}">{escape(name)}</a>'
    if options := schema.get("anyOf"):
        return " or ".join(map(_kind, options))
    if "const" in schema:
        return escape(json.dumps(schema["const"]))
    if "enum" in schema:
        return " or ".join(escape(json.dumps(each)) for each in schema["enum"])
    if schema.get("type") == "array" and "items" in schema:
        return f"array of {_kind(schema['items'])}"
    others = schema.get("additionalProperties")
    if schema.get("type") == "object" and isinstance(others, Mapping):
        return f"object of {_kind(others)} by name"
    return escape(str(schema.get("type", "any")))
