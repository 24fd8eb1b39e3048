"""`run.py gallery`: takes a picture of every page and letter, in each language, light and dark, phone and desktop."""

import argparse
import html
import io
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from fnmatch import fnmatch
from itertools import groupby
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.gallery.shots import SHOTS, Shot
from tests.journeys.conftest import CHROMIUM, FLAGS, LOCALES, PATIENCE
from tests.journeys.served import HOST, ROOT, quiet_port, until

THEMES = ("light", "dark")
WIDTHS = {"phone": 360, "desktop": 1280}
HEIGHTS = {"phone": 740, "desktop": 800}


def main(words: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="run.py gallery")
    parser.add_argument("--dir", type=Path, default=ROOT / "var" / "gallery", help="where the pictures go")
    parser.add_argument("--languages", nargs="+", default=list(LOCALES), choices=list(LOCALES))
    parser.add_argument("--scale", type=float, default=1.0, help="points of the picture for one of the page")
    parser.add_argument("--docs", action="store_true", help="only those in docs/pictures, anew, and into it")
    parser.add_argument("names", nargs="*", default=["*"], help="which ones, such as 'event*'; all of them")
    wants = parser.parse_args(words)
    if wants.docs:
        take_for_documents()
        return
    chosen = [shot for shot in SHOTS if any(fnmatch(shot.name, name) for name in wants.names)]
    if not chosen:
        sys.exit(f"No page is called {' or '.join(wants.names)}.")
    wants.dir.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright, served(chosen) as houses:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS), timeout=PATIENCE)
        for shot, language, page in visit(browser, chosen, houses, wants.languages, scale=wants.scale):
            print(f"{shot.name} ({language})", flush=True)
            take(page, wants.dir / f"{shot.name}.{language}")
        browser.close()
    print(f"Pictures: {contact_sheet(wants.dir)}")


def take(page: Page, start: Path) -> None:
    """Four pictures of what the page shows now: START.light.phone.png and so on."""
    for device, width in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": HEIGHTS[device]})
        # As high as the page, so that what sticks to an edge of the window stands at the page's own.
        high = page.evaluate("document.documentElement.scrollHeight")
        page.set_viewport_size({"width": width, "height": max(HEIGHTS[device], min(high, 12_000))})
        for theme in THEMES:
            page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]
            page.screenshot(path=f"{start}.{theme}.{device}.png", full_page=True, animations="disabled")


DOCUMENTS = ROOT / "docs/pictures"
FOR_DOCUMENTS = {
    "steps-desktop": ("desk-no-events", 700),
    "form-desktop": ("edit", 1180),
    "overview-desktop": ("overview", 900),
    "list-desktop": ("list", 900),
    "changes-desktop": ("changes", 1100),
    "event-desktop": ("event", 1000),
    "event-phone": ("event", 900),
    "register-phone": ("register", 1150),
    "letter-phone": ("letter-confirmed", 760),
}
"""What README and the guide show: the picture's name, the shot's, and how much of its top (points)."""


def take_for_documents() -> None:
    """docs/pictures/event-en-desktop.png and so on: light, small, on phones in double density."""
    for device, scale in (("desktop", 1.0), ("phone", 2.0)):
        wanted = {name: shown for name, shown in FOR_DOCUMENTS.items() if name.endswith(device)}
        chosen = [shot for shot in SHOTS if shot.name in {shot_name for shot_name, _ in wanted.values()}]
        with sync_playwright() as playwright, served(chosen) as houses:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS), timeout=PATIENCE)
            for shot, language, page in visit(browser, chosen, houses, scale=scale):
                (name, high) = next(
                    (each, shown[1]) for each, shown in wanted.items() if shown[0] == shot.name
                )
                page.set_viewport_size({"width": WIDTHS[device], "height": high})
                begin, _, end = name.rpartition("-")
                path = DOCUMENTS / f"{begin}-{language}-{end}.png"
                path.write_bytes(light(page.screenshot(animations="disabled")))
                print(f"{path.name}: {path.stat().st_size // 1024} KB", flush=True)
            browser.close()


def light(content: bytes) -> bytes:
    """The same picture in 128 colours."""
    out = io.BytesIO()
    Image.open(io.BytesIO(content)).convert("RGB").quantize(128).save(out, "PNG", optimize=True)
    return out.getvalue()


@dataclass(frozen=True)
class Gallery:
    """One served instance: its address, and where its things are."""

    url: str
    places: dict[str, Any]

    def address(self, shot: Shot, language: str) -> str:
        words = {
            name: place if isinstance(place, str) else place.get(language, "missing")
            for name, place in self.places.items()
        }
        return self.url + shot.path.format(**words)


@contextmanager
def served(shots: Sequence[Shot]) -> Iterator[dict[str, Gallery]]:
    """The instances that these shots need, by kind, until the block ends."""
    kinds = sorted({shot.house for shot in shots})
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="gallery-")))
        ports = {kind: quiet_port() for kind in kinds}
        for kind in kinds:
            command = [
                sys.executable,
                "-m",
                "tests.gallery.house",
                kind,
                str(folder / kind),
                str(ports[kind]),
            ]
            process = subprocess.Popen(command, cwd=ROOT)
            stack.callback(process.wait)
            stack.callback(process.terminate)
            until(lambda: _places(folder / kind, process), what=f"the {kind} instance")  # noqa: B023
        yield {kind: _gallery(folder / kind, ports[kind]) for kind in kinds}


def _places(folder: Path, process: subprocess.Popen[bytes]) -> bool:
    assert process.poll() is None, "the instance ended; what it said stands above"
    return (folder / "places.json").exists()


def _gallery(folder: Path, port: int) -> Gallery:
    import urllib.request

    url = f"http://{HOST}:{port}"

    def answers() -> bool:
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=5):
                return True
        except OSError:
            return False

    until(answers, what="the first answer")
    return Gallery(url, json.loads((folder / "places.json").read_text()))


def visit(
    browser: Browser,
    shots: Sequence[Shot],
    houses: dict[str, Gallery],
    languages: Sequence[str] = tuple(LOCALES),
    watch: Callable[[Page], None] = lambda page: None,
    **options: Any,
) -> Iterator[tuple[Shot, str, Page]]:
    """Each shot in each language, opened and prepared; one page is used for many, so look at it at once.

    watch: is shown each of these pages before it opens anything.
    """
    ordered = sorted(shots, key=lambda shot: (shot.house, shot.signed_in))
    for language in languages:
        for (house, signed_in), group in groupby(ordered, key=lambda shot: (shot.house, shot.signed_in)):
            with context_of(browser, houses[house], language, signed_in=signed_in, **options) as context:
                page = context.new_page()
                watch(page)
                for shot in group:
                    page.set_viewport_size({"width": 360, "height": 740})
                    answer = page.goto(houses[house].address(shot, language))
                    assert answer is not None
                    assert answer.status == shot.status, f"{shot.name} ({language}): {answer.status}"
                    if shot.prepare:
                        shot.prepare(page)
                    yield shot, language, page


@contextmanager
def context_of(
    browser: Browser, house: Gallery, language: str, *, signed_in: bool, scale: float = 1.0, **options: Any
) -> Iterator[BrowserContext]:
    """A browser that speaks the language, far from the event's city; at the desk where `signed_in`."""
    context = browser.new_context(
        locale=LOCALES[language], timezone_id="Asia/Damascus", device_scale_factor=scale, **options
    )
    context.set_default_timeout(PATIENCE)
    context.add_cookies([{"name": "language", "value": language, "url": house.url}])
    if signed_in:
        context.add_cookies([{"name": "desk", "value": house.places["session"], "url": house.url}])
    yield context
    context.close()


STYLE = (
    "body { font: 16px system-ui, sans-serif; margin: 2rem; background: #ddd } "
    "section { display: flex; gap: 12px; overflow-x: auto; align-items: flex-start; padding-block-end: 1rem } "
    "figure { margin: 0 } img { display: block; block-size: 420px; border: 1px solid #999 } "
    "h2 { margin-block: 1.5rem .5rem } figcaption { font-size: 12px }"
)


def contact_sheet(folder: Path) -> Path:
    """index.html beside the pictures: one row for each page, every picture a link to itself."""
    order = {shot.name: number for number, shot in enumerate(SHOTS)}
    pictures = sorted(folder.glob("*.*.*.*.png"), key=lambda path: (order.get(_name(path), -1), path.name))
    rows = []
    for name, group in groupby(pictures, key=_name):
        figures = "".join(
            f'<figure><a href="{html.escape(path.name)}"><img loading="lazy" src="{html.escape(path.name)}" alt=""></a>'
            f"<figcaption>{html.escape(' '.join(path.name.split('.')[1:-1]))}</figcaption></figure>"
            for path in group
        )
        rows.append(f"<h2>{html.escape(name)}</h2><section>{figures}</section>")
    index = folder / "index.html"
    index.write_text(
        f"<!doctype html><meta charset=utf-8><title>Gallery</title><style>{STYLE}</style>{''.join(rows)}"
    )
    return index


def _name(path: Path) -> str:
    return path.name.split(".")[0]
