"""The page's own arithmetic in Chromium: strokes, images, answers, and what its worker keeps."""

import base64
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from draw_pictures import STROKES, path
from lenet.picture.normalising import evened, normalise
from lenet.reader import DEFAULT_MODEL
from lenet.server.bundling import bundle
from lenet.server.models import load_models
from lenet.server.networks import network_of
from lenet.server.site import sources_of
from parity import NODE, assert_as_in_python, packed, run_in_node

pytestmark = pytest.mark.browser

ARITHMETIC = """
import { normalised } from "./centring.js";
import { Network } from "./network.js";
import { Strokes } from "./strokes.js";
/** @param {Uint8Array} bytes */
const textOf = (bytes) => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
/** @param {string} text */
const bytesOf = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const unpacked = (plan) => {
  for (const { arrays } of plan.layers)
    for (const array of Object.values(arrays))
      array.values = new Float32Array(bytesOf(array.values).buffer);
  return plan;
};
const inkOf = (list) =>
  Object.assign(new Strokes(), { list }).drawing({ width: 700, height: 500 }).ink;

globalThis.readStrokes = (plan, drawings) => {
  const network = new Network(unpacked(plan));
  return drawings.map((list) => {
    const ink = inkOf(list);
    const image = normalised(ink);
    const verdict = network.judge(network.run(image).at(-1).values);
    return { ...ink, values: textOf(ink.values), image: textOf(image), ...verdict };
  });
};

globalThis.readImages = (plan, images) => {
  const [network, pixels] = [new Network(unpacked(plan)), bytesOf(images)];
  return Array.from({ length: pixels.length / 784 }, (_, index) => {
    const image = pixels.subarray(784 * index, 784 * (index + 1));
    return network.judge(network.run(image).at(-1).values);
  });
};

globalThis.askWorker = async (script, plans, drawing) => {
  const worker = new Worker(URL.createObjectURL(new Blob([script])));
  const ask = (question) =>
    new Promise((done, failed) => {
      worker.onmessage = ({ data: { found, error } }) => (error ? failed(error) : done(found));
      worker.postMessage({ id: 0, question: { model: "a", ...question } });
    });
  const layersOf = async (image) => {
    const { layers } = await ask({ does: "run", image });
    return layers.map(({ values }) => textOf(new Uint8Array(values.buffer)));
  };
  const load = (plan) => ask({ does: "load", plan: unpacked(plan) });
  const read = () => ask({ does: "read", ink: inkOf(drawing) });
  const found = {};
  await load(plans[0]);
  const { image } = await read();
  await read();
  found.read = await layersOf(image);
  found.again = await layersOf(image);
  await read();
  found.negative = await layersOf(image.map((value) => 255 - value));
  await read();
  await load(plans[1]);
  found.reloaded = await layersOf(image);
  worker.terminate();
  return { image: textOf(image), ...found };
};
"""


def drawings(count: int) -> list[list[dict[str, Any]]]:
    """Strokes of digits by hands that slant, turn, press and tremble, with pens of many widths."""
    rng = np.random.default_rng(0)
    result = []
    for index in range(count):
        slant, turn, size = rng.normal(0, 0.2), rng.normal(0, 0.15), rng.uniform(60, 400)
        width, pressed = rng.uniform(0.03, 0.3) * size, rng.random() < 0.5
        turned = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
        strokes = []
        for knots in STROKES[index % 10]:
            line = path(knots)[::4] - (0.35, 0.5)
            line[:, 0] -= slant * line[:, 1]
            line = line @ turned * size + rng.normal(0, 0.006 * size, line.shape) + (350, 250)
            strength = rng.uniform(0.5, 1.4, len(line)) if pressed else np.ones(len(line))
            points = [
                {"x": x, "y": y, "p": p}
                for (x, y), p in zip(line.tolist(), strength.tolist(), strict=True)
            ]
            strokes.append({"width": width, "points": points})
        result.append(strokes)
    return result


@pytest.fixture
def arithmetic(chromium: Any) -> Iterator[Any]:
    """An empty page that has the functions above."""
    page = chromium.new_page()
    page.add_script_tag(content=bundle({**modules(), "test": ARITHMETIC.lstrip("\n")}, "test"))
    yield page
    page.close()


def modules() -> dict[str, str]:
    sources = sources_of(resources.files("lenet.server").joinpath("page"))
    return {name.removesuffix(".js"): text for name, text in sources.items()}


@pytest.mark.parametrize("model", ["lenet5", DEFAULT_MODEL])
def test_drawn_digits_are_centred_and_read_as_in_python(
    arithmetic: Any, model: str, tmp_path: Path
) -> None:
    (served,) = load_models([model]).values()
    plan = network_of(served)
    found = arithmetic.evaluate(
        "([plan, drawings]) => readStrokes(plan, drawings)", [plan, drawings(500)]
    )

    def bytes_of(text: str, *shape: int) -> np.ndarray:
        return np.frombuffer(base64.b64decode(text), np.uint8).reshape(shape)

    inks = [bytes_of(each["values"], each["height"], each["width"]) for each in found]
    images = np.stack([normalise(evened(_tight(ink))) for ink in inks])
    ours = np.stack([bytes_of(each["image"], 28, 28) for each in found])
    assert np.array_equal(ours, images)
    assert_as_in_python(found, served.reader.classifier, images)
    if NODE:  # strokes are painted by a browser, but from their ink on both compute
        assert_as_in_python(
            run_in_node(tmp_path, [plan], inks=found)[0], served.reader.classifier, images
        )


@pytest.mark.parametrize("model", ["lenet5", DEFAULT_MODEL])
@pytest.mark.parametrize("count", [500, pytest.param(10_000, marks=pytest.mark.slow)])
def test_test_digits_are_answered_as_in_python(
    arithmetic: Any, mnist_images: NDArray[np.uint8], model: str, count: int
) -> None:
    images = mnist_images[:: len(mnist_images) // count]
    (served,) = load_models([model]).values()
    found = arithmetic.evaluate(
        "([plan, images]) => readImages(plan, images)", [network_of(served), packed(images)]
    )
    assert_as_in_python(found, served.reader.classifier, images)


def test_what_the_worker_kept_of_an_image_is_what_it_computes(arithmetic: Any) -> None:
    script = bundle(modules(), "worker")
    plans = [network_of(served) for served in load_models(["lenet5", DEFAULT_MODEL]).values()]
    found = arithmetic.evaluate(
        "([script, plans, drawing]) => askWorker(script, plans, drawing)",
        [script, plans, drawings(4)[3]],
    )
    assert found["read"] == found["again"]
    # Another image, or another network of the same name, is computed.
    assert found["negative"] != found["again"]
    assert len(found["reloaded"]) > len(found["again"])


def _tight(ink: np.ndarray) -> np.ndarray:
    """Return the part of some ink that holds all of it."""
    rows, columns = np.flatnonzero(ink.any(1)), np.flatnonzero(ink.any(0))
    return np.ascontiguousarray(ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])
