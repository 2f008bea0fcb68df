"""Asks every route of three doors of a real node what schemathesis can think of: the platform door with a token, the
federation door with a member's certificate, the operator's socket by whoever may open it.

Usage: run.py PROGRAM SCHEMATHESIS [OPTION…]
PROGRAM is the command `lianfang`; options go to `schemathesis run`. Ends with 0 when it finds nothing at any.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parent))
from door import Door
from federation import Node, entry, free_ports
from socket_door import forwarded

SCOPES = ("entries:read entries:write screenings:read screenings:write roster:read roster:write alerts:read alerts:write "
          "peers:read admin")
OFFENDER = {"kind": "cn_uscc", "value": "91990003LF0000032U", "verified": True}
SUBJECT = {"type": "seller", "identifiers": [OFFENDER]}


def asked(folder, schemathesis, config, document, *words, **environment):
    print(f"--- {config}", flush=True)
    file = pathlib.Path(folder, f"{config}.json")
    file.write_text(json.dumps(document))
    command = [schemathesis, "--config-file", str(HERE / config), "run", str(file), *words]
    environment = {**os.environ, **environment, "PYTHONPATH": str(HERE)}
    return subprocess.run(command, cwd=folder, env=environment).returncode


def platform(folder, schemathesis, node, options):
    token = node.command("token", "issue", "--scope", SCOPES, "--sub", "interop").strip()
    door = Door(node.platform, node.authority, token=token)
    for shop in ("shop-1", "shop-2"):
        door.send("PUT", f"/v1/monitored-subjects/{shop}", {"subject": SUBJECT})
    node.record([entry("known", "seller", OFFENDER)])
    (known,) = door.send("GET", "/v1/entries")["items"]
    screening = door.send("POST", "/v1/screenings", {"purpose": "onboarding", "subject": SUBJECT})
    alert = door.first_event("/v1/events?after=0")["alert"]
    document = door.described("/openapi.json", {
        "GET /v1/entries/{id}": {"id": known["id"]},
        "GET /v1/entries/{id}/timeline": {"id": known["id"]},
        "GET /v1/screenings/{id}": {"id": screening["id"]},
        "POST /v1/screenings/{id}/decision": {"id": screening["id"]},
        "GET /v1/monitored-subjects/{client_reference}": {"client_reference": "shop-1"},
        "DELETE /v1/monitored-subjects/{client_reference}": {"client_reference": "shop-2"},
        "POST /v1/alerts/{id}/resolve": {"id": alert["id"]},
        "POST /v1/peers/{id}/brake": {"id": "platform-b"},
        "GET /v1/peers/{id}/forks": {"id": "platform-b"},
    })
    return asked(folder, schemathesis, "schemathesis.toml", document, "--url", node.platform,
                 "--tls-verify", node.authority, *options, LIANFANG_TOKEN=token)


def federation(folder, schemathesis, node, options):
    certificate, key = node.member.identity
    door = Door(node.federation, node.authority, certificate=(certificate, key))
    body = next((node.folder / "bodies").glob("*")).name
    document = door.described("/federation/v1/openapi.json",
                              {"GET /federation/v1/digests/bodies/{sha256}": {"sha256": body}})
    return asked(folder, schemathesis, "federation.toml", document, "--url", node.federation,
                 "--tls-verify", node.authority, "--request-cert", certificate, "--request-cert-key", key, *options)


def operator(folder, schemathesis, node, options):
    """The routes that only the socket has. Last, because whoever may do everything removes members too."""
    with forwarded(str(node.folder / "operator.sock")) as base:
        door = Door(base, node.authority)
        (known,) = door.send("GET", "/v1/entries")["items"]
        document = door.described("/v1/admin/openapi.json", {
            "GET /v1/admin/explain/{id}": {"id": known["id"]},
            "DELETE /v1/admin/members/{id}": {"id": "platform-c"},
        })
        return asked(folder, schemathesis, "operator.toml", document, "--url", base, *options)


def main(program, schemathesis, *options):
    with tempfile.TemporaryDirectory() as folder:
        node = Node(program, f"{folder}/platform", free_ports(4))
        node.init("platform-a", "platform", "CN")
        node.configure("roster", "confirm_delay_milliseconds = 0", "confirm_jitter_milliseconds = 0")
        with node:
            node.member = node.admit(f"{folder}/member", "platform-b", "platform", "DE")
            node.admit(f"{folder}/other", "platform-c", "platform", "DE")
            return max(door(folder, schemathesis, node, options) for door in (platform, federation, operator))


sys.exit(main(*sys.argv[1:]))
