"""What the doors speak beside JSON, told to schemathesis."""
import json

import jsonschema_rs
import schemathesis
from schemathesis.core.parameters import ParameterLocation

NDJSON = "application/x-ndjson"


@schemathesis.serializer(NDJSON)
def line(_, value):
    """A batch of one line."""
    return value if isinstance(value, bytes) else json.dumps(value).encode() + b"\n"


@schemathesis.deserializer(NDJSON)
def result(_, response):
    """The result of that line."""
    lines = response.content.splitlines()
    return json.loads(lines[0]) if lines else {"line": 1}


@schemathesis.deserializer("application/octet-stream")
def octets(_, response):
    """Any bytes are a string of format `binary`."""
    return response.content.decode("latin-1")


@schemathesis.check
def a_bad_line_is_refused_in_its_place(_, response, case):
    """The batch itself is taken, so its status says nothing of a line that breaks a rule."""
    refused = case.media_type == NDJSON and case.meta and case.meta.is_negative_at(ParameterLocation.BODY)
    if refused and response.status_code == 200 and (lines := response.content.splitlines()):
        assert "problem" in json.loads(lines[0]), "a line that breaks a rule has a result without a problem"


@schemathesis.check
def every_event_is_as_described(_, response, case):
    """The document can't say of a stream what its events are; its description names the schema."""
    if not response.headers.get("content-type", [""])[0].startswith("text/event-stream"):
        return
    schema = {"$ref": "#/components/schemas/AlertEvent", "components": case.operation.schema.raw_schema["components"]}
    validator = jsonschema_rs.validator_for(schema)
    for line in response.content.splitlines():
        if line.startswith(b"data:"):
            validator.validate(json.loads(line[5:]))
