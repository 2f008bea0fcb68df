"""Asks every route of the platform door of a real node what schemathesis can think of.

Usage: run.py PROGRAM SCHEMATHESIS [OPTION…]
PROGRAM is the command `lianfang`; options go to `schemathesis run`. Ends with 0 when it finds nothing.
"""
import os
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
from federation import Node, entry, free_ports

SCOPES = "entries:read entries:write screenings:read screenings:write roster:read roster:write alerts:read alerts:write peers:read"
OFFENDER = {"kind": "cn_uscc", "value": "91990003LF0000032U", "verified": True}


def main(program, schemathesis, *options):
    config = pathlib.Path(__file__).parent / "schemathesis.toml"
    with tempfile.TemporaryDirectory() as folder:
        node = Node(program, f"{folder}/platform", free_ports(4))
        node.init("platform-a", "platform", "CN")
        with node:
            node.record([entry("known", "seller", OFFENDER)])
            token = node.command("token", "issue", "--scope", SCOPES, "--sub", "interop").strip()
            asked = [schemathesis, "--config-file", str(config), "run", f"{node.platform}/openapi.json",
                     "--tls-verify", node.authority, *options]
            done = subprocess.run(asked, cwd=folder, env={**os.environ, "LIANFANG_TOKEN": token, "PYTHONPATH": str(config.parent)})
            return done.returncode


sys.exit(main(*sys.argv[1:]))
