"""How a model reads real photos and drawings, and digits from other datasets.

python benchmarks/wild.py --data DIR [--model reader] [--only single strings] [--sheets DIR]

DIR contains `wild/` (folders single, strings, nondigit, scenes, each with an index.csv), `cases/`,
`sets/` (a folder per dataset with an .npz) and `train/unipen/` (UNIPEN's archive, of which only the
writers kept for testing are read). They are only for measuring; nothing is copied except into the
contact sheets, which show every failure: picture, truth, answer, probability and the 28×28 network
inputs. A picture counts as read only if the text equals the label; rejections and `?` are errors.
For scenes and cases, see `everyday.py`.
"""

import argparse
import csv
import io
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageOps
from sklearn.datasets import load_sample_images

import everyday
from lenet import Reader, datasets, metrics
from lenet.datasets import unipen
from lenet.reader import Reading

Source = Path | bytes | NDArray[np.uint8]
DIGIT_LIKE = set("oODIil|sSzZbBgGq") | {"theta", "beta", "sigma"}  # the last three: 0, 8, 6
CONFIDENT = 0.9
TILE, LINE, CROP = 112, 12, 42  # pixels of a contact sheet
PAGE = 40  # more digits than this are a full page
EQUAL_SHARE = 0.002  # of MNIST refused, where models are compared without their own thresholds


@dataclass(frozen=True)
class Sample:
    """A picture and its label; `groups` are the rows of the table in which it counts."""

    name: str
    source: Source
    truth: str
    groups: tuple[str, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """The reading of a sample, and the time it took."""

    sample: Sample
    reading: Reading
    seconds: float

    @property
    def answer(self) -> str:
        """The text without the spaces between numbers, which no label has."""
        return self.reading.text.replace(" ", "")

    @property
    def right(self) -> bool:
        return self.answer == self.sample.truth

    @property
    def confident(self) -> bool:
        """Whether it is an error with high confidence in all digits, or in an extra digit."""
        sure = [d for d in self.reading.digits if d.status == "digit" and d.probability > CONFIDENT]
        too_many = Counter(str(d.digit) for d in sure) - Counter(self.sample.truth)
        return not self.right and (bool(too_many) or len(sure) == len(self.reading.digits) > 0)

    @property
    def refused(self) -> bool:
        return not self.reading.digits

    @property
    def uncertain(self) -> bool:
        return not self.refused and all(d.status == "uncertain" for d in self.reading.digits)


def read(reader: Reader, samples: Iterable[Sample], *, single: bool = False) -> list[Outcome]:
    outcomes = []
    for sample in samples:
        start = time.perf_counter()
        reading = reader.read(sample.source, single=single)
        outcomes.append(Outcome(sample, reading, time.perf_counter() - start))
    return outcomes


# --- samples


def rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "index.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def singles(data: Path) -> list[Sample]:
    folder = data / "wild" / "single"
    return [
        Sample(row["file"], folder / row["file"], row["label"], (row["kind"], row["polarity"]))
        for row in rows(folder)
    ]


def strings(data: Path) -> list[Sample]:
    """Return pictures of several digits; line breaks separate the rows of `truth`."""
    folder = data / "wild" / "strings"
    samples = []
    for row in rows(folder):
        text = row["text"].replace("/", "\n").replace(".", "")
        kind = "full pages" if int(row["digits"]) > PAGE else "short strings"
        if row["note"].startswith("EXPRESSION"):
            kind, text = "expressions", "".join(c for c in text if c.isdigit() or c == "\n")
        samples.append(Sample(row["file"], folder / row["file"], text, (kind,)))
    return samples


def nondigits(data: Path) -> list[Sample]:
    folder = data / "wild" / "nondigit"
    samples = []
    for row in rows(folder):
        stem = Path(row["path"]).stem
        letter = Path(row["path"]).parent.name if "greek" in row["what"] else stem
        if any(word in row["what"] for word in ("letters+digits", "fraction", "formula")):
            group = "with digits among other signs"
        elif any(word in row["what"] for word in ("letters (", "words", "text")):
            group = "words, with letters like digits"
        elif "letter" in row["what"] and letter in DIGIT_LIKE:
            group = "letters like digits"
        elif "letter" in row["what"]:
            group = "letters"
        else:
            group = "other pictures"
        samples.append(Sample(row["file"], folder / row["file"], "", (group,)))
    return samples


def notmnist(data: Path) -> list[Sample]:
    content = np.load(data / "sets" / "notmnist" / "notmnist.npz", allow_pickle=False)
    samples = []
    for i, (image, label) in enumerate(zip(content["images"], content["labels"], strict=True)):
        letter = "ABCDEFGHIJ"[label]
        group = "letters like digits" if letter in DIGIT_LIKE else "letters"
        samples.append(Sample(f"{letter} {i}", image, "", (group,)))
    return samples


def things() -> list[Sample]:
    """Return 400 crops of the two photos that come with scikit-learn, a temple and a flower."""
    rng = np.random.default_rng(0)
    names, photos = ("temple", "flower"), load_sample_images().images
    samples = []
    for i in range(400):
        name, photo = names[i % 2], photos[i % 2]
        wide = int(np.exp(rng.uniform(np.log(60), np.log(420))))
        high = int(wide * rng.uniform(0.7, 1))
        y = int(rng.integers(photo.shape[0] - high + 1))
        x = int(rng.integers(photo.shape[1] - wide + 1))
        window = np.ascontiguousarray(photo[y : y + high, x : x + wide])
        samples.append(Sample(f"{name} {i}", window, "", (name,)))
    return samples


def digits_of(data: Path, name: str) -> list[Sample]:
    content = np.load(data / "sets" / name / f"{name}.npz", allow_pickle=False)
    parts = [key.removesuffix("images") for key in content if key.endswith("images")]
    return [
        Sample(f"{part}{i}", image, str(label))
        for part in parts
        for i, (image, label) in enumerate(
            zip(content[f"{part}images"], content[f"{part}labels"], strict=True)
        )
    ]


# --- tables


def table(outcomes: Sequence[Outcome], *, refuse: bool = False) -> str:
    """Return a Markdown table by group, of pictures to read or (`refuse`) to reject."""
    names = dict.fromkeys(group for outcome in outcomes for group in outcome.sample.groups)
    groups = {name: [o for o in outcomes if name in o.sample.groups] for name in names}
    if len(groups) != 1:
        groups["all"] = list(outcomes)
    third = "refused" if refuse else "read"
    lines = [
        f"| | pictures | {third} | % | errors | refused | uncertain | confident mistakes | ms |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for name, part in groups.items():
        good = sum(o.refused if refuse else o.right for o in part)
        lines.append(
            f"| {name} | {len(part)} | {good} | {100 * good / len(part):.2f} | {len(part) - good} |"
            f" {sum(o.refused for o in part)} | {sum(o.uncertain for o in part)} |"
            f" {sum(o.confident for o in part)} |"
            f" {1000 * sum(o.seconds for o in part) / len(part):.2f} |"
        )
    return "\n".join(lines)


def confusions(outcomes: Sequence[Outcome]) -> str:
    counts = Counter(
        f"{o.sample.truth}→{' / '.join(o.answer.split()) or 'nothing'}"
        for o in outcomes
        if not o.right
    )
    return "Errors: " + (", ".join(f"{k} ×{n}" for k, n in counts.most_common(40)) or "none")


def calibration(outcomes: Sequence[Outcome]) -> str:
    """Return the calibration error over the pictures in which one digit was read."""
    ones = [o for o in outcomes if len(o.reading.digits) == 1]
    scores = metrics.evaluate(
        np.array([o.reading.digits[0].probabilities for o in ones]),
        np.array([int(o.sample.truth) for o in ones]),
        tuple("0123456789"),
    )
    return f"Calibration error: {100 * scores.calibration_error:.2f} % of {len(ones)} pictures"


def edit_distance(a: str, b: str) -> int:
    """Return the Levenshtein distance.

    >>> edit_distance("735426", "73542")
    1
    """
    distances = list(range(len(b) + 1))
    for i, left in enumerate(a, 1):
        diagonal, distances[0] = distances[0], i
        for j, right in enumerate(b, 1):
            best = min(distances[j] + 1, distances[j - 1] + 1, diagonal + (left != right))
            diagonal, distances[j] = distances[j], best
    return distances[-1]


def by_digits(outcomes: Sequence[Outcome]) -> str:
    """Return a Markdown table of the accuracy per digit, by edit distance."""
    lines = ["| | pictures | exact | digits | errors by edit distance | % correct |"]
    lines.append("|---|---|---|---|---|---|")
    for kind in ("short strings", "full pages", "expressions"):
        part = [o for o in outcomes if kind in o.sample.groups]
        pairs = [("".join(o.sample.truth.split()), "".join(o.answer.split())) for o in part]
        digits = sum(len(truth) for truth, _ in pairs)
        wrong = sum(edit_distance(*pair) for pair in pairs)
        share = 100 * (1 - wrong / max(1, digits))
        exact = sum(o.right for o in part)
        lines.append(f"| {kind} | {len(part)} | {exact} | {digits} | {wrong} | {share:.2f} |")
    return "\n".join(lines)


# --- contact sheets


def thumbnail(source: Source) -> Image.Image:
    if isinstance(source, np.ndarray):
        image = Image.fromarray(source)
    else:
        image = Image.open(io.BytesIO(source) if isinstance(source, bytes) else source)
        image = ImageOps.exif_transpose(image)
    image = image.convert("RGBA")
    image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")
    return ImageOps.contain(image, (TILE, TILE))


def tile(outcome: Outcome) -> Image.Image:
    """Draw one failure: name and texts on top, the picture, the network inputs below."""
    digits = outcome.reading.digits
    across = max(4, min(16, len(digits)))
    down = max(1, -(-len(digits) // across))
    drawn = Image.new("RGB", (CROP * across, 3 * LINE + TILE + down * (CROP + LINE)), "#303050")
    pen = ImageDraw.Draw(drawn)
    pen.text((2, 0), outcome.sample.name[: across * 6], fill="white")
    pen.text((2, LINE), f"is  {outcome.sample.truth}".replace("\n", "/"), fill="#80ff80")
    answer = outcome.answer.replace("\n", "/") or outcome.reading.status
    pen.text((2, 2 * LINE), f"got {answer}", fill="#ff9090")
    drawn.paste(thumbnail(outcome.sample.source), (2, 3 * LINE))
    for i, digit in enumerate(digits):
        x, y = i % across * CROP, 3 * LINE + TILE + i // across * (CROP + LINE)
        drawn.paste(Image.fromarray(digit.image).resize((CROP - 2, CROP - 2)), (x, y + LINE))
        pen.text((x, y), f"{digit.digit} {100 * digit.probability:.0f}", fill="yellow")
    return drawn


def sheet(failures: Sequence[Outcome], path: Path, width: int = 1800) -> None:
    """Draw failures side by side in rows of `width` pixels."""
    tiles = [tile(outcome) for outcome in failures]
    places, x, y, height = [], 0, 0, 0
    for drawn in tiles:
        if x and x + drawn.width > width:
            x, y, height = 0, y + height + 4, 0
        places.append((x, y))
        x, height = x + drawn.width + 4, max(height, drawn.height)
    page = Image.new("RGB", (max(width, *(t.width for t in tiles)), y + height))
    for drawn, place in zip(tiles, places, strict=True):
        page.paste(drawn, place)
    path.parent.mkdir(parents=True, exist_ok=True)
    page.save(path)


# --- parts


@dataclass(frozen=True)
class Measure:
    """The model, the data, and the folder of contact sheets."""

    reader: Reader
    data: Path
    sheets: Path | None

    def show(self, title: str, failures: Sequence[Outcome]) -> None:
        if self.sheets and failures:
            sheet(failures[:400], self.sheets / f"{title}.png")

    def single(self) -> None:
        for words, single in (("with --single", True), ("without --single", False)):
            outcomes = read(self.reader, singles(self.data), single=single)
            print(f"\n## Single digits, {words}\n\n{table(outcomes)}\n\n{confusions(outcomes)}")
            print(f"\n{calibration(outcomes)}")
            self.show(f"single-{words.split()[0]}", [o for o in outcomes if not o.right])

    def strings(self) -> None:
        outcomes = read(self.reader, strings(self.data))
        print(f"\n## Strings\n\n{by_digits(outcomes)}\n\n{table(outcomes)}")
        self.show("strings", [o for o in outcomes if not o.right])

    def scenes(self) -> None:
        for title, pictures in (
            ("scenes", everyday.scenes(self.data)),
            ("cases", everyday.cases(self.data)),
        ):
            scores = everyday.score(self.reader, pictures)
            print(f"\n## Everyday pictures: {title}\n\n{everyday.table(scores)}\n")
            wrong = [score for score in scores if not score.exact]
            for score in wrong:
                print(f"- {score.scene.path.name}: {score.scene.truth} read as {score.answer}")
            self.show(
                title,
                [
                    Outcome(Sample(s.scene.path.name, s.scene.path, s.scene.truth), page, 0)
                    for s in wrong
                    for page in s.readings
                ],
            )

    def nondigit(self) -> None:
        for title, samples in (
            ("nondigit", nondigits(self.data)),
            ("notmnist", notmnist(self.data)),
            ("things", things()),
        ):
            outcomes = read(self.reader, samples)
            print(f"\n## To reject: {title}\n\n{table(outcomes, refuse=True)}")
            self.show(title, [o for o in outcomes if not o.refused])

    def sets(self) -> None:
        for name in ("optdigits32", "hwd1000", "swathikl4"):
            outcomes = read(self.reader, digits_of(self.data, name), single=True)
            print(f"\n## Digits of other datasets: {name}\n\n{table(outcomes)}\n")
            print(confusions(outcomes))
            self.show(name, [o for o in outcomes if not o.right])

    def unipen(self) -> None:
        """Read the characters of UNIPEN's test writers, already cut out: digits and letters."""
        handwriting = unipen.load_handwriting(self.data / "train" / "unipen")
        handwriting = handwriting.of_writers(unipen.test_writers(handwriting))
        classifier, labels = self.reader.classifier, handwriting.labels
        is_digit = np.isin(labels, list("0123456789"))
        digits = handwriting.take(np.flatnonzero(is_digit))
        of_digits = classifier.judge(classifier.logits(unipen.draw_characters(digits)))
        right = of_digits.answers == digits.labels.astype(np.int64)
        print("\n## UNIPEN, writers nobody trained on\n")
        print_share("Digits read right and not refused", right & ~of_digits.refused)
        is_letter = np.char.isalpha(labels) & (np.char.str_len(labels) == 1)
        is_letter &= ~np.isin(labels, sorted(unipen.DIGIT_LIKE))
        letters = handwriting.take(np.flatnonzero(is_letter))
        of_letters = classifier.judge(classifier.logits(unipen.draw_characters(letters)))
        print_share("Letters refused", of_letters.refused)
        accepted = Counter(letters.labels[~of_letters.refused].tolist())
        print("Read as digits:", ", ".join(f"{k} ×{n}" for k, n in accepted.most_common(20)))
        # A few held-out digits decide where a model's own threshold falls: chance between seeds.
        mnist = classifier.scores(classifier.logits(datasets.load("mnist").test.images))
        lowest = np.quantile(mnist, EQUAL_SHARE)
        print(f"\nWith a threshold that refuses {100 * EQUAL_SHARE} % of MNIST's test images:\n")
        print_share("Digits read right and not refused", right & (of_digits.scores >= lowest))
        print_share("Letters refused", of_letters.scores < lowest)

    def mnist(self) -> None:
        """Compare MNIST's test images read directly and as PNG files."""
        test = datasets.load("mnist").test
        classifier = self.reader.classifier
        judgement = classifier.judge(classifier.logits(test.images))
        wrong, refused = judgement.answers != test.labels, judgement.refused
        print("\n## MNIST test images as PNG files\n")
        print(f"Directly, without the picture path: {wrong.sum()} errors, {refused.sum()} refused;")
        print(f"wrong, refused or uncertain: {(wrong | refused | judgement.doubtful).sum()}.\n")
        samples = []
        for i, (image, label) in enumerate(zip(test.images, test.labels, strict=True)):
            file = io.BytesIO()
            Image.fromarray(image).save(file, "PNG")
            samples.append(Sample(str(i), file.getvalue(), str(label)))
        for words, single in (("with --single", True), ("without --single", False)):
            outcomes = read(self.reader, samples, single=single)
            print(f"{words}:\n\n{table(outcomes)}\n\n{calibration(outcomes)}\n")
            self.show(f"mnist-{words.split()[0]}", [o for o in outcomes if not o.right])


def print_share(what: str, holds: NDArray[np.bool_]) -> None:
    """Print for how many of all it holds."""
    print(f"{what}: {holds.sum()} of {len(holds)}, {100 * holds.mean():.2f} %\n")


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--data", type=Path, required=True, help="folder of wild/ and sets/")
    options.add_argument("--model", default="reader", help="a shipped model or a run folder")
    options.add_argument("--finder", default="finder", help="a shipped finder or a run folder")
    parts = ("single", "strings", "scenes", "nondigit", "sets", "unipen", "mnist")
    options.add_argument("--only", nargs="+", choices=parts, default=parts, metavar="PART")
    options.add_argument("--sheets", type=Path, help="draw every failure into this folder")
    chosen = options.parse_args()
    reader = Reader(chosen.model, finder=chosen.finder, threads=1)
    measure = Measure(reader, chosen.data, chosen.sheets)
    print(f"# {chosen.model} on real pictures")
    for part in chosen.only:
        run: Callable[[], None] = getattr(measure, part)
        run()


if __name__ == "__main__":
    main()
