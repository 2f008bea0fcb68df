"""NDJSON for schemathesis: a batch of one line, and its one result."""
import json

import schemathesis

NDJSON = "application/x-ndjson"


@schemathesis.serializer(NDJSON)
def line(_, value):
    return {"data": value if isinstance(value, bytes) else json.dumps(value).encode() + b"\n"}


@schemathesis.deserializer(NDJSON)
def result(_, response):
    lines = response.content.splitlines()
    return json.loads(lines[0]) if lines else {"line": 1}
