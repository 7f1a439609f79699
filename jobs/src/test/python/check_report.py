#!/usr/bin/env python3
"""Opens a report.html in headless Chromium, without a network and at the width of a phone and of a desk.

    check_report.py REPORT [FOLDER]      FOLDER gets phone.png and desk.png

Fails where the console has an error, anything would be loaded from elsewhere, the page is wider than the screen, a text is
too small to read or over another, or a chart lacks its title, its axes' labels or its lines.
"""
import html
import json
import pathlib
import re
import subprocess
import sys
import tempfile

WIDTHS = {"phone": 375, "desk": 1280}
SMALLEST_TEXT = 9.5  # CSS pixels
MEASURE = """
<script>
addEventListener('load', () => {
  const frame = document.querySelector('iframe');
  const page = frame.contentDocument, view = page.documentElement;
  const smallest = svg => Math.min(...[...svg.querySelectorAll('text')].map(
      e => parseFloat(getComputedStyle(e).fontSize) * svg.getBoundingClientRect().width / svg.viewBox.baseVal.width));
  const meet = (one, two) => {
    const a = one.getBoundingClientRect(), b = two.getBoundingClientRect();
    return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
  };
  const texts = [...page.querySelectorAll('p,h1,h2,h3,td,th,dt,dd,figcaption,.tile span')].filter(e => e.textContent.trim());
  const charts = [...page.querySelectorAll('.charts svg[role=img]')].map(svg => ({
    title: svg.getAttribute('aria-label'),
    caption: svg.closest('figure').querySelector('figcaption').textContent,
    axes: [...svg.querySelectorAll('text.axis')].map(e => e.textContent),
    ticks: svg.querySelectorAll('text.tick').length,
    lines: [...svg.querySelectorAll('polyline')].map(e => e.getAttribute('points')),
    over: [...svg.querySelectorAll('text')].filter((e, i, all) => all.slice(0, i).some(other => meet(e, other)))
        .map(e => e.textContent),
    text: smallest(svg),
  }));
  const found = {
    matrix: [...page.querySelectorAll('svg.matrix')].map(smallest),
    client: view.clientWidth, scroll: view.scrollWidth, charts,
    text: Math.min(...texts.map(e => parseFloat(getComputedStyle(e).fontSize))),
    images: [...page.images].map(e => e.src.slice(0, 11) + (e.complete && !e.naturalWidth ? ' broken' : '')),
    loaded: frame.contentWindow.performance.getEntriesByType('resource').map(e => e.name).filter(name => !name.startsWith('data:')),
  };
  document.getElementById('found').textContent = JSON.stringify(found);
});
</script>"""


def chromium(*arguments):
    with tempfile.TemporaryDirectory() as profile:
        return subprocess.run(
            ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", f"--user-data-dir={profile}", "--enable-logging=stderr",
             "--host-resolver-rules=MAP * ~NOTFOUND", "--proxy-server=127.0.0.1:9", "--virtual-time-budget=5000", *arguments],
            capture_output=True, text=True, timeout=120, check=True)


def framed(page, width, height, folder):
    """A page that shows another in a frame of that size, since a window cannot be as narrow as a phone."""
    frame = folder / f"{width}.html"
    frame.write_text(
        f'<!doctype html><body style="margin:0"><iframe width="{width}" height="{height}" style="border:0"'
        f' srcdoc="{html.escape(page)}"></iframe><pre id="found"></pre>{MEASURE}')
    return frame.as_uri()


def measured(page, width, folder):
    done = chromium("--window-size=1400,1000", "--dump-dom", framed(page, width, 900, folder))
    console = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    found = re.search(r'<pre id="found">(.*?)</pre>', done.stdout, re.S).group(1)
    return json.loads(html.unescape(found) or "null"), console


def problems(page, folder):
    if re.search(r"""(?:src|href)=["'](?!data:|#)|url\((?!['"]?data:)|@import""", page):
        yield "something would be loaded from elsewhere"
    for name, width in WIDTHS.items():
        found, console = measured(page, width, folder)
        yield from (f"{name}: {line}" for line in console)
        if not found:
            yield f"{name}: the page could not be measured"
            continue
        yield from (f"{name}: loads {what}" for what in found["loaded"])
        yield from (f"{name}: image {image}" for image in found["images"] if image != "data:image/")
        if found["scroll"] > found["client"]:
            yield f"{name}: the page is {found['scroll']} pixels wide on a screen of {found['client']}"
        if found["text"] < 11:
            yield f"{name}: text of {found['text']} pixels"
        yield from (f"{name}: no {what}" for what in ("images", "matrix") if not found[what])
        if not all(text >= SMALLEST_TEXT for text in found["matrix"]):
            yield f"{name}: text of {found['matrix']} pixels in the confusion matrix"
        if len(found["charts"]) < 4:
            yield f"{name}: {len(found['charts'])} charts"
        for chart in found["charts"]:
            if not chart["title"] or chart["title"] not in chart["caption"]:
                yield f"{name}: a chart without a title: {chart}"
            if len(chart["axes"]) != 2 or not all(chart["axes"]) or chart["ticks"] < 4:
                yield f"{name}: axes of {chart['title']}: {chart['axes']}, {chart['ticks']} ticks"
            if not chart["lines"] or not all(chart["lines"]):
                yield f"{name}: lines of {chart['title']}"
            if chart["over"]:
                yield f"{name}: texts over others in {chart['title']}: {chart['over']}"
            if chart["text"] < SMALLEST_TEXT:
                yield f"{name}: text of {chart['text']:.1f} pixels in {chart['title']}"
        print(f"{name}: {found['client']} pixels, {len(found['charts'])} charts, {len(found['images'])} images, "
              f"text from {found['text']} pixels")


def main(report, screenshots=None):
    page = pathlib.Path(report).read_text()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        wrong = list(problems(page, folder))
        for width, height in {"phone": 4800, "desk": 2600}.items() if screenshots else ():
            chromium(f"--screenshot={screenshots}/{width}.png", f"--window-size={WIDTHS[width]},{height}",
                     framed(page, WIDTHS[width], height, folder))
    print(*wrong, sep="\n")
    sys.exit(bool(wrong))


main(*sys.argv[1:])
