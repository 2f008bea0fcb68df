"""A door of a node: asked by hand, and described with what it really has, so that `schemathesis` gets beyond 404."""
import json
import ssl
import urllib.request


class Door:
    """`certificate` and `token` are what the caller shows, if anything."""

    def __init__(self, base, authority, certificate=None, token=None):
        self.base, self.token = base, token
        self.trust = ssl.create_default_context(cafile=authority)
        if certificate:
            self.trust.load_cert_chain(*certificate)

    def send(self, method, path, body=None):
        """The answer's document, if it has one."""
        with self.answer(method, path, body) as answer:
            return json.loads(answer.read() or "null")

    def first_event(self, path):
        """The data of the first server-sent event."""
        with self.answer("GET", path) as stream:
            return next(json.loads(line[5:]) for line in stream if line.startswith(b"data:"))

    def answer(self, method, path, body=None):
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        data = None
        if body is not None:
            headers["Content-Type"], data = "application/json", json.dumps(body).encode()
        request = urllib.request.Request(self.base + path, data, headers, method=method)
        return urllib.request.urlopen(request, context=self.trust)

    def described(self, path, examples):
        """Its document with `examples`, by operation, of the parameters in paths."""
        document = self.send("GET", path)
        for operation, values in examples.items():
            method, route = operation.split(" ")
            parameters = document["paths"][route][method.lower()]["parameters"]
            for name, value in values.items():
                (parameter,) = (one for one in parameters if one["in"] == "path" and one["name"] == name)
                parameter["example"] = value
        return document
