#!/usr/bin/env python3
"""Compares bit.cdx.json and docs/vulnerabilities.md with the jar that they are about.

    check_sbom.py bit.cdx.json bit.jar vulnerabilities.md

Fails where the jar has a library that neither names, where the page names a version that is not in the jar, or where the list
does not say a library's licence.
"""
import json
import pathlib
import re
import sys
import zipfile


def in_jar(path):
    """Libraries by the pom.properties that they left in the jar: {(name, version)}."""
    with zipfile.ZipFile(path) as jar:
        for name in jar.namelist():
            if re.fullmatch(r"META-INF/maven/[^/]+/[^/]+/pom\.properties", name):
                properties = dict(line.split("=", 1) for line in jar.read(name).decode().splitlines() if "=" in line)
                yield properties["artifactId"], properties["version"]


def problems(bom, jar, page):
    listed = {(part["name"], part["version"]) for part in [*bom["components"], bom["metadata"]["component"]]}
    # "snakeyaml 1.26, stax2-api 3.1.4" in a row's first cell
    told = {tuple(library.split()) for row in re.findall(r"(?m)^\| ([^|]+) \|", page)
            for library in re.split(", (?:with )?", row) if re.fullmatch(r"[\w-]+ \d\S*", library)}
    told.discard(("libjpeg-turbo", "3.1.2"))  # OpenCV's build says so, and no file of the jar
    there = set(in_jar(jar))
    if len(listed) < 30 or len(told) < 10 or len(there) < 40:
        yield f"too little to compare: {len(listed)} listed, {len(told)} told of, {len(there)} in the jar"
    for library in sorted(there - listed - told):
        yield f"{' '.join(library)} is in the jar, and neither in the list nor on the page"
    for library in sorted(told - there - {(name, version.split('-1.5')[0]) for name, version in listed}):
        yield f"{' '.join(library)} is on the page, but not in the jar"
    for part in bom["components"]:
        if not part.get("licenses"):
            yield f"{part['name']} {part['version']} has no licence in the list"
    print(f"{len(listed)} listed, {len(there)} in the jar, {len(there - listed)} of them inside others, {len(told)} on the page")


def main(bom, jar, page):
    found = list(problems(json.loads(pathlib.Path(bom).read_text()), jar, pathlib.Path(page).read_text()))
    print(*found, sep="\n")
    sys.exit(bool(found))


main(*sys.argv[1:])
