"""What loading the page of `lenet serve` takes: requests, bytes, and seconds on a slow line.

Needs Chromium and the package playwright: ``python benchmarks/page_load.py [ADDRESS ...]``.
Without an address it starts a service itself; several addresses are measured in turn.
"""

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from typing import Any

from playwright.sync_api import Page, sync_playwright

# What browsers' developer tools call slow 3G.
LATENCY = 400  # milliseconds before each answer
SPEED = 400_000 / 8  # bytes per second, either way
ROUNDS = 5


@dataclass(frozen=True)
class Load:
    """One loading of the page, until it can be drawn on.

    Attributes
    ----------
    requests : int
        Those that went over the network, and not to the browser's own cache.
    received : int
        Bytes of their answers, as they were sent, headers included.
    seconds : float
    """

    requests: int
    received: int
    seconds: float


def load(page: Page, address: str = "", slow: bool = False) -> Load:
    """Load `address` in `page`, or the page that is open again; Chromium only.

    Parameters
    ----------
    page : Page
    address : str
        Nothing: reload.
    slow : bool
        Pretend that the line is slow.
    """
    protocol = page.context.new_cdp_session(page)
    protocol.send("Network.enable")
    if slow:
        limits = {"latency": LATENCY, "downloadThroughput": SPEED, "uploadThroughput": SPEED}
        protocol.send("Network.emulateNetworkConditions", {"offline": False, **limits})
    asked: set[str] = set()
    cached: set[str] = set()
    sizes: list[float] = []

    def answered(event: Any) -> None:
        if event["response"].get("fromDiskCache"):
            cached.add(event["requestId"])

    protocol.on("Network.requestWillBeSent", lambda event: asked.add(event["requestId"]))
    protocol.on("Network.requestServedFromCache", lambda event: cached.add(event["requestId"]))
    protocol.on("Network.responseReceived", answered)
    protocol.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    begin = time.perf_counter()
    if address:
        page.goto(address, wait_until="commit")
    else:
        page.reload(wait_until="commit")
    page.wait_for_selector("#room-draw:not([hidden]) .pad")
    seconds = time.perf_counter() - begin
    page.wait_for_load_state("networkidle")
    protocol.detach()
    return Load(len(asked - cached), round(sum(sizes)), seconds)


def find_chromium() -> str:
    """Return the path of Chromium, or end with a line."""
    for found in filter(None, map(shutil.which, ("chromium", "chromium-browser"))):
        return found
    sys.exit("no Chromium: install it (Debian and Ubuntu: apt install chromium)")


@contextmanager
def addresses(given: list[str]) -> Iterator[list[str]]:
    """Yield the addresses that were given, or that of a service of our own."""
    if given:
        yield given
        return
    words = [sys.executable, "-m", "lenet", "serve", "--port", "0"]
    with subprocess.Popen(
        words, text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        assert process.stdout is not None
        try:
            yield [process.stdout.readline().strip()]
        finally:
            process.terminate()


def main() -> None:
    """Print a table: one row for each address."""
    chromium = find_chromium()
    print(
        "| address | requests | kB | reload: requests | kB | slow 3G: s (min - max) | reload: s |"
    )
    print("|---|---|---|---|---|---|---|")
    with addresses(sys.argv[1:]) as found, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        slow: dict[str, list[tuple[Load, Load]]] = {address: [] for address in found}
        for _ in range(ROUNDS):
            for address in found:
                page = browser.new_context().new_page()
                slow[address].append((load(page, address, slow=True), load(page, slow=True)))
                page.context.close()
        for address, loads in slow.items():
            first, again = loads[0]
            times = [load.seconds for load, _ in loads]
            print(
                f"| {address} | {first.requests} | {first.received / 1000:.0f} | {again.requests} "
                f"| {again.received / 1000:.1f} | {median(times):.2f} ({min(times):.2f} - "
                f"{max(times):.2f}) | {median(again.seconds for _, again in loads):.2f} |"
            )
        browser.close()


if __name__ == "__main__":
    main()
