"""The regulators' feed read by taxii2-client, and every object looked at by stix2-validator.

Usage: read.py PROGRAM
PROGRAM is the command `lianfang`. Ends with 0 when a client of another maker finds every object exactly once,
whatever the size of its pages, and the validator finds no error.
"""
import collections
import datetime
import json
import logging
import pathlib
import sys
import tempfile

import requests
from stix2validator import ValidationOptions, validate_instance
from taxii2client.v21 import Server, as_pages

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
from federation import Node, entry, free_ports

SELLERS, PRODUCTS, HIDDEN = 1_000, 20, 5
SIZES = (1, 3, 100)
OFFENDER = "91990003LF0000032U"
GTIN = "4006381333931"
EXTENSION = "extension-definition--04e8b7b5-1f0e-4c0f-9a57-0ac2a0a76b0f"
ACCEPT = {"Accept": "application/taxii+json;version=2.1"}

logging.disable(logging.WARNING)


def hold(condition, otherwise):
    if not condition:
        sys.exit(f"interop-taxii: {otherwise}")


def fill(node):
    seller = {"kind": "cn_uscc", "value": OFFENDER, "verified": True}
    product = {"kind": "gtin", "value": GTIN, "verified": True}
    node.record(
        [entry(f"seller-{n}", "seller", seller) for n in range(SELLERS)]
        + [entry(f"product-{n}", "product", product) for n in range(PRODUCTS)]
        + [entry(f"hidden-{n}", "seller", seller, "cn") for n in range(HIDDEN)]
    )


def pages(collection, size):
    """Every object of a collection, in the order of the pages."""
    objects = []
    for page in as_pages(collection.get_objects, per_request=size):
        hold(not page.get("more") or page.get("next"), "a page says that more follow, but not where")
        objects += page.get("objects", [])
    return objects


def read(server, expected):
    """Both collections in pages of every size; what was found in the largest."""
    found = {}
    for collection in server.default.collections:
        expectation = expected[collection.title]
        for size in SIZES:
            objects = pages(collection, size)
            again = collections.Counter(thing["id"] for thing in objects).most_common(1)[0]
            hold(again[1] == 1, f"{again[0]} came {again[1]} times in pages of {size}")
            indicators = [thing for thing in objects if thing["type"] == "indicator"]
            hold(
                len(indicators) == expectation,
                f"{len(indicators)} of {expectation} entries in {collection.title} in pages of {size}",
            )
        found[collection.title] = objects
        print(f"{collection.title}: {len(objects)} objects, each once, in pages of {SIZES}")
    return found


def validate(objects):
    options = ValidationOptions(version="2.1")
    for thing in objects:
        outcome = validate_instance(thing, options)
        hold(outcome.is_valid, f"{thing['id']}: {[str(error) for error in outcome.errors]}")
        hold(OFFENDER not in json.dumps(thing) and GTIN not in json.dumps(thing), f"{thing['id']} names a subject")
    print(f"{len(objects)} objects without an error of stix2-validator")


def dates(collection):
    """When objects were added, in order; strictly increasing, and thousands to a second."""
    times = []
    for page in as_pages(collection.get_manifest, per_request=1_000):
        times += [record["date_added"] for record in page.get("objects", [])]
    hold(all(one < two for one, two in zip(times, times[1:])), "date_added doesn't strictly increase")
    most = most_within_a_millisecond(times)
    print(f"{len(times)} places in the feed, {most} of them within one millisecond")
    hold(most >= 1_000, f"only {most} objects were committed within one millisecond: this run shows little")
    return times


def most_within_a_millisecond(times):
    """Wherever that millisecond starts."""
    whole = [datetime.datetime.fromisoformat(time.replace("Z", "+00:00")) for time in times]
    most, first = 0, 0
    for last, time in enumerate(whole):
        while time - whole[first] >= datetime.timedelta(milliseconds=1):
            first += 1
        most = max(most, last - first + 1)
    return most


def follow(node, server):
    """A reader that polls finds what is new, and only that."""
    sellers = next(one for one in server.default.collections if one.title == "sellers")
    last = dates(sellers)[-1]
    hold(sellers.get_objects(added_after=last) == {}, "a page of nothing isn't an empty object")
    first = sellers.get_objects(limit=1, type="indicator")["objects"][0]
    node.withdraw(first["extensions"][EXTENSION]["entry"])
    new = sellers.get_objects(added_after=last)["objects"]
    hold(
        [(thing["id"], thing["revoked"]) for thing in new] == [(first["id"], True)],
        "a withdrawal isn't exactly one revoked object",
    )
    versions = sellers.object_versions(first["id"])["versions"]
    hold(len(versions) == 2 and versions[-1] == new[0]["modified"], "the versions aren't those of the feed")
    one = sellers.get_object(first["id"])["objects"]
    hold(one == new, "an object by its id isn't that of the feed")
    validate(new)
    print("a withdrawal arrived as one revoked object with two versions")


def strangers(node, platform, abroad):
    for certificate, who in ((platform.identity, "a platform"), (None, "nobody")):
        try:
            requests.get(node.feed, headers=ACCEPT, cert=certificate, verify=node.authority, timeout=10)
        except requests.exceptions.ConnectionError:
            continue
        sys.exit(f"interop-taxii: {who} came in")
    server = Server(node.feed, verify=node.authority, cert=abroad.identity)
    read(server, {"sellers": SELLERS, "products": PRODUCTS})
    print("a platform and nobody were refused; a regulator abroad saw nothing of what isn't meant for it")


def main(program):
    with tempfile.TemporaryDirectory() as folder:
        node = Node(program, f"{folder}/regulator", free_ports(4))
        node.init("regulator", "regulator", "CN")
        node.stand_still()
        with node:
            platform = node.admit(f"{folder}/platform", "platform-a", "platform", "CN")
            abroad = node.admit(f"{folder}/abroad", "regulator-b", "regulator", "DE")
            fill(node)
            node.go_on()
            server = Server(node.feed, verify=node.authority, cert=node.identity)
            found = read(server, {"sellers": SELLERS + HIDDEN, "products": PRODUCTS})
            validate([thing for objects in found.values() for thing in objects])
            strangers(node, platform, abroad)
            follow(node, server)


main(sys.argv[1])
