"""Our training loop compared with that of most MNIST examples, on the same network.

    LENET_DATA=… python benchmarks/training_speed.py

First, both train LeNet-5 alternately for one epoch in batches of 64: images per second. Then each
trains to 98.9 % on the test set with its own optimizer and schedule: seconds of training. This uses
the test set after every epoch or schedule, because the question is when the target is reached; no
published score comes from here.
"""

import argparse
import time
from datetime import date
from statistics import mean, median

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor, nn
from torch.utils.data import DataLoader
from torch.utils.data import Dataset as TorchDataset

from lenet import datasets
from lenet.datasets import Dataset
from lenet.models import build
from lenet.recipe import Recipe
from lenet.training import Trainer, infer

TARGET = 0.989
SCHEDULES = (3, 4, 5, 6, 8, 10)  # lengths of our one-cycle schedule to try, in epochs
PATIENCE = 20  # epochs after which the common loop gives up


class CommonDataset(TorchDataset[tuple[Tensor, int]]):
    """MNIST as in common examples: image by image, from PIL to a normalised tensor.

    torchvision's wheels cannot be imported with the CPU build of torch. The two methods repeat the
    steps of its ToTensor and Normalize.
    """

    def __init__(self, data: Dataset) -> None:
        self.images, self.labels = data.images, data.labels

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        image = Image.fromarray(self.images[index])
        return self.normalise(self.to_tensor(image)), int(self.labels[index])

    def to_tensor(self, image: Image.Image) -> Tensor:
        pixels = torch.from_numpy(np.array(image, np.uint8, copy=True))
        pixels = pixels.view(image.size[1], image.size[0], 1).permute(2, 0, 1).contiguous()
        return pixels.to(torch.get_default_dtype()).div(255)

    def normalise(self, tensor: Tensor) -> Tensor:
        tensor = tensor.clone()
        mean = torch.as_tensor((0.1307,), dtype=tensor.dtype, device=tensor.device)
        deviation = torch.as_tensor((0.3081,), dtype=tensor.dtype, device=tensor.device)
        if (deviation == 0).any():
            raise ValueError("cannot divide by a deviation of 0")
        return tensor.sub_(mean.view(-1, 1, 1)).div_(deviation.view(-1, 1, 1))


def common_epoch(model: nn.Module, optimizer: torch.optim.Optimizer, data: Dataset) -> float:
    """Train for one epoch with the common loop; return seconds."""
    loader = DataLoader(CommonDataset(data), batch_size=64, shuffle=True)
    started = time.perf_counter()
    model.train()
    for images, labels in loader:
        optimizer.zero_grad()
        loss = F.cross_entropy(model(images), labels)
        loss.backward()
        optimizer.step()
    return time.perf_counter() - started


def our_epochs(recipe: Recipe, data: Dataset) -> tuple[nn.Module, float]:
    """Train a recipe with our loop; return the network and seconds."""
    trainer = Trainer(recipe, data, None)
    started = time.perf_counter()
    for _ in trainer.epochs():
        pass
    return trainer.result(), time.perf_counter() - started


def accuracy(model: nn.Module, test: Dataset, normalise: bool) -> float:
    """Return the share of correct answers on the test images."""
    labels = torch.from_numpy(test.labels)
    if not normalise:
        return (infer(model, test.images).argmax(1) == labels).float().mean().item()
    model.eval()
    with torch.inference_mode():
        images = torch.from_numpy(test.images).unsqueeze(1).float().div(255)
        batches = images.sub(0.1307).div(0.3081).split(1000)
        answers = torch.cat([model(batch).argmax(1) for batch in batches])
    return (answers == labels).float().mean().item()


def measure_speed(data: Dataset, rounds: int) -> None:
    """Print images per second of both loops, measured alternately, and their ratio."""
    recipe = Recipe.load("lenet5").with_changes({"validation": 0, "batch": 64, "epochs": 1})
    ours, theirs = [], []
    for seed in range(rounds):
        torch.manual_seed(seed)
        model = build("lenet5")
        theirs.append(common_epoch(model, torch.optim.Adam(model.parameters()), data))
        ours.append(our_epochs(recipe.with_changes({"seed": seed}), data)[1])
    at_128 = [our_epochs(recipe.with_changes({"batch": 128}), data)[1] for _ in range(rounds)]
    ratios = [b / a for a, b in zip(ours, theirs, strict=True)]
    print("\n| one epoch of 60,000 | seconds, median | images/s |\n|---|---|---|")
    rows = (
        ("common loop, batch 64", theirs),
        ("lenet, batch 64", ours),
        ("lenet, batch 128 (the recipe's)", at_128),
    )
    for name, seconds in rows:
        print(f"| {name} | {median(seconds):.2f} | {len(data) / median(seconds):,.0f} |")
    print(
        f"\nRatio at batch 64, of {rounds} pairs: median {median(ratios):.2f}, "
        f"from {min(ratios):.2f} to {max(ratios):.2f}."
    )


def common_time_to_target(data: Dataset, test: Dataset, seed: int) -> tuple[float, str]:
    """Return the training seconds of the common loop to the target, and a note on the outcome."""
    torch.manual_seed(seed)
    model = build("lenet5")
    optimizer = torch.optim.Adam(model.parameters())
    seconds, best = 0.0, 0.0
    for epoch in range(1, PATIENCE + 1):
        seconds += common_epoch(model, optimizer, data)
        best = max(best, accuracy(model, test, normalise=True))
        if best >= TARGET:
            return seconds, f"epoch {epoch}"
    return seconds, f"not in {PATIENCE} epochs, best {best:.2%}"


def measure_time_to_target(data: Dataset, test: Dataset, seeds: int) -> None:
    """Print the training seconds that each loop needs to the target."""
    theirs = [common_time_to_target(data, test, seed) for seed in range(seeds)]
    recipe = Recipe.load("lenet5").with_changes({"validation": 0})
    for epochs in SCHEDULES:
        runs = [
            our_epochs(recipe.with_changes({"epochs": epochs, "seed": seed}), data)
            for seed in range(seeds)
        ]
        reached = mean(accuracy(model, test, normalise=False) for model, _ in runs)
        if reached >= TARGET:
            break
    print(f"\n| to {TARGET:.1%} on test, {seeds} seeds | seconds of training, each seed | |")
    print("|---|---|---|")
    times = ", ".join(f"{seconds:.0f}" for seconds, _ in theirs)
    notes = "; ".join(note for _, note in theirs)
    print(f"| common loop, Adam 1e-3 constant, batch 64 | {times} | {notes} |")
    times = ", ".join(f"{seconds:.0f}" for _, seconds in runs)
    print(f"| lenet, one cycle of {epochs} epochs, batch 128 | {times} | mean {reached:.2%} |")
    ratio = median(s for s, _ in theirs) / median(s for _, s in runs)
    print(f"\nRatio of the medians: {ratio:.1f}.")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=5, help="pairs of epochs to time")
    parser.add_argument("--seeds", type=int, default=3, help="trainings to the target")
    arguments = parser.parse_args()
    mnist = datasets.load("mnist")
    print(f"{date.today()}, torch {torch.__version__}, {torch.get_num_threads()} threads")
    measure_speed(mnist.train, arguments.rounds)
    measure_time_to_target(mnist.train, mnist.test, arguments.seeds)


if __name__ == "__main__":
    main()
