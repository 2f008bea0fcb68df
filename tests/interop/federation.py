"""A node for clients of other makers: founded, filled and served by the command `lianfang` alone.

The node is the founder of a test federation on loopback. Members that run nowhere can be admitted for their
certificates.
"""
import datetime
import json
import os
import pathlib
import re
import socket
import subprocess
import time

READY_WITHIN = 60


def free_ports(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


class Node:
    """A data folder, and the process that serves it while the `with` block lasts."""

    def __init__(self, program, folder, ports):
        self.program, self.folder, self.ports = program, pathlib.Path(folder), ports
        self.process = None

    def command(self, *words):
        done = subprocess.run([self.program, *words, "--data", str(self.folder)], capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"lianfang {words[0]} {words[1]}: {done.stderr.strip()}")
        return done.stdout

    def init(self, name, role, country):
        self.command("init", "--name", name, "--role", role, "--jurisdiction", country)

    def configure(self, section, *lines):
        """Puts lines under a section of the configuration, before the node is served."""
        config = self.folder / "lianfang.toml"
        config.write_text(config.read_text().replace(f"[{section}]\n", "\n".join([f"[{section}]", *lines, ""])))

    def stand_still(self):
        """Stops the federation's clock before the node is served: what is committed is committed at one time."""
        self.clock = self.folder / "clock"
        config = self.folder / "lianfang.toml"
        config.write_text(config.read_text().replace('source = "system"', 'source = "shared-file"\npath = "clock"'))
        self.set_clock(runs_from=datetime.timedelta(hours=1))

    def go_on(self):
        self.set_clock(runs_from=datetime.timedelta())

    def set_clock(self, runs_from):
        """The time in the file runs on from the moment of the file's own date."""
        now = datetime.datetime.now(datetime.timezone.utc)
        self.clock.write_text(now.strftime("%Y-%m-%dT%H:%M:%S.%fZ"))
        start = (now + runs_from).timestamp()
        os.utime(self.clock, (start, start))

    def __enter__(self):
        config = self.folder / "lianfang.toml"
        text = config.read_text()
        for written, port in zip((7443, 7444, 7445, 7446), self.ports):
            text = text.replace(f"127.0.0.1:{written}", f"127.0.0.1:{port}")
        config.write_text(text)
        self.command("federation", "create", "--name", "Interop", "--test")
        log = (self.folder / "node.log").open("w")
        self.process = subprocess.Popen([self.program, "serve", "--config", str(config)], stdout=log, stderr=log)
        deadline = time.monotonic() + READY_WITHIN
        while not (self.folder / "operator.sock").exists():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError((self.folder / "node.log").read_text().splitlines()[-1])
            time.sleep(0.05)
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()

    def admit(self, folder, name, role, country):
        """A member of which only the certificate is needed."""
        member = Node(self.program, folder, self.ports)
        member.init(name, role, country)
        paper = {kind: str(self.folder / f"{name}-{kind}.json") for kind in ("invitation", "request", "welcome")}
        self.command("federation", "invite", name, "--out", paper["invitation"])
        member.command("federation", "join", "--invitation", paper["invitation"], "--out", paper["request"])
        self.command("federation", "approve", "--request", paper["request"], "--out", paper["welcome"])
        member.command("federation", "join", "--welcome", paper["welcome"])
        return member

    def record(self, entries):
        file = self.folder / "entries.jsonl"
        file.write_text("".join(json.dumps(entry) + "\n" for entry in entries))
        self.command("entry", "import", str(file), "--strict")

    def withdraw(self, entry):
        self.command("entry", "withdraw", entry)

    @property
    def federation(self):
        return f"https://127.0.0.1:{self.ports[0]}"

    @property
    def platform(self):
        return f"https://127.0.0.1:{self.ports[1]}"

    @property
    def feed(self):
        return f"https://127.0.0.1:{self.ports[3]}/taxii2/"

    @property
    def authority(self):
        return str(self.folder / "tls/authority.pem")

    @property
    def identity(self):
        return str(self.folder / "tls/node.pem"), str(self.folder / "keys/tls.pem")


def entry(reference, kind, identifier, audience="all"):
    """A complete finding about somebody who doesn't exist."""
    now = datetime.datetime.now(datetime.timezone.utc)
    day = datetime.timedelta(days=1)

    def when(time):
        return re.sub(r"\+00:00$", "Z", time.isoformat())

    return {
        "client_reference": reference,
        "subject": {"type": kind, "identifiers": [identifier]},
        "violation": {"category": "counterfeit"},
        "basis": {"type": "administrative_final", "jurisdiction": "CN", "default_judgment": False},
        "decision": {"decided_at": when(now - day)},
        "measure": {"action": "monitor", "jurisdictions": ["CN"], "effective_from": when(now - day)},
        "evidence": [{"sha256": "ab" * 32, "media_type": "text/plain", "title": "test"}],
        "subject_notice": {"sent_at": when(now - day), "channel": "letter"},
        "expires": when(now + 300 * day),
        "sharing": {"audience": audience},
    }
