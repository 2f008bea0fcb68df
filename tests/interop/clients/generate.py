"""Generates clients of the platform door from what a real node says of itself, and uses them.

Usage: generate.py PROGRAM WORK
PROGRAM is the command `lianfang`; WORK holds the tools and takes what is generated. Ends with 0 when both clients pass
the checks of their types and do what they say against the node.
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import urllib.request
import ssl

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
from federation import Node, entry, free_ports

HERE = pathlib.Path(__file__).parent
SCOPES = "entries:read entries:write screenings:read screenings:write peers:read"
OFFENDER = {"kind": "cn_uscc", "value": "91990003LF0000032U", "verified": True}


def run(*words, cwd, **environment):
    subprocess.run([str(word) for word in words], cwd=cwd, check=True, env={**os.environ, **environment})


def python(work, node, token, finding):
    tools, made = work / "venv/bin", work / "python"
    shutil.rmtree(made, ignore_errors=True)
    made.mkdir()
    shutil.copy(HERE / "use_python.py", made)
    run(tools / "openapi-python-client", "generate", "--path", work / "openapi.json",
        "--output-path", made / "lianfang_client", "--meta", "none", cwd=made)
    run(tools / "mypy", "--strict", "lianfang_client", "use_python.py", cwd=made)
    run(tools / "python", "use_python.py", node.platform, token, node.authority, finding, cwd=made)
    key = json.loads(node.command("federation", "members", "--json").splitlines()[0])["signing_keys"][0]
    run(tools / "python", HERE / "check_receipt.py", node.platform, token, node.authority, key, cwd=made)


def typescript(work, node, token, finding):
    made = work / "typescript"
    for file in ("package.json", "tsconfig.json", "use.ts"):
        shutil.copy(HERE / file, made)
    run("npx", "openapi-typescript", work / "openapi.json", "-o", "schema.ts", cwd=made)
    run("npx", "tsc", "--project", ".", cwd=made)
    run("node", "built/use.js", node.platform, token, finding, cwd=made, NODE_EXTRA_CA_CERTS=node.authority)


def main(program, work):
    work = pathlib.Path(work)
    with tempfile.TemporaryDirectory() as folder:
        node = Node(program, f"{folder}/platform", free_ports(4))
        node.init("platform-a", "platform", "CN")
        with node:
            trust = ssl.create_default_context(cafile=node.authority)
            with urllib.request.urlopen(f"{node.platform}/openapi.json", context=trust) as answer:
                (work / "openapi.json").write_bytes(answer.read())
            token = pathlib.Path(folder, "token")
            token.write_text(node.command("token", "issue", "--scope", SCOPES, "--sub", "interop"))
            for language in (python, typescript):
                finding = pathlib.Path(folder, f"{language.__name__}.json")
                finding.write_text(json.dumps(entry(language.__name__, "seller", OFFENDER)))
                language(work, node, token, finding)


main(*sys.argv[1:])
