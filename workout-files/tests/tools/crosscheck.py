#!/usr/bin/env python3
"""Compares what the program `workout check --json` says with what lxml finds in the same files.

    tests/tools/crosscheck.py PROGRAM FILE.tcx...

Number of activities, laps, tracks, trackpoints, positions, heart rates, total distance (sum of the laps) and mean
heart rate must agree. Needs lxml (`pip install lxml`). Exit code 1 when something differs.
"""

import json
import subprocess
import sys

from lxml import etree


def numbers(elements):
    found = []
    for element in elements:
        try:
            found.append(float(element.text or ""))
        except ValueError:
            pass  # not a number: ours leaves it out, too
    return found


def extract(data):
    """The same facts by XPath, whatever the namespace."""
    root = etree.fromstring(data.lstrip())
    activities = []
    for activity in root.xpath("//*[local-name()='Activity']"):
        def find(path, start=activity):
            return start.xpath("./" + "/".join(f"*[local-name()='{step}']" for step in path.split("/")))
        points = find("Lap/Track/Trackpoint")
        rates = [rate for rate in numbers(find("Lap/Track/Trackpoint/HeartRateBpm/Value")) if rate > 0]
        activities.append({
            "laps": len(find("Lap")),
            "tracks": len(find("Lap/Track")),
            "trackpoints": len(points),
            "positions": sum(
                1 for point in points
                if point.xpath("./*[local-name()='Position'][*[local-name()='LatitudeDegrees']]"
                               "[*[local-name()='LongitudeDegrees']]")),
            "heart_rates": len(rates),
            "distance_m": sum(numbers(find("Lap/DistanceMeters"))) if find("Lap/DistanceMeters") else None,
            "mean_hr": sum(rates) / len(rates) if rates else None,
        })
    return activities


def same(key, ours, theirs):
    if theirs is None:
        # Ours then falls back on the laps' mean heart rates, or on the trackpoints' distances.
        return True
    if isinstance(theirs, float) and ours is not None:
        return abs(ours - theirs) <= 1e-6 * max(1.0, abs(theirs))
    return ours == theirs


def main():
    program, files = sys.argv[1], sys.argv[2:]
    result = subprocess.run([program, "check", "--json", *files], capture_output=True, check=False)
    reports = [json.loads(line) for line in result.stdout.splitlines()]
    assert len(reports) == len(files), f"{len(reports)} reports on {len(files)} files"
    different = compared = 0
    for file, report in zip(files, reports):
        with open(file, "rb") as handle:
            data = handle.read()
        try:
            theirs = extract(data)
        except etree.XMLSyntaxError as error:
            print(f"{file}: lxml refuses it ({error}); ours readable: {report['readable']}")
            continue
        compared += 1
        ours = report["activities"]
        if len(ours) != len(theirs):
            print(f"{file}: {len(ours)} activities, lxml finds {len(theirs)}")
            different += 1
            continue
        for index, (mine, other) in enumerate(zip(ours, theirs)):
            for key, value in other.items():
                if not same(key, mine[key], value):
                    print(f"{file}: activity {index + 1}: {key} {mine[key]}, lxml finds {value}")
                    different += 1
    print(f"{compared} of {len(files)} files compared, {different} differences")
    return 1 if different or not compared else 0


if __name__ == "__main__":
    sys.exit(main())
