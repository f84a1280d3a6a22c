"""Plays an API server whose cluster lives: a real kubectl sees what its controllers make of things.

    with LivingServer(cluster, resync=0.3) as server:   # a Cluster of tests/cluster.py
        server.kubectl("scale", "sts", "w", "-n", "p", "--replicas=0")
        server.run_script(text, "dash")                 # with that kubectl first on its way
        with server.lock: server.cluster.homes()        # look at it under the lock

The controllers act in a thread of their own, in a random order where the cluster has chance, and
the binder's resync comes each `resync` seconds, in place of 15. What they find wrong, such as two
writers in a directory, is raised when the `with` block ends. `refuse` names verbs, such as
("patch", "persistentvolumes"), of which the next one is refused with a 500, to break scripts.
"""

from __future__ import annotations

import copy
import json
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import parse_qsl, urlsplit

from tests import api_server
from tests.api_server import JSON_PATCH, PATH, ApiServer, Handler, Json, Refusal, failure, matches
from tests.kinds import CLASS, POD, Key
from tests.storing import Refused

if TYPE_CHECKING:
    from tests.cluster import Cluster

_TICK = 0.01  # seconds
_IDLE = 0.3  # of the ticks, where there is chance
_STORAGE = {
    "group": "storage.k8s.io",
    "version": "v1",
    "name": "storageclasses",
    "kind": CLASS,
    "shortNames": ["sc"],
    "namespaced": False,
}
_SCALE = {
    "group": "autoscaling",
    "version": "v1",
    "name": "statefulsets/scale",
    "kind": "Scale",
    "namespaced": True,
    "verbs": ["get", "patch", "update"],
}
_VERBS = ["create", "delete", "get", "list", "patch", "update", "watch"]
_RESOURCES: dict[tuple[str | None, str], Json] = {
    **{key: {**each, "verbs": _VERBS} for key, each in api_server.RESOURCES.items()},
    ("storage.k8s.io", "storageclasses"): {**_STORAGE, "verbs": _VERBS},
}


def _listed(group: str | None, *more: Json) -> Json:
    found = [each for key, each in _RESOURCES.items() if key[0] == group]
    version = f"{group}/v1" if group else "v1"
    return {"kind": "APIResourceList", "groupVersion": version, "resources": [*found, *more]}


def _group(name: str) -> Json:
    return {"name": name, "versions": [{"groupVersion": f"{name}/v1", "version": "v1"}]}


_PATHS = ("api/v1", "apis/apps/v1", "apis/storage.k8s.io/v1")
_PATCHES = {
    f"/{number}": {
        "patch": {
            "parameters": [api_server.FIELD_VALIDATION],
            "x-kubernetes-group-version-kind": each,
        }
    }
    for number, each in enumerate(_RESOURCES.values())
}
_DISCOVERY: dict[str, Json] = {
    **api_server.DISCOVERY,
    "/api/v1": _listed(None),
    "/apis": {"kind": "APIGroupList", "groups": [_group("apps"), _group("storage.k8s.io")]},
    "/apis/apps/v1": _listed("apps", _SCALE),
    "/apis/storage.k8s.io/v1": _listed("storage.k8s.io"),
    "/openapi/v3": {"paths": dict.fromkeys(_PATHS, api_server.SCHEMA)},
    "/openapi/v3/all": {"paths": _PATCHES},
}


class LivingServer(ApiServer):
    """An API server over a cluster, for the length of a `with` block."""

    def __init__(self, cluster: Cluster, resync: float = 0.3) -> None:
        self.cluster = cluster
        cluster.events = []
        self.resync = resync
        self.trouble: BaseException | None = None
        self.refuse: list[tuple[str, str]] = []
        spaces = {key[1] for key in cluster.objects if key[1]}
        super().__init__(sorted({"default", *spaces}), handler=_LivingHandler)

    def __enter__(self) -> Self:
        super().__enter__()
        # Scripts look each second; here all is faster, as the binder is.
        faster = Path(self.environment["HOME"], "bin", "sleep")
        faster.parent.mkdir()
        faster.write_text("#!/bin/sh\nexec /bin/sleep 0.1\n")
        faster.chmod(0o755)
        self.environment["PATH"] = f"{faster.parent}:{self.environment['PATH']}"
        self._life = threading.Thread(target=self._live)
        self._life.start()
        return self

    def __exit__(self, *args: object) -> None:
        self.closing.set()
        self._life.join()
        super().__exit__(*args)
        if self.trouble and not args[0]:
            raise self.trouble

    def store(self, key: tuple[str, str | None, str], item: Json) -> Json:
        """Keep an object that a test begins with."""
        self.cluster.add(item)
        kind = next(each["kind"] for each in _RESOURCES.values() if each["name"] == key[0])
        return self.cluster.objects[kind, key[1] or "", key[2]]

    def objects(self, plural: str, namespace: str | None = None) -> list[Json]:
        """Copy the objects, for example the `services`, in the order of their names."""
        kind = next(each["kind"] for each in _RESOURCES.values() if each["name"] == plural)
        with self.lock:
            return copy.deepcopy(self.cluster.of_kind(kind, namespace))

    def run_script(
        self, text: str, shell: str = "sh", *arguments: str, timeout: float = 60
    ) -> subprocess.CompletedProcess[str]:
        """Run a script in a shell whose kubectl asks this server."""
        file = Path(self.environment["KUBECONFIG"]).with_name("script.sh")
        file.write_text(text, encoding="utf-8")
        return subprocess.run(
            [shell, str(file), *arguments],
            stdin=subprocess.DEVNULL,
            start_new_session=True,  # without a terminal
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    def handle_error(self, *args: Any) -> None:
        """Tell of what fails, but not of a kubectl that has seen enough."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(*args)

    def settle(self) -> None:
        """Let the cluster come to rest."""
        with self.lock:
            self.cluster.settle()

    def _live(self) -> None:
        seen, due = -1, 0.0
        while not self.closing.wait(_TICK):
            is_due, chance = time.monotonic() >= due, self.cluster.chance
            with self.lock:
                if not is_due and seen == self.cluster.version:
                    continue
                if chance and chance.random() < _IDLE:
                    continue
                try:
                    seen = self.cluster.version
                    self.cluster.turn(resync=is_due)
                except AssertionError as trouble:
                    self.trouble = trouble
                    return
            due = time.monotonic() + self.resync if is_due else due


class _LivingHandler(Handler):
    """Answers one request from the cluster."""

    server: LivingServer

    def serve(self) -> None:
        url = urlsplit(self.path)
        query = dict(parse_qsl(url.query))
        if query.get("watch") in ("true", "1") and url.path not in _DISCOVERY:
            self._watch(url.path, query)
        else:
            super().serve()

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = serve  # noqa: N815

    def answer(self, body: bytes) -> tuple[int, Json]:
        url = urlsplit(self.path)
        if url.path in _DISCOVERY:
            return 200, _DISCOVERY[url.path]
        path, is_scale = url.path.removesuffix("/scale"), url.path.endswith("/scale")
        self._route(path, dict(parse_qsl(url.query)))
        self.body = json.loads(body or "{}")
        named = self.name != ""
        self.name = self.name or self.body.get("metadata", {}).get("name", "")
        self.where: Key = self.resource["kind"], self.namespace or "", self.name
        with self.server.lock:
            self._refuse_if_told()
            cluster = self.server.cluster
            if "dryRun" in self.query or "dryRun" in self.body:
                cluster = copy.deepcopy(cluster)
                cluster.events = None
            try:
                done = self._scaled(cluster) if is_scale else self._done(cluster, named=named)
            except Refused as refused:
                return refused.code, _refusal(refused)
            except AssertionError as trouble:
                self.server.trouble = trouble
                raise Refusal(500, str(trouble)) from None
            return 201 if self.command == "POST" else 200, copy.deepcopy(done)

    def _refuse_if_told(self) -> None:
        verb = {"POST": "create", "PUT": "replace"}.get(self.command, self.command.lower())
        if (verb, self.resource["name"]) in self.server.refuse:
            self.server.refuse.remove((verb, self.resource["name"]))
            raise Refusal(500, f"the test refuses {self.command} {self.path}")

    def _route(self, path: str, query: dict[str, str]) -> None:
        match = PATH.fullmatch(path)
        if not match or (match[1], match[3]) not in _RESOURCES:
            raise Refusal(404, "the server could not find the requested resource")
        self.resource, self.namespace = _RESOURCES[match[1], match[3]], match[2]
        self.query, self.name = query, match[4] or ""

    def _done(self, cluster: Cluster, *, named: bool) -> Json:
        match self.command:
            case "GET" if named:
                return self._there(cluster)
            case "GET":
                return self._all(cluster)
            case "POST":
                metadata = {**self.body["metadata"]}
                if self.namespace:
                    metadata["namespace"] = self.namespace
                return cluster.create({**self.body, "metadata": metadata})
            case "PUT":
                return cluster.replace(self.body)
            case "PATCH":
                return cluster.patch(*self.where, self.body, self._kind_of_patch())
            case _:
                return self._deleted(cluster)

    def _kind_of_patch(self) -> str:
        media_type = self.headers.get_content_type()
        if media_type == JSON_PATCH:
            return "json"
        return "strategic" if "strategic" in media_type else "merge"

    def _there(self, cluster: Cluster) -> Json:
        if self.where not in cluster.objects:
            group = f".{self.resource['group']}" if self.resource["group"] else ""
            called = f'{self.resource["name"]}{group} "{self.name}"'
            raise Refused(404, "NotFound", f"{called} not found")
        return cluster.objects[self.where]

    def _all(self, cluster: Cluster) -> Json:
        found = cluster.of_kind(self.resource["kind"], self.namespace)
        return {
            "apiVersion": f"{self.resource['group']}/v1".removeprefix("/"),
            "kind": f"{self.resource['kind']}List",
            "metadata": {"resourceVersion": str(cluster.version)},
            "items": [each for each in found if self._is_wanted(each)],
        }

    def _is_wanted(self, each: Json) -> bool:
        wanted = [self.query.get(name, "") for name in ("labelSelector", "fieldSelector")]
        is_here = self.namespace in (None, each["metadata"].get("namespace"))
        return is_here and matches(each["metadata"], ",".join(filter(None, wanted)))

    def _deleted(self, cluster: Cluster) -> Json:
        found = self._there(cluster)
        propagation = self.body.get("propagationPolicy", "Background")
        force = self.body.get("gracePeriodSeconds") == 0 and self.where[0] == POD
        cluster.delete(*self.where, propagation, wait=False, force=force)
        if cluster.uid_of(self.where) == found["metadata"]["uid"]:
            return cluster.objects[self.where]
        details = {
            "name": self.name,
            "kind": self.resource["name"],
            "uid": found["metadata"]["uid"],
        }
        return {"apiVersion": "v1", "kind": "Status", "status": "Success", "details": details}

    def _scaled(self, cluster: Cluster) -> Json:
        found = self._there(cluster)
        if self.command != "GET":
            found = cluster.scale(self.where[1], self.name, self.body["spec"]["replicas"])
        metadata = found["metadata"]
        kept = ("name", "namespace", "uid", "resourceVersion", "creationTimestamp")
        return {
            "apiVersion": "autoscaling/v1",
            "kind": "Scale",
            "metadata": {key: metadata[key] for key in kept},
            "spec": {"replicas": found["spec"]["replicas"]},
            "status": {"replicas": found["status"]["replicas"]},
        }

    def _watch(self, path: str, query: dict[str, str]) -> None:
        """Tell what changes, line by line, until the other side or the test has had enough."""
        self._route(path, query)
        self.send_response_only(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        until = time.monotonic() + float(query.get("timeoutSeconds", 60))
        seen = 0
        try:
            while time.monotonic() < until and not self.server.closing.wait(_TICK):
                with self.server.lock:
                    events: list[Any] = self.server.cluster.events or []
                    news, seen = events[seen:], len(events)
                self._tell(news, int(query.get("resourceVersion") or 0))
        except (BrokenPipeError, ConnectionResetError):
            return

    def _tell(self, news: list[Any], since: int) -> None:
        for version, what, each in news:
            its = each["kind"] == self.resource["kind"] and version > since
            if its and self._is_wanted(each):
                self.wfile.write(json.dumps({"type": what, "object": each}).encode() + b"\n")
        self.wfile.flush()


def _refusal(refused: Refused) -> Json:
    return {**failure(refused.code, refused.message), "reason": refused.reason}
