"""Plays the Kubernetes API server to a real kubectl, in memory and on a loopback port."""

from __future__ import annotations

import copy
import json
import os
import re
import subprocess
import tempfile
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingTCPServer
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import parse_qsl, urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Json = dict[str, Any]


def _resource(group: str, name: str, kind: str, short_name: str, *, namespaced: bool) -> Json:
    """Describe a resource in the words of discovery."""
    verbs = ["create", "delete", "get", "list", "patch", "update"]
    names = {"name": name, "kind": kind, "shortNames": [short_name]}
    return {"group": group, "version": "v1", **names, "namespaced": namespaced, "verbs": verbs}


CORE = [
    _resource("", "namespaces", "Namespace", "ns", namespaced=False),
    _resource("", "persistentvolumes", "PersistentVolume", "pv", namespaced=False),
    _resource("", "persistentvolumeclaims", "PersistentVolumeClaim", "pvc", namespaced=True),
    _resource("", "pods", "Pod", "po", namespaced=True),
    _resource("", "services", "Service", "svc", namespaced=True),
]
APPS = [_resource("apps", "statefulsets", "StatefulSet", "sts", namespaced=True)]
RESOURCES = {(resource["group"] or None, resource["name"]): resource for resource in CORE + APPS}
PATH = re.compile(r"/(?:api|apis/(.+))/v1(?:/namespaces/([^/]+))?/([^/]+)(?:/([^/]+))?")
JSON_PATCH = "application/json-patch+json"
SELECTOR = re.compile(r"(?:[\w./-]+=[\w./-]*(?:,|$))*")
REASONS = {409: "AlreadyExists", 422: "Invalid", 500: "InternalError"}

APPS_GROUP = {"name": "apps", "versions": [{"groupVersion": "apps/v1", "version": "v1"}]}
SCHEMA = {"serverRelativeURL": "/openapi/v3/all"}
FIELD_VALIDATION = {"name": "fieldValidation", "in": "query", "schema": {"type": "string"}}
# The least that makes kubectl leave the validation of fields to the server.
PATCHES = [
    {"parameters": [FIELD_VALIDATION], "x-kubernetes-group-version-kind": resource}
    for resource in CORE + APPS
]
DISCOVERY: dict[str, Json] = {
    "/version": {"major": "1", "minor": "32", "gitVersion": "v1.32.4"},
    "/api": {"kind": "APIVersions", "versions": ["v1"]},
    "/api/v1": {"kind": "APIResourceList", "groupVersion": "v1", "resources": CORE},
    "/apis": {"kind": "APIGroupList", "groups": [APPS_GROUP]},
    "/apis/apps/v1": {"kind": "APIResourceList", "groupVersion": "apps/v1", "resources": APPS},
    # kubectl checks a `kind: List` by itself with this document, and an empty one forbids nothing.
    "/openapi/v2": {},
    "/openapi/v3": {"paths": {"api/v1": SCHEMA, "apis/apps/v1": SCHEMA}},
    "/openapi/v3/all": {"paths": {f"/{n}": {"patch": patch} for n, patch in enumerate(PATCHES)}},
}


class ApiServer(ThreadingTCPServer):
    """A Kubernetes API server for the length of a `with` block, and a kubectl set up for it.

    `validate` tells what is wrong with an object that kubectl wants validated strictly.
    While `fault` is set, each request but discovery gets that HTTP status, or with 0 no answer.
    """

    def __init__(
        self,
        namespaces: Sequence[str] = ("default", "kube-system", "demo", "staging"),
        validate: Callable[[Json], str] | None = None,
        handler: type[Handler] | None = None,
    ) -> None:
        super().__init__(("127.0.0.1", 0), handler or Handler)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.environment: dict[str, str] = {}
        self.validate = validate
        self.fault: int | None = None
        self.closing = threading.Event()
        self.lock = threading.RLock()
        self.version = 0
        self.stored: dict[tuple[str, str | None, str], Json] = {}
        for name in namespaces:
            space = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
            self.store(("namespaces", None, name), space)

    def __enter__(self) -> Self:
        self._home = tempfile.TemporaryDirectory(prefix="api-server-")
        home = self._home.name
        clusters = [{"name": "test", "cluster": {"server": self.url}}]
        contexts = [{"name": "test", "context": {"cluster": "test"}}]
        config = {"clusters": clusters, "contexts": contexts, "current-context": "test"}
        Path(home, "config").write_text(json.dumps(config))
        own = {"HOME": home, "KUBECONFIG": f"{home}/config", "KUBECACHEDIR": f"{home}/cache"}
        self.environment = {**os.environ, **own}
        self._thread = threading.Thread(target=self.serve_forever, args=(0.01,))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self.shutdown()
        self._thread.join()
        self.server_close()
        self._home.cleanup()

    def kubectl(self, *args: str, input: str | None = None) -> subprocess.CompletedProcess[str]:  # noqa: A002
        """Run the real kubectl against this server; a failure is in `returncode`, not raised."""
        return subprocess.run(
            ["kubectl", *args],
            input=input or "",
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def objects(self, plural: str, namespace: str | None = None) -> list[Json]:
        """Copy the stored objects, for example the `services`, in the order of creation."""
        with self.lock:
            stored = copy.deepcopy(self.stored).items()
        return [item for key, item in stored if key[0] == plural and namespace in {None, key[1]}]

    def store(self, key: tuple[str, str | None, str], item: Json) -> Json:
        """Keep an object, with the fields that only the server sets."""
        self.version += 1
        uid = f"00000000-0000-4000-8000-{self.version:012}"
        if key in self.stored:
            uid = self.stored[key]["metadata"]["uid"]
        system = {"resourceVersion": f"{self.version}", "creationTimestamp": "2024-01-01T00:00:00Z"}
        self.stored[key] = {**item, "metadata": {**item["metadata"], "uid": uid, **system}}
        return self.stored[key]


class Refusal(Exception):  # noqa: N818
    """Holds the HTTP status and the message to answer with."""


class Handler(BaseHTTPRequestHandler):
    """Answers one request, by HTTP 1.0: a connection that stays open would delay the end."""

    server: ApiServer
    wbufsize = -1  # The head of an answer leaves with its body.

    def serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        try:
            code, answer = self.answer(body)
        except Refusal as refusal:
            code, answer = refusal.args[0], failure(*refusal.args)
        payload = json.dumps(answer).encode() if answer else b""
        self.send_response_only(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = serve  # noqa: N815

    def answer(self, body: bytes) -> tuple[int, Json]:
        url = urlsplit(self.path)
        if url.path in DISCOVERY:
            return 200, DISCOVERY[url.path]
        if self.server.fault == 0:
            self.server.closing.wait()
        if self.server.fault is not None:
            raise Refusal(self.server.fault or 503, f"the test refuses {self.command} {url.path}")
        match = PATH.fullmatch(url.path)
        if not match or (match[1], match[3]) not in RESOURCES:
            raise Refusal(404, "the server could not find the requested resource")
        media_type = self.headers.get_content_type()
        known = media_type.endswith("merge-patch+json") or media_type == JSON_PATCH
        if self.command == "PATCH" and not known:
            raise Refusal(415, f"the body of the request was in an unknown format - {media_type}")
        self.resource, self.namespace = RESOURCES[match[1], match[3]], match[2]
        self.query, self.body = dict(parse_qsl(url.query)), json.loads(body or "{}")
        self.name = match[4] or self.body.get("metadata", {}).get("name", "")
        self.key = self.resource["name"], self.namespace, self.name
        return 201 if self.command == "POST" else 200, self.act(named=match[4] is not None)

    def act(self, *, named: bool) -> Json:
        actions: dict[tuple[str, bool], Callable[[], Json]] = {
            ("GET", False): self.listed,
            ("GET", True): self.found,
            ("POST", False): self.create,
            ("PUT", True): lambda: self.found() and self.save(self.body),
            ("PATCH", True): lambda: self.save(_patched(self.found(), self.body)),
            ("DELETE", True): lambda: self.found() and self.server.stored.pop(self.key),
        }
        if (self.command, named) not in actions or "watch" in self.query:
            raise Refusal(405, "the server does not allow this method on the requested resource")
        with self.server.lock:
            before = self.server.stored.copy()
            answer = actions[self.command, named]()
            if "dryRun" in self.query or "dryRun" in self.body:
                self.server.stored = before
        return answer

    def listed(self) -> Json:
        wanted = [self.query.get(name, "") for name in ("labelSelector", "fieldSelector")]
        found = self.server.objects(self.resource["name"], self.namespace)
        return {
            "apiVersion": f"{self.resource['group']}/v1".removeprefix("/"),
            "kind": f"{self.resource['kind']}List",
            "metadata": {},
            "items": [item for item in found if matches(item["metadata"], ",".join(wanted))],
        }

    def found(self) -> Json:
        if self.key not in self.server.stored:
            raise self.refusal(404, "not found")
        return self.server.stored[self.key]

    def create(self) -> Json:
        if self.namespace and ("namespaces", None, self.namespace) not in self.server.stored:
            raise Refusal(404, f'namespaces "{self.namespace}" not found')
        if not self.name:
            raise Refusal(422, "metadata.name: Required value: name or generateName is required")
        if self.key in self.server.stored:
            raise self.refusal(409, "already exists")
        return self.save(self.body)

    def save(self, item: Json) -> Json:
        strict = self.query.get("fieldValidation") == "Strict"
        if strict and self.server.validate and (problem := self.server.validate(item)):
            message = '{0} in version "v1" cannot be handled as a {0}: strict decoding error: {1}'
            raise Refusal(400, message.format(self.resource["kind"], problem))
        return self.server.store(self.key, item)

    def refusal(self, code: int, problem: str) -> Refusal:
        resource = f"{self.resource['name']}.{self.resource['group']}".removesuffix(".")
        return Refusal(code, f'{resource} "{self.name}" {problem}')


def failure(code: int, message: str) -> Json:
    reason = REASONS.get(code) or HTTPStatus(code).phrase.replace(" ", "")
    failure = {"status": "Failure", "code": code, "reason": reason, "message": message}
    return {"apiVersion": "v1", "kind": "Status", "metadata": {}, **failure}


def matches(metadata: Json, selector: str) -> bool:
    if not SELECTOR.fullmatch(selector.strip(",")):
        raise Refusal(400, f"this server knows no other selectors than a=b,c=d: {selector}")
    fields = {f"metadata.{key}": value for key, value in metadata.items()}
    known = {f"{key}={value}" for key, value in (fields | metadata.get("labels", {})).items()}
    return known.issuperset(filter(None, selector.split(",")))


def _patched(current: Json, patch: Any) -> Json:
    """Apply a patch of either kind; of a JSON patch, what tests, replaces and removes fields."""
    if isinstance(patch, dict):
        merged: Json = _merged(current, patch)
        return merged
    patched = copy.deepcopy(current)
    for step in patch:
        *parents, last = step["path"].strip("/").split("/")
        inside = patched
        for part in parents:
            inside = inside[part]
        match step["op"]:
            case "test":
                if inside.get(last) != step["value"]:
                    raise Refusal(422, "the server rejected our request due to an error")
            case "replace":
                inside[last] = step["value"]
            case "remove":
                del inside[last]
            case other:
                raise Refusal(415, f"this server does not know the operation {other}")
    return patched


def _merged(current: Any, patch: Any) -> Any:
    """Apply a JSON merge patch, which a strategic merge patch without directives is as well."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(current) if isinstance(current, dict) else {}
    for key, value in patch.items():
        if key.startswith("$"):
            raise Refusal(415, f"this server does not merge lists: {key}")
        merged[key] = _merged(merged.get(key), value)
    return {key: value for key, value in merged.items() if value is not None}
