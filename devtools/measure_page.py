"""The page in Debian's Chromium on loopback: `python -m devtools.measure_page`, a few minutes, or `--minutes 60` more.

What is aimed at is what a person feels, so these are times and sizes, not ratios: the first view, a press until the
relay has moved, a year drawn, two hundred plugs that live, memory after an hour. `--write docs/measurements.md` puts
the table into that page.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

from devtools.house import House
from devtools.measure import replace_between_marks
from devtools.measure_table import markdown_table, percentile
from devtools.page_home import NAMES
from ownplug.aio import SystemClock

MARKS = ("<!-- measured, page: begin -->", "<!-- measured, page: end -->")
MANY = 200
FIRST_VIEWS = 9
PRESSES = 40
YEARS = 9
_DAYS = 800
LIVE_S = 30

_NAME, _PASSWORD = "ada", "correct horse"
_LONG_MS = 50  # what browsers call a long task
_FRAMES = """() => {
  window.seen = {frames: [], long: [], last: performance.now()};
  new PerformanceObserver((list) => window.seen.long.push(...list.getEntries().map((each) => each.duration)))
    .observe({type: "longtask"});
  const frame = (now) => {
    window.seen.frames.push(now - window.seen.last);
    window.seen.last = now;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
}"""
_STROKES = """() => {
  const stroke = CanvasRenderingContext2D.prototype.stroke;
  CanvasRenderingContext2D.prototype.stroke = function (...path) {
    const chart = this.canvas.closest(".plot")?.getAttribute("aria-label") ?? "";
    if (chart.startsWith("Mean power")) window.drawnAt = performance.now();
    return stroke.apply(this, path);
  };
}"""
_TURNED = """((name) => new Promise((done) => {
  const knob = document.querySelector(`[role=switch][aria-label="${name}"]`);
  const was = knob.getAttribute("aria-checked");
  const watch = new MutationObserver(() => {
    if (knob.getAttribute("aria-checked") === was) return;
    watch.disconnect();
    done(Date.now());
  });
  watch.observe(knob, {attributes: true, attributeFilter: ["aria-checked"]});
}))"""
_PRESSED = f"""async () => {{
  const turned = {_TURNED}("Fridge");
  const began = Date.now();
  document.querySelector('[role=switch][aria-label="Fridge"]').click();
  return await turned - began;
}}"""


@dataclass(slots=True)
class Report:
    """What was found, line by line."""

    rows: list[list[str]] = field(default_factory=lambda: [["what", "found", "aim"]])

    def add(self, what: str, found: str, aim: str = "") -> None:
        """Add a line, and tell it at once."""
        self.rows.append([what, found, aim])
        print(f"{what}: {found}", file=sys.stderr, flush=True)


@contextmanager
def opened() -> Iterator[tuple[House, Browser]]:
    """Run a hub with an account, and a browser."""
    path = shutil.which("chromium")
    if path is None:
        sys.exit("chromium is not installed: apt-get install chromium")
    with tempfile.TemporaryDirectory(prefix="ownplug-page-") as folder, sync_playwright() as playwright:
        house = House(Path(folder))
        house.start_hub()
        house.run("user", "add", _NAME, "--scope", "admin", "--password-stdin", text=_PASSWORD)
        browser = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--enable-precise-memory-info"]
        )
        try:
            yield house, browser
        finally:
            browser.close()
            house.close()


def signed_in(house: House, browser: Browser) -> Page:
    """Open the page as somebody who has never been here, and sign in."""
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.goto(f"{house.web}/login")
    page.get_by_label("Name").fill(_NAME)
    page.get_by_label("Password").fill(_PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{house.web}/")
    page.get_by_role("switch").first.wait_for()
    return page


def first_views(house: House, browser: Browser, report: Report) -> None:
    """From the address to plugs with switches, nothing kept in the browser but who one is."""
    page = signed_in(house, browser)
    line = page.context.new_cdp_session(page)
    line.send("Network.enable")
    line.send("Network.clearBrowserCache")
    line.send("Network.setCacheDisabled", {"cacheDisabled": True})
    taken, sizes = [], []
    for _ in range(FIRST_VIEWS):
        page.goto("about:blank")
        received: list[float] = []
        heard = received.append
        line.on("Network.loadingFinished", lambda told, heard=heard: heard(told["encodedDataLength"]))
        began = perf_counter()
        page.goto(house.web)
        page.get_by_role("switch").first.wait_for()
        taken.append((perf_counter() - began) * 1000)
        page.wait_for_load_state("networkidle")
        sizes.append(sum(received) / 1000)
    report.add("first view, six plugs, nothing cached, median", f"{median(taken):.0f} ms", "1 s")
    report.add("what it transfers, with the chart's program", f"{median(sizes):.0f} KB", "150 KB")
    page.context.close()


def presses(house: House, browser: Browser, report: Report) -> None:
    """A press on the page until the knob has turned, which it does when the plug has spoken; and one at the plug."""
    page = signed_in(house, browser)
    taken = [page.evaluate(_PRESSED) for _ in range(PRESSES)]
    report.add(
        "a press on the page until the plug has said that it did it",
        f"p50 {median(taken):.0f} ms, p95 {percentile(taken, 95):.0f} ms",
    )
    seen = []
    for _ in range(PRESSES):
        pressed = page.evaluate(f"window.turned = {_TURNED}('Fridge'); Date.now()")
        house.press("0")
        seen.append(page.evaluate("window.turned") - pressed)
    report.add(
        "a press of the plug's button until the page shows it",
        f"p50 {median(seen):.0f} ms, p95 {percentile(seen, 95):.0f} ms",
    )
    page.context.close()


def a_year(house: House, browser: Browser, plug: str, report: Report) -> None:
    """The year before this one: from the hub's answer to the last stroke."""
    year = SystemClock().now().year - 1
    page = signed_in(house, browser)
    page.add_init_script(f"({_STROKES})()")
    drawn = []
    for _ in range(YEARS):
        page.goto(f"{house.web}/plugs/{plug[-6:]}/history?grain=year&on={year}-06-01")
        page.wait_for_load_state("networkidle")
        found = page.evaluate(
            """() => ({drawn: window.drawnAt, answered: Math.max(...performance.getEntriesByType("resource")
                 .filter(({name}) => name.includes("/energy?grain=hour")).map(({responseEnd}) => responseEnd))})"""
        )
        drawn.append(found["drawn"] - found["answered"])
    report.add(
        "a year by hours (8,760 points): from the answer to the last stroke",
        f"{median(drawn):.0f} ms",
        "200 ms",
    )
    page.context.close()


def many(house: House, browser: Browser, report: Report) -> None:
    """Two hundred plugs on the home view, fifty of them read each second."""
    page = signed_in(house, browser)
    page.locator(".plug").nth(MANY - 1).wait_for(state="attached")
    page.wait_for_timeout(3000)
    page.evaluate(_FRAMES)
    page.wait_for_timeout(LIVE_S * 1000)
    seen = page.evaluate("window.seen")
    report.add(
        f"{MANY} plugs live for {LIVE_S} s: long tasks (over {_LONG_MS} ms)", f"{len(seen['long'])}", "none"
    )
    report.add(
        "time between two frames meanwhile",
        f"p50 {median(seen['frames']):.1f} ms, p99 {percentile(seen['frames'], 99):.1f} ms,"
        f" longest {max(seen['frames']):.0f} ms",
    )
    page.context.close()


def memory(house: House, browser: Browser, minutes: int, report: Report) -> None:
    """The heap after a collection, before and after `minutes` of live data."""
    page = signed_in(house, browser)
    line = page.context.new_cdp_session(page)
    page.wait_for_timeout(30_000)
    heaps = [heap_mb(line)]
    for minute in range(minutes):
        page.wait_for_timeout(60_000)
        heaps.append(heap_mb(line))
        print(f"minute {minute + 1}: {heaps[-1]:.2f} MB", file=sys.stderr, flush=True)
    thirds = len(heaps) // 3 or 1
    report.add(
        f"heap of the home view over {minutes} min of live data, after a collection",
        f"{median(heaps[:thirds]):.2f} MB in the first third, {median(heaps[-thirds:]):.2f} MB in the last",
        "flat",
    )
    page.context.close()


def heap_mb(line: CDPSession) -> float:
    """What the page's scripts hold."""
    line.send("HeapProfiler.collectGarbage")
    told: dict[str, Any] = line.send("Runtime.getHeapUsage")
    return float(told["usedSize"]) / 1e6


def main() -> None:
    """Measure everything and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=int, default=0, help="how long memory is watched")
    parser.add_argument("--only-memory", action="store_true")
    parser.add_argument("--write", type=Path)
    options = parser.parse_args()
    report = Report()
    with opened() as (house, browser):
        plugs = house.add_plugs(list(NAMES))
        house.fill(_DAYS)
        house.settle(len(NAMES))
        if not options.only_memory:
            first_views(house, browser, report)
            presses(house, browser, report)
            a_year(house, browser, plugs[0]["uuid"], report)
        if options.minutes:
            memory(house, browser, options.minutes, report)
        if not options.only_memory:
            house.add_crowd(MANY - len(plugs))
            many(house, browser, report)
    table = markdown_table(report.rows)
    print(table)
    if options.write:
        page = options.write.read_text("utf-8")
        options.write.write_text(replace_between_marks(page, table, MARKS), "utf-8")


if __name__ == "__main__":
    main()
