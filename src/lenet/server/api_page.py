"""The page `/api`: every request that OpenAPI describes, with examples to copy."""

import json
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

OCTETS = "application/octet-stream"
JSON = "application/json"
FILE = "photo.jpg"
IMAGE = "image.bin"  # 784 bytes
# Values for required parameters and fields in the examples; others are told by their type.
SAMPLES: Mapping[str, Any] = {
    "name": "reader",
    "number": "6f1c0e5e-8a0b-4c43-9f0e-0a4f6a7b1c2d",
    "id": "6f1c0e5e-8a0b-4c43-9f0e-0a4f6a7b1c2d",
    "truth": 7,
}
BLANK = "AAAA…"  # the beginning of an image in base64


def api_page(description: Mapping[str, Any], style: str, icon: str) -> str:
    """Return the page as HTML.

    Parameters
    ----------
    description : mapping
        The OpenAPI description.
    style, icon : str
        Addresses of the style sheet and the icon.
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
    sections = "".join(_section(*each, description) for each in operations)
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>API · lenet</title>
<link rel="icon" href="{icon}" type="image/svg+xml">
<link rel="stylesheet" href="{style}">
</head>
<body>
<main class="api">
<h1>The API of lenet</h1>
<p class="lead">Made from <a href="v1/openapi.json">the OpenAPI description</a>. A click selects a
whole example. Put your own address for <code>$URL</code>, and if the service asks for a token, send
the header <code>Authorization: Bearer TOKEN</code>. Every answer other than 2xx is
<code>{{"error": "one line"}}</code>. <a href=".">Back to the page</a></p>
<nav aria-label="Requests"><ul>{contents}</ul></nav>
{sections}
</main>
</body>
</html>
"""


def _section(method: str, path: str, operation: Mapping[str, Any], whole: Mapping[str, Any]) -> str:
    parameters = operation.get("parameters", [])
    rows = "".join(
        f"<tr><th scope=row><code>{escape(each['name'])}</code></th><td>{each['in']}</td>"
        f"<td>{escape(_kind(each.get('schema', {}), whole))}</td>"
        f"<td>{escape(each.get('description', ''))}</td></tr>"
        for each in parameters
    )
    table = (
        '<div class="scroll" tabindex="0" role="region" aria-label="Parameters">'
        '<table class="told">'
        "<thead><tr><th scope=col>parameter</th><th scope=col>in</th><th scope=col>type</th>"
        f"<th scope=col>what it does</th></tr></thead><tbody>{rows}</tbody></table></div>"
        if parameters
        else ""
    )
    bodies = ", ".join(operation.get("requestBody", {}).get("content", {}))
    body = f"<p>Body: <code>{escape(bodies)}</code></p>" if bodies else ""
    examples = "".join(
        f"<h3>{language}</h3><pre tabindex=0><code>{escape(text)}</code></pre>"
        for language, text in _examples(method, path, operation, whole)
    )
    return (
        f'<section id="{operation["operationId"]}"><h2><code>{method} {escape(path)}</code></h2>'
        f"<p>{escape(operation.get('description', operation.get('summary', '')))}</p>"
        f"{body}{table}{_fields(operation, whole)}{examples}</section>"
    )


def _fields(operation: Mapping[str, Any], whole: Mapping[str, Any]) -> str:
    """Return the fields of the answer, a line each."""
    answer: Mapping[str, Any] = next(
        (said for code, said in operation["responses"].items() if code < "300"), {}
    )
    schema = _resolved(answer.get("content", {}).get(JSON, {}).get("schema", {}), whole)
    rows = "".join(
        f"<tr><th scope=row><code>{escape(name)}</code></th><td>{escape(_kind(field, whole))}</td>"
        f"<td>{escape(field.get('description', ''))}</td></tr>"
        for name, field in schema.get("properties", {}).items()
    )
    if not rows:
        return ""
    return (
        '<div class="scroll" tabindex="0" role="region" aria-label="Answer"><table class="told">'
        "<thead><tr><th scope=col>answer</th><th scope=col>type</th><th scope=col>what it is</th>"
        f"</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _resolved(schema: Mapping[str, Any], whole: Mapping[str, Any]) -> Mapping[str, Any]:
    if "$ref" not in schema:
        return schema
    place: Any = whole
    for name in schema["$ref"].removeprefix("#/").split("/"):
        place = place[name]
    return dict(place)


def _kind(schema: Mapping[str, Any], whole: Mapping[str, Any]) -> str:
    """Return the type of a value in a word or two.

    >>> _kind({"type": "array", "items": {"type": "integer"}}, {})
    'array of integer'
    """
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    if options := schema.get("anyOf"):
        return " or ".join(_kind(each, whole) for each in options)
    if "enum" in schema:
        return " or ".join(json.dumps(each) for each in schema["enum"])
    if schema.get("type") == "array" and "items" in schema:
        return f"array of {_kind(schema['items'], whole)}"
    return str(schema.get("type", "any"))


def _examples(
    method: str, path: str, operation: Mapping[str, Any], whole: Mapping[str, Any]
) -> Iterator[tuple[str, str]]:
    place = path
    for name, value in SAMPLES.items():
        place = place.replace(f"{{{name}}}", str(value))
    content = operation.get("requestBody", {}).get("content", {})
    kind = next((each for each in (OCTETS, JSON) if each in content), "")
    file = FILE if "image/png" in content else IMAGE
    sample = _sample(content[JSON]["schema"], whole) if kind == JSON else None
    text = json.dumps(sample, ensure_ascii=False)
    verb = "" if method == "GET" else f"-X {method} "
    sent = {
        OCTETS: f"--data-binary @{file} -H 'Content-Type: {OCTETS}' ",
        JSON: f"--json '{text}' ",
    }
    yield "curl", f'curl {"" if kind else verb}{sent.get(kind, "")}"$URL{place}"'
    given = {
        OCTETS: f', data=Path("{file}").read_bytes(),\n    headers={{"Content-Type": "{OCTETS}"}}',
        JSON: f", json={sample!r}",
    }
    first = "from pathlib import Path\n\n" if kind == OCTETS else ""
    yield (
        "Python",
        f"{first}import requests\n\nanswer = requests.{method.lower()}(\n"
        f'    f"{{URL}}{place}"{given.get(kind, "")}\n)\n'
        "answer.raise_for_status()\nprint(answer.text)",
    )
    options = {
        OCTETS: f'{{\n  method: "{method}",\n  body: file, // a Blob\n'
        f'  headers: {{ "Content-Type": "{OCTETS}" }},\n}}',
        JSON: f'{{\n  method: "{method}",\n  body: JSON.stringify({text}),\n'
        f'  headers: {{ "Content-Type": "{JSON}" }},\n}}',
        "": "" if method == "GET" else f'{{ method: "{method}" }}',
    }[kind]
    yield (
        "JavaScript",
        f"const answer = await fetch(`${{URL}}{place}`{', ' * bool(options)}{options});\n"
        "console.log(await answer.text());",
    )


def _sample(schema: Mapping[str, Any], whole: Mapping[str, Any]) -> dict[str, Any]:
    """Return an object with the required fields of a body."""
    schema = _resolved(schema, whole)
    return {
        name: SAMPLES.get(name, [BLANK] if name == "images" else BLANK)
        for name in schema.get("required", [])
    }
