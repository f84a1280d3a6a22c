"""What is refused and what is warned of: a case a line, with its place and how to mend it."""

import re
import shlex
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.program import Result, sfsgen

PLAIN = "render web -r 3 --nfs-server nfs.example.com --storage 1Gi"
# What a case adds to this file begins in line 5.
WEB = """\
name: web
replicas: 3
nfs: {server: nfs.example.com, path: /exports}
claimTemplates: [{storage: 1Gi}]
"""
MESSAGE = re.compile(r"(.+?): (error|warning): (.+)\n  fix: (.+)")
NOTE = re.compile(r"sfsgen: (defaults used|wrote)")


class Told(NamedTuple):
    """A problem as it is told on stderr."""

    where: str
    severity: str
    what: str
    fix: str


def told(result: Result) -> list[Told]:
    """Return the problems on stderr, which holds nothing else but notes."""
    lines = [line for line in result.err.splitlines() if not NOTE.match(line)]
    assert len(lines) % 2 == 0, result.err
    found = []
    for number in range(0, len(lines), 2):
        match = MESSAGE.fullmatch("\n".join(lines[number : number + 2]))
        assert match, result.err
        found.append(Told(*match.groups()))
    return found


def refused(result: Result) -> list[Told]:
    assert (result.status, result.out) == (2, ""), result.err
    problems = told(result)
    assert problems
    return problems


def assert_refused_once(result: Result, where: str, part: str) -> None:
    (problem,) = refused(result)
    assert (problem.where, problem.severity) == (where, "error")
    assert part in f"{problem.what}\nfix: {problem.fix}"


def render(text: str | bytes, options: str = "") -> Result:
    return sfsgen(f"render -f - {options}", text)


BY_OPTIONS = [
    # names
    ("--service-name web.a", "--service-name", 'write "web-a"'),
    ("--service-name Web", "--service-name", 'write "web"'),
    ("--service-name 0web --kube-version 1.35", "--service-name", "first"),
    ("--service-name -web", "--service-name", 'write "web"'),
    (f"--service-name {64 * 'a'}", "--service-name", "63"),
    (f"--service-name {25 * 'a'} --kube-version 1.3", "--service-name", "24"),
    ("--service-name ''", "--service-name", ""),
    ("--namespace a.b", "--namespace", 'write "a-b"'),
    ("--namespace A", "--namespace", 'write "a"'),
    (f"--namespace {64 * 'a'}", "--namespace", "63"),
    ("--namespace ''", "--namespace", ""),
    ("--claim-template data_1", "--claim-template", 'write "data-1"'),
    (f"--claim-template {64 * 'a'}", "--claim-template", "63"),
    ("--claim-template ''", "--claim-template", ""),
    ("--volume Data=1Gi:/d", "--volume", 'write "data"'),
    ("--volume-name 'PV-{ordinal}'", "--volume-name", "pv"),
    ("--volume-name 'pv_{ordinal}'", "--volume-name", "pv_0"),
    ("--volume-name '-{ordinal}'", "--volume-name", "-0"),
    (f"--volume-name '{252 * 'a'}{{ordinal}}' -r 11", "--volume-name", "253"),
    ("--volume-name ''", "--volume-name", ""),
    ("--image 'a b'", "--image", "nginx:1.29"),
    ("--image ''", "--image", ""),
    # numbers
    ("-r -1", "--replicas", "below 0"),
    ("-r three", "--replicas", "whole number"),
    ("-r 1.5", "--replicas", "whole number"),
    ("-r ''", "--replicas", "whole number"),
    ("-r 1_0", "--replicas", "whole number"),
    ("-r 2147483648", "--replicas", "32 bits"),
    (f"-r {5000 * '1'}", "--replicas", ""),
    ("--start-ordinal -1", "--start-ordinal", "below 0"),
    ("--start-ordinal x", "--start-ordinal", "whole number"),
    ("--start-ordinal 3 --kube-version 1.26", "--start-ordinal", "1.27"),
    ("--partition -1", "--partition", "below 0"),
    ("--partition x", "--partition", "whole number"),
    ("--partition 1 --update-strategy OnDelete", "--partition", "OnDelete"),
    # quantities
    ("--storage 1GB", "--storage", 'write "1G"'),
    ("--storage 1gi", "--storage", 'write "1Gi"'),
    ("--storage '1 Gi'", "--storage", 'write "1Gi"'),
    ("--storage 1K", "--storage", 'write "1Ki"'),
    ("--storage 1GiB", "--storage", 'write "1Gi"'),
    ("--storage ''", "--storage", "1Gi"),
    ("--storage Gi", "--storage", "1Gi"),
    ("--storage +", "--storage", "1Gi"),
    ("--storage .", "--storage", "1Gi"),
    ("--storage 1e", "--storage", "quantity"),
    ("--storage 1.2.3", "--storage", "1Gi"),
    ("--storage 1_000", "--storage", "1Gi"),
    ("--storage 0x10", "--storage", "1Gi"),
    ("--storage ' 1Gi'", "--storage", "1Gi"),
    ("--storage 0", "--storage", "zero"),
    ("--storage 0Gi", "--storage", "zero"),
    ("--storage -1Gi", "--storage", "zero"),
    ("--volume a=1GB:/a", "--volume", 'write "1G"'),
    # ports
    ("--port 0", "--port", "65535"),
    ("--port 65536", "--port", "65535"),
    ("--port x", "--port", "http=80"),
    ("--port http=", "--port", "http=80"),
    ("--port =80", "--port", "http=80"),
    ("--port ''", "--port", "http=80"),
    ("--port a=b=80", "--port", ""),
    ("--port HTTP=80", "--port", 'write "http"'),
    ("--port 12=80", "--port", "letter"),
    ("--port a--b=80", "--port", 'write "a-b"'),
    ("--port -a=80", "--port", 'write "a"'),
    ("--port a-=80", "--port", 'write "a"'),
    (f"--port {16 * 'a'}=80", "--port", "15"),
    ("--port a=80 --port a=81", "--port", "two ports"),
    ("--port a=80 --port b=80", "--port", "twice"),
    # labels, annotations, environment
    ("--label a", "--label", "key=value"),
    ("--label =a", "--label", "key=value"),
    ("--label 'a b=c'", "--label", "label key"),
    ("--label -a=c", "--label", "label key"),
    ("--label /a=c", "--label", "label key"),
    ("--label a/=c", "--label", "label key"),
    ("--label A.b/c=d", "--label", "label key"),
    (f"--label {64 * 'a'}=c", "--label", "63"),
    (f"--label {254 * 'a'}/b=c", "--label", "253"),
    ("--label 'a=b c'", "--label", 'write "b-c"'),
    ("--label a=b:c", "--label", "annotation"),
    ("--label a=-b", "--label", 'write "b"'),
    (f"--label a={64 * 'b'}", "--label", "63"),
    ("--label a=1 --label a=2", "--label", "twice"),
    ("--annotation a", "--annotation", "key=value"),
    ("--annotation 'a b=c'", "--annotation", "annotation key"),
    ("--annotation a=1 --annotation a=2", "--annotation", "twice"),
    (
        f"--annotation a={262_144 * 'b'}",
        "--annotation",
        "possible\nfix: make them short",
    ),
    ("--env A", "--env", "key=value"),
    ("--env =a", "--env", "key=value"),
    ("--env Ä=1", "--env", "ASCII"),
    ("--env A=1 --env A=2", "--env", "twice"),
    ("--env A-B=1 --kube-version 1.7", "--env", "1.8"),
    ("--env A.B=1 --kube-version 1.3", "--env", "1.8"),
    ("--env 1A=1 --kube-version 1.7", "--env", "1.32"),
    ("--env 1A=1 --kube-version 1.31", "--env", "1.32"),
    ("--env 'A B=1' --kube-version 1.31", "--env", "1.32"),
    # directories
    ("--nfs-path exports", "--nfs-path", "absolute"),
    ("--nfs-path ./exports", "--nfs-path", "absolute"),
    ("--nfs-path ''", "--nfs-path", ""),
    ("--nfs-path /a/../b", "--nfs-path", ".."),
    ("--nfs-path /..", "--nfs-path", ".."),
    ("--nfs-path '/{ordinal}/..'", "--nfs-path", ".."),
    (f"--nfs-path /{256 * 'a'}", "--nfs-path", "255"),
    (f"--nfs-path {2048 * '/a'}", "--nfs-path", "4095"),
    ("--nfs-path '/srv/{name}'", "--nfs-path", "ordinals 0 and 1 share the directory /srv/web"),
    ("--nfs-path '/srv/{ordnal}'", "--nfs-path", "{ordinal}"),
    ("--nfs-path '/srv/{ordinal}/{}'", "--nfs-path", "placeholder"),
    ("--nfs-path '/srv/{ordinal'", "--nfs-path", "placeholder"),
    ("--nfs-path '/srv/ordinal}'", "--nfs-path", "placeholder"),
    ("--nfs-path '/srv/{ordinal}' --shared-directory", "--shared-directory", "{ordinal}"),
    ("--nfs-path '/srv/{ordinal}' --volume a=1Gi:/a", "--nfs-path", "put {template}"),
    ("--mount-path data", "--mount-path", "absolute"),
    ("--mount-path /a:b", "--mount-path", ":"),
    ("--mount-path ''", "--mount-path", ""),
    ("--mount-path /d --volume a=1Gi:/d", "--volume", "mounted at /d"),
    ("--mount-path /d --volume a=1Gi:/d/", "--volume", "mounted at /d"),
    ("--mount-option 'a b'", "--mount-option", "one word"),
    ("--mount-option rsize", "--mount-option", "rsize=1048576"),
    ("--mount-option wsize=1m", "--mount-option", "wsize=1048576"),
    ("--mount-option timeo=abc", "--mount-option", "timeo=600"),
    ("--mount-option nfsvers=5", "--mount-option", "nfsvers=4.1"),
    ("--mount-option proto=sctp", "--mount-option", "tcp"),
    ("--mount-option nfsvers=4.1 --mount-option vers=3", "--mount-option", "more than one"),
    ("--mount-option '-o hard'", "--mount-option", "hard"),
    ("--mount-option gid=1000", "--mount-option", "no option of NFS"),
    ("--mount-option ''", "--mount-option", "one word"),
    ("--mount-option hard --kube-version 1.5", "--mount-option", "1.6"),
    # servers
    ("--nfs-server ''", "--nfs-server", "nfs.example.com"),
    ("--nfs-server 'host name'", "--nfs-server", "DNS name"),
    ("--nfs-server host_name", "--nfs-server", "DNS name"),
    ("--nfs-server -host", "--nfs-server", "DNS name"),
    ("--nfs-server a..b", "--nfs-server", "DNS name"),
    ("--nfs-server .", "--nfs-server", "write"),
    ("--nfs-server 192.168.20.999", "--nfs-server", "IPv4"),
    ("--nfs-server 192.168.20", "--nfs-server", "IPv4"),
    ("--nfs-server 1.2.3.4.5", "--nfs-server", "IPv4"),
    ("--nfs-server 192.168.020.1", "--nfs-server", "IPv4"),
    ("--nfs-server host:2049", "--nfs-server", 'write "host"'),
    ("--nfs-server [::1]", "--nfs-server", 'write "::1"'),
    ("--nfs-server [::1]:2049", "--nfs-server", ""),
    ("--nfs-server ::12345", "--nfs-server", "IPv6"),
    ("--nfs-server fe80::1%eth0", "--nfs-server", "IPv6"),
    ("--nfs-server 'nas_{ordinal}'", "--nfs-server", 'gives the server "nas_0"'),
    ("--nfs-server 'nas-{ordinal}:2049'", "--nfs-server", "port"),
    ("--nfs-server '{volume}'", "--nfs-server", "{volume} is not a placeholder"),
    ("--nfs-server 'nas-{ordinal'", "--nfs-server", "placeholder"),
    ("--nfs-server '10.0.0.{ordinal}' -r 257", "--nfs-server", '"10.0.0.256"'),
    (f"--nfs-server '{62 * 'a'}{{ordinal}}' -r 11", "--nfs-server", "a10"),
    ("--nfs-server 'nas.{template}' --nfs-path '/{name}'", "--nfs-path", "ordinals 0 and 1"),
    ("--nfs-server host:/path", "--nfs-server", "the path as /path"),
    ("--nfs-server nfs://host", "--nfs-server", 'is a URL\nfix: write "host"'),
    ("--nfs-server nfs://host/path", "--nfs-server", 'write "host", and the path as /path'),
    (f"--nfs-server nfs.{64 * 'a'}.com", "--nfs-server", "63"),
    # volumes
    ("--volume-name pv --nfs-path '/{ordinal}'", "--volume-name", "put {ordinal} into it"),
    (
        "--volume-name 'pv-{ordinal}' --nfs-path '/{claim}' --volume a=1Gi:/a",
        "--volume-name",
        "{template}",
    ),
    ("--volume-name 'pv-{ordnal}'", "--volume-name", "{ordnal}"),
    ("--from-ordinal x", "--from-ordinal", '"x" is not an ordinal'),
    ("--from-ordinal 3", "--from-ordinal", "web has no ordinal 3: with these replicas it has 0 to"),
    ("--volume-name 'pv-{volume}-{ordinal}'", "--volume-name", "{volume}"),
    ("--volume-name 'pv-{ordinal}-{'", "--volume-name", "placeholder"),
    ("--volume a", "--volume", "data=10Gi:/var/lib/data"),
    ("--volume a=1Gi", "--volume", "--volume a=1Gi:/var/lib/data"),
    ("--volume a=1Gi:", "--volume", "it lacks the mount path"),
    ("--volume a=", "--volume", "it lacks the size and the mount path"),
    ("--volume =1Gi:/a", "--volume", "--volume data=1Gi:/a"),
    ("--volume a=:/a", "--volume", "--volume a=10Gi:/a"),
    ("--volume 'a b=1Gi'", "--volume", "--volume 'a b=1Gi:/var/lib/data'"),
    ("--volume a=1Gi:/a --volume a=1Gi:/b", "--volume", "twice"),
    ("--volume pvc=1Gi:/a", "--volume", "pvc"),
    ("--claim-template a --volume a=1Gi:/a", "--volume", "a"),
    ("--access-mode RWM", "--access-mode", "ReadWriteMany (RWX)"),
    ("--access-mode ''", "--access-mode", "ReadWriteMany (RWX)"),
    ("--access-mode RWOP", "--access-mode", "--driver csi"),
    ("--driver csi --access-mode RWOP --access-mode RWX", "--access-mode", "alone"),
    ("--driver csi --access-mode RWOP --kube-version 1.26", "--access-mode", "1.27"),
    ("--driver csi --kube-version 1.20", "--driver", "1.21"),
    ("--driver nfs4", "--driver", "write nfs"),
    ("--driver smb", "--driver", "write smb.csi.k8s.io"),
    ("--driver ext4", "--driver", "nfs, csi, local"),
    ("--driver CSI", "--driver", "write csi"),
    ("--reclaim-policy retain", "--reclaim-policy", "write Retain"),
    ("--reclaim-policy Keep", "--reclaim-policy", "Retain, Delete, Recycle"),
    ("--pod-management-policy parallel", "--pod-management-policy", "write Parallel"),
    ("--pod-management-policy Parallel --kube-version 1.6", "--pod-management-policy", "1.7"),
    ("--update-strategy Rolling", "--update-strategy", "RollingUpdate, OnDelete"),
    ("--update-strategy OnDelete --kube-version 1.6", "--update-strategy", "1.7"),
    ("--partition 1 --kube-version 1.6", "--partition", "1.7"),
    # what to print
    ("--only pod", "--only", "service, pv, pvc, statefulset"),
    ("--only ''", "--only", "service, pv, pvc, statefulset"),
    ("--only pv,", "--only", "service, pv, pvc, statefulset"),
    ("--from-ordinal 3", "--from-ordinal", "0 to 2"),
    ("--from-ordinal -1", "--from-ordinal", "not an ordinal"),
    ("--from-ordinal x", "--from-ordinal", "not an ordinal"),
    (f"--from-ordinal {5000 * '1'}", "--from-ordinal", ""),
    ("-o xml", "--output", "yaml, json, name"),
    ("-o name --output-dir out", "--output-dir", "-o name"),
    ("--output-dir ''", "--output-dir", ""),
    ("--force", "--force", "leave it out"),
    ("--diff", "--diff", "name an --output-dir"),
    ("--prune", "--prune", "name an --output-dir"),
    ("--kustomization", "--kustomization", "name an --output-dir"),
    ("--output-dir out --prune --only pv", "--prune", "leave out --only"),
    ("--output-dir out --prune --from-ordinal 1", "--prune", "--from-ordinal"),
    ("--gitops argo", "--gitops", "argocd, flux, helm"),
    ("--template-dir missing", "--template-dir", "can be read: No such file"),
    ("--kube-version 1.2", "--kube-version", "1.3 to 1.37"),
    ("--kube-version new", "--kube-version", "1.3 to 1.37"),
]

# What stands in line 5 of the file, or in its place.
IN_THE_FILE = [
    # unknown keys
    ("replica: 3", "5:1", 'write "replicas"'),
    ("servicename: a", "5:1", 'write "serviceName"'),
    ("zzz: 1", "5:1", "claimTemplates"),
    ("ordinals: {strat: 1}", "5:12", 'write "start"'),
    ("container: {resource: {}}", "5:13", 'write "resources"'),
    ("container: {resources: {request: {}}}", "5:25", 'write "requests"'),
    ("container: {livenessProbe: {httpget: {port: 80}}}", "5:29", 'write "httpGet"'),
    ("pod: {spec: {affinity: {nodeAfinity: {}}}}", "5:25", 'write "nodeAffinity"'),
    ("pod: {tolerations: [{operater: Exists}]}", "5:22", 'write "operator"'),
    ("statefulSet: {minReadySecond: 1}", "5:15", 'write "minReadySeconds"'),
    ("service: {metadata: {label: {}}}", "5:22", 'write "labels"'),
    ("ports: [{containerport: 80, containerPort: 80}]", "5:10", 'write "containerPort"'),
    ("updateStrategy: {rollingUpdate: {partitions: 1}}", "5:34", 'write "partition"'),
    ("storage: 1Gi", "5:1", ""),
    # wrong types
    ("image: 1", "5:8", "put it in quotes"),
    ("image: [a]", "5:8", "a string"),
    ("image: yes", "5:8", "put it in quotes"),
    ("labels: {a: 1}", "5:13", "put it in quotes"),
    ("labels: {a: no}", "5:13", "put it in quotes"),
    ("labels: [a]", "5:9", "a mapping"),
    ("labels: a=b", "5:9", "a mapping"),
    ("annotations: {a: 1.5}", "5:18", "put it in quotes"),
    ("annotations: {a: {b: c}}", "5:18", "a string"),
    ("env: {A: b}", "5:6", "a list"),
    ("env: [A=b]", "5:7", "a mapping"),
    ("env: [{name: A, value: 1}]", "5:24", "put it in quotes"),
    ("env: [{name: A, value: on}]", "5:24", "put it in quotes"),
    ("env: [{value: A}]", "5:7", "name"),
    ("env: ['']", "5:7", "a mapping"),
    ("ports: 80", "5:8", "a list"),
    ("ports: [80]", "5:9", "a mapping"),
    ("ports: [~]", "5:9", "a mapping"),
    ("ports: [{name: a}]", "5:9", "containerPort"),
    ("ports: [{containerPort: '80'}]", "5:25", "whole number"),
    ("ports: [{containerPort: 80.5}]", "5:25", "whole number"),
    ("accessModes: RWX", "5:14", "a list"),
    ("accessModes: []", "5:14", "at least one"),
    ("statefulSet: {annotations: {a: b}}", "5:15", "write it in metadata"),
    ("clusterService: {name: a}", "5:18", "write it in metadata"),
    ("selector: {app: pg}", "5:12", "matchLabels: {app: pg}"),
    ("nodeSelector: {a: b}", "5:1", "write it in pod"),
    ("resources: {}", "5:1", "write it in container"),
    ("pv: {}", "5:1", 'write "persistentVolume"'),
    (
        "driver: csi\ncsi: {driver: smb.csi.k8s.io}",
        "6:7",
        "write driver: smb.csi.k8s.io beside csi",
    ),
    ("persistentVolumeClaim: {metadata: {name: a}}", "5:36", "claimTemplates[].name"),
    ("accessModes: [RWM]", "5:15", "ReadWriteMany"),
    ("accessModes: [rwx]", "5:15", "ReadWriteMany"),
    ("mountOptions: hard", "5:15", "a list"),
    ("mountOptions: [1]", "5:16", "put it in quotes"),
    ("driver: nfs4", "5:9", "write nfs"),
    ("persistentVolumeReclaimPolicy: Keep", "5:32", "Retain"),
    ("podManagementPolicy: parallel", "5:22", "Parallel"),
    ("publishNotReadyAddresses: 'true'", "5:27", "true or false"),
    ("ordinals: 3", "5:11", "a mapping"),
    ("ordinals: {start: '3'}", "5:19", "whole number"),
    ("ordinals: {start: -3}", "5:19", "0 or more"),
    ("updateStrategy: OnDelete", "5:17", "a mapping"),
    ("updateStrategy: {rollingUpdate: {partition: -1}}", "5:45", "0"),
    ("updateStrategy: {type: ondelete}", "5:24", "OnDelete"),
    ("container: [a]", "5:12", "a mapping"),
    ("container: {args: a}", "5:19", "a list"),
    ("container: {args: [1]}", "5:20", "put it in quotes"),
    ("container: {tty: 1}", "5:18", "true or false"),
    ("pod: {nodeSelector: {a: 1}}", "5:25", "put it in quotes"),
    ("pod: {terminationGracePeriodSeconds: 1m}", "5:38", "whole number"),
    ("pod: {containers: [{image: busybox}]}", "5:20", "name"),
    ("pod: {initContainers: [{image: busybox}]}", "5:24", "name"),
    ("pod: {volumes: [{emptyDir: {}}]}", "5:17", "name"),
    ("service: {ports: [{name: a}]}", "5:19", "port"),
    # names, sizes, syntax
    ("namespace: a.b", "5:12", 'write "a-b"'),
    ("serviceName: a.b", "5:14", 'write "a-b"'),
    ("labels: {a b: c}", "5:10", "label key"),
    ("labels: {a: b c}", "5:13", 'write "b-c"'),
    ("annotations: {a b: c}", "5:15", "annotation key"),
    ("env: [{name: A=B}]", "5:14", "="),
    ("env: [{name: ''}]", "5:14", "LOG_LEVEL"),
    ('env: [{name: A, value: "\\0"}]', "5:24", "NUL"),
    ("ports: [{containerPort: 0}]", "5:25", "65535"),
    ("ports: [{containerPort: 80, protocol: tcp}]", "5:39", "TCP"),
    ("ports: [{containerPort: 80, name: A}]", "5:35", 'write "a"'),
    ("ports: [{containerPort: 80}, {containerPort: 80}]", "5:46", "twice"),
    ("image: 'a b'", "5:8", "nginx"),
    ("volumeName: 'pv-{ordnal}'", "5:13", "{ordnal}"),
    ("volumeName: '{ordinal}_'", "5:13", "0_"),
    ("accessModes: [RWOP]", "5:14", "csi"),
    # what sfsgen writes itself
    ("container: {name: A}", "5:19", 'write "a"'),
    ("container: {image: a}", "5:13", "say it with image"),
    ("container: {ports: [{name: http, containerPort: 81}]}", "5:22", "another"),
    ("container: {volumeMounts: [{name: pvc, mountPath: /data}]}", "5:40", "another"),
    ("pod: {metadata: {labels: {app.kubernetes.io/name: a}}}", "5:27", "same value"),
    ("pod: {containers: [{name: web, image: x}]}", "5:21", "another"),
    ("statefulSet: {metadata: {name: a}}", "5:26", "say it with name"),
    ("statefulSet: {metadata: {namespace: a}}", "5:26", "say it with namespace"),
    ("statefulSet: {replicas: 1}", "5:15", "say it with replicas"),
    ("statefulSet: {spec: {replicas: 1}}", "5:22", "say it with replicas"),
    ("statefulSet: {ordinals: {start: 1}}", "5:15", "say it with ordinals"),
    ("statefulSet: {serviceName: a}", "5:15", "say it with serviceName"),
    ("statefulSet: {selector: {matchLabels: {a: b}}}", "5:15", "say it with selector"),
    ("statefulSet: {template: {}}", "5:15", "say it with pod and container"),
    ("statefulSet: {volumeClaimTemplates: []}", "5:15", "say it with claimTemplates"),
    ("service: {metadata: {name: a}}", "5:22", "say it with name"),
    ("service: {metadata: {namespace: a}}", "5:22", "say it with namespace"),
    ("service: {clusterIP: None}", "5:11", "leave it out"),
    ("service: {clusterIPs: [None]}", "5:11", "leave it out"),
    ("selector: {}", "5:11", "matchLabels"),
    ("selector: {matchLabels: {a: 'b c'}}", "5:29", 'write "b-c"'),
    ("selector: {matchExpressions: [{key: a, operator: Exists}]}", "5:30", "pod.metadata"),
    ("serviceName: ''\nservice: {sessionAffinity: None}", "6:1", "leave it out"),
    ("clusterService: {clusterIP: None}", "5:29", "service"),
    ("clusterService: {metadata: {name: A}}", "5:35", 'write "a"'),
    ("clusterService: {metadata: {name: 1a}}", "5:35", 'write "svc-1a"'),
    ("serviceName: 1a", "5:14", 'write "svc-1a"'),
    ("clusterService: {type: ExternalName}", "5:24", "ClusterIP"),
    ("clusterService: {type: nodeport}", "5:24", "write NodePort"),
    ("clusterService: {clusterIPs: [None]}", "5:31", "headless"),
    ("selector: {matchExpressions: [{key: a, operator: DoesNotExist}]}", "5:1", "no labels"),
    ("selector: {matchExpressions: [{key: a, operator: In}]}", "5:31", "needs values"),
    (
        "selector: {matchExpressions: [{key: a, operator: Exists, values: [b]}]}\nlabels: {a: b}",
        "5:31",
        "takes no values",
    ),
    (
        "clusterService: {metadata: {name: web}}\nservice: {sessionAffinity: None}",
        "6:1",
        "clusterService",
    ),
    ("ports: []\nclusterService: {type: NodePort}", "6:1", "ports"),
    ("storageClassName: A B", "5:19", 'write "a-b"'),
    ("persistentVolume: {capacity: {storage: 1Gi}}", "5:20", "say it with storage"),
    ("persistentVolume: {hostPath: {path: /a}}", "5:20", "leave it out"),
    ("persistentVolume: {csi: {fsType: a}}", "5:20", "driver: csi"),
    ("persistentVolume: {metadata: {name: a}}", "5:31", "say it with volumeName"),
    ("driver: csi\npersistentVolume: {csi: {volumeAttributes: {share: a}}}", "6:45", "nfs.path"),
    ("driver: csi\npersistentVolume: {csi: {volumeHandle: a}}", "6:26", "csi.volumeHandle"),
    ("persistentVolumeClaim: {volumeName: a}", "5:25", "volumeName"),
    ("persistentVolumeClaim: {storageClassName: a}", "5:25", "say it with storageClassName"),
    ("storageClassName: null\npersistentVolumeClaim: {storageClassName: A}", "6:43", "as nfs"),
    ("persistentVolumeClaim: {selector: {}}", "5:25", "claimTemplates[].selector"),
    ("service: {externalName: a}", "5:11", "leave it out"),
    ("service: {type: NodePort}", "5:17", "headless"),
    ("service: {type: ExternalName}", "5:17", "headless"),
    ("service: {ports: [{name: http, port: 81}]}", "5:20", "another"),
    ("service: {ports: [{name: a, port: 80}]}", "5:29", "80"),
    ("service: {ports: [{port: 81}]}", "5:19", "name"),
    ("pod: {nodeName: a, spec: {nodeName: b}}", "5:7", "remove one"),
    # YAML
    ("name: db", "5:1", "line 1"),
    ("labels: {a: b, a: c}", "5:16", "line 5"),
    ("? [a]\n: b", "5:3", "write a string"),
    ("1.5: a", "5:1", "quote it"),
    ("a: *b", "5:4", "anchor"),
    ("a: !!binary aGk=", "5:4", "tag"),
    ("a: .inf", "5:4", "quote it"),
    ("<<: 1", "5:5", "mapping"),
    ("a: [b", "6:1", "YAML"),
    ("a: 'b", "6:1", "YAML"),
    ("a: b: c", "5:5", "YAML"),
    ("\ta: b", "5:1", "YAML"),
    ("a: \x01", "5:4", "YAML"),
    ("a: @b", "5:4", "YAML"),
    (r'annotations: {a: "\ud800"}', "5:21", ""),
    (r'annotations: {a: "\ud83d\ude00"}', "5:21", ""),  # kubectl refuses it too
]

# The first text of the file, what stands there instead, and where.
INSTEAD = [
    ("replicas: 3", "replicas: three", "2:11", "whole number"),
    ("replicas: 3", "replicas: '3'", "2:11", "whole number"),
    ("replicas: 3", "replicas: 1.5", "2:11", "whole number"),
    ("replicas: 3", "replicas: -1", "2:11", "0 or more"),
    ("replicas: 3", "replicas: true", "2:11", "whole number"),
    ("replicas: 3", "replicas: [3]", "2:11", "whole number"),
    ("replicas: 3", "replicas:", "2:1", "replicas: 3"),
    ("replicas: 3", "replicas: 2147483648", "2:11", "32 bits"),
    ("replicas: 3", f"replicas: {5000 * '1'}", "2:11", ""),
    ("name: web", "name: 1", "1:7", "put it in quotes"),
    ("name: web", "name: on", "1:7", "put it in quotes"),
    ("name: web", "name: Web", "1:7", 'write "web"'),
    ("name: web", "name: we b", "1:7", 'write "we-b"'),
    ("name: web", "name: web.a", "1:7", 'write "web-a"'),
    ("name: web", "name: ''", "1:7", ""),
    ("name: web", f"name: {53 * 'a'}", "1:7", "52"),
    ("name: web", "name: 0web", "1:7", ""),
    ("name: web", "#", "2:1", "name: web"),
    ("{server: nfs.example.com, ", "{", "3:6", "write server: nfs.example.com in nfs or"),
    ("nfs.example.com", "[a, b]", "3:15", "nas-{ordinal}.example.com"),
    ("nfs.example.com", "'a,b,c'", "3:15", "nas-{ordinal}.example.com"),
    ("nfs.example.com", "host:/path", "3:15", "the path as /path"),
    ("nfs.example.com", "1.5", "3:15", "put it in quotes"),
    ("path:", "pth:", "3:32", 'write "path"'),
    ("path: /exports", "path: exports", "3:38", "absolute"),
    ("path: /exports", "path: /a/../b", "3:38", ".."),
    ("path: /exports", "path: '/srv/{name}'", "3:38", "ordinals 0 and 1"),
    ("path: /exports", "path: [/exports]", "3:38", "a string"),
    ("path: /exports", "readOnly: 1", "3:42", "true or false"),
    ("path: /exports", "sharedDirectory: 'yes'", "3:49", "true or false"),
    ("[{storage: 1Gi}]", "[]", "4:17", "at least one"),
    ("[{storage: 1Gi}]", "{storage: 1Gi}", "4:17", "a list"),
    ("[{storage: 1Gi}]", "[1Gi]", "4:18", "a mapping"),
    ("[{storage: 1Gi}]", "[{}]", "4:18", "write storage: 1Gi in claimTemplates[0] or"),
    ("storage: 1Gi", "storage: 1Gi, size: 1Gi", "4:33", "storage"),
    ("storage: 1Gi", "storage: 1GB", "4:28", 'write "1G"'),
    ("storage: 1Gi", "storage: 0", "4:28", "zero"),
    ("storage: 1Gi", "storage: true", "4:28", ""),
    ("storage: 1Gi", "storage: 1Gi, name: A", "4:39", 'write "a"'),
    ("storage: 1Gi", "storage: 1Gi, mountPath: data", "4:44", "absolute"),
    ("storage: 1Gi", "storage: 1Gi, driver: x", "4:41", "nfs, csi"),
    ("storage: 1Gi", "storage: 1Gi, accessModes: [RWOP]", "4:46", "csi"),
    ("storage: 1Gi", "storage: 1Gi, nfs: {server: a b}", "4:47", "DNS name"),
    ("storage: 1Gi", "storage: 1Gi, volumeName: a_b", "4:45", "a_b"),
]
# Of the claim template's `volumes`.
ELSEWHERE = [
    ("{ordinal: 1}, {ordinal: 1}", "5:26", "twice"),
    ("{ordinal: -1}", "5:12", "0 or more"),
    ("{ordinal: x}", "5:12", "whole number"),
    ("{nfs: {path: /a}}", "5:2", "ordinal"),
    ("{ordinal: 1, nfs: {path: a}}", "5:27", "absolute"),
    ("{ordinal: 1, nfs: {path: /a/..}}", "5:27", ".."),
    ("{ordinal: 1, nfs: {path: '/{x}'}}", "5:27", "{x}"),
    ("{ordinal: 1, nfs: {server: 'a:1'}}", "5:29", "port"),
    ("{ordinal: 1, nfs: {server: ''}}", "5:29", ""),
    ("{ordinal: 1, nfs: {server: 'a-{x}'}}", "5:29", "{x}"),
    ("{ordinal: 1, nfs: {server: 'a_{ordinal}'}}", "5:29", "a_1"),
    ("{ordinal: 1, nfs: {server: 'NFS.{x}'}}", "5:29", "{x}"),
    ("{ordinal: 1, nfs: {readOnly: true}}", "5:21", "server"),
    ("{ordinal: 1, name: Old}", "5:21", "a-z"),
    ("{ordinal: 1, name: ''}", "5:21", "a-z"),
    ("{ordinal: 1, name: 1}", "5:21", "put it in quotes"),
    (f"{{ordinal: 1, name: {254 * 'a'}}}", "5:21", "253"),
    (
        "{ordinal: 1, name: pv-web-0, nfs: {path: /a}}",
        "5:1",
        'web-1 and web-0 want the volume "pv-web-0"',
    ),
    ("{ordinal: 0, name: a}, {ordinal: 2, name: a, nfs: {path: /a}}", "5:1", 'want the volume "a"'),
    ("{ordinal: 1, storage: 1GB}", "5:24", 'write "1G"'),
    ("{ordinal: 1, storage: 0}", "5:24", "zero"),
    ("{ordinal: 1, storage: [1Gi]}", "5:24", ""),
    ("{ordinal: 1, path: /a}", "5:15", "nfs"),
    ("{ordinal: 1, nfs: {path: /exports/pv-web-0}}", "5:1", "ordinals 1 and 0 share"),
    ("{ordinal: 1, nfs: {path: //exports/./pv-web-2/}}", "5:1", "ordinals 1 and 2 share"),
    ("{ordinal: 0, nfs: {path: /a}}, {ordinal: 2, nfs: {path: /a}}", "5:1", "share"),
    ("{ordinal: 1, nfs: {path: /exports/pv-web-0, server: NFS.example.com.}}", "5:1", "share"),
]

# Two sets in one file, the second from line 9 on.
SETS = [
    ("name: a", "name: a", "9:7", "two sets"),
    ("name: a\nserviceName: s", "name: b\nserviceName: s", "10:14", "Service"),
    ("name: a\nserviceName: b", "name: b", "9:1", "Service"),
    (
        "name: b\nclaimTemplates: [{storage: 1Gi, name: a-x}]",
        "name: x-b\nclaimTemplates: [{storage: 1Gi, name: a}]",
        "10:39",
        "a-x-b-0",
    ),
    (
        "name: a\nvolumeName: 'v-{ordinal}'\nnfs: {path: '/{name}/{ordinal}'}",
        "name: b\nvolumeName: 'v-{ordinal}'\nnfs: {path: '/{name}/{ordinal}'}",
        "10:13",
        "put {name} into",
    ),
    (
        "name: a\nnamespace: c\nnfs: {path: '/{namespace}/{ordinal}'}",
        "name: a\nnamespace: d\nnfs: {path: '/{namespace}/{ordinal}'}",
        "9:1",
        "put {namespace} into",
    ),
    (
        "name: a\nnfs: {path: '/{ordinal}'}",
        "name: b\nnfs: {path: '/{ordinal}'}",
        "10:13",
        "put {name} into the path",
    ),
    (
        "name: a\nnamespace: c\nvolumeName: '{namespace}-{ordinal}'\nnfs: {path: '/{ordinal}'}",
        "name: a\nnamespace: d\nvolumeName: '{namespace}-{ordinal}'\nnfs: {path: '/{ordinal}'}",
        "12:13",
        "put {namespace} into the path",
    ),
    (
        "name: a\nclaimTemplates: [{storage: 1Gi, volumes: [{ordinal: 1, nfs: {path: /a}}]}]",
        "name: b\nclaimTemplates: [{storage: 1Gi, volumes: [{ordinal: 0, nfs: {path: /a}}]}]",
        None,
        "/a",
    ),
    (
        "name: a\nnfs: {path: '/{claim}'}",
        "name: b\nclaimTemplates: [{storage: 1Gi, volumes: [{ordinal: 0, nfs: {path: /pvc-a-1}}]}]",
        None,
        "/pvc-a-1",
    ),
    (
        "name: a\nnfs: {server: NFS.example.com., path: '//srv/{ordinal}/'}",
        "name: b\nnfs: {server: nfs.example.com, path: '/srv/./{ordinal}'}",
        "10:38",
        "/srv/0",
    ),
]  # fmt: skip

FILES = [
    ("", "stdin", "empty"),
    ("\n \n", "stdin", "empty"),
    ("# nothing\n", "stdin:1:1", "no values"),
    ("---\n---\n", "stdin:1:1", "no values"),
    ("~\n", "stdin:1:1", "no values"),
    ("web\n", "stdin:1:1", "a mapping"),
    ("- name: web\n", "stdin:1:1", "a mapping"),
    ("3\n", "stdin:1:1", "a mapping"),
    (b"name: web\nimage: caf\xe9\n", "stdin:2:11", "UTF-8"),
    (bytes(range(0x7E, 0x100)), "stdin:1:3", "UTF-8"),
    ("name: web\n".encode("utf-16"), "stdin:1:1", "UTF-8"),
    (b"\x7fELF\x02\x01\x01\x00", "stdin:1:1", "YAML"),
    (b"name: web\x00\n", "stdin:1:10", "YAML"),
    (f"a: {'[' * 200}{']' * 200}\n", "stdin:1:103", "deep"),
]


@pytest.mark.parametrize(("options", "where", "part"), BY_OPTIONS)
def test_an_option_is_refused(
    options: str, where: str, part: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert_refused_once(sfsgen(f"{PLAIN} {options}"), where, part)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("option", ["--annotation", "--label", "--env", "--image", "--nfs-path"])
def test_bytes_of_the_command_line_that_are_not_utf_8_are_refused(option: str) -> None:
    # Python hands such bytes over as lone surrogates.
    result = sfsgen([*shlex.split(PLAIN), option, "/a=\udcff"])
    assert {problem.where for problem in refused(result)} == {option}


@pytest.mark.parametrize(("text", "place", "part"), IN_THE_FILE)
def test_a_line_of_a_file_is_refused(text: str, place: str, part: str) -> None:
    assert_refused_once(render(f"{WEB}{text}\n"), f"stdin:{place}", part)


@pytest.mark.parametrize(("good", "bad", "place", "part"), INSTEAD)
def test_a_value_of_a_file_is_refused(good: str, bad: str, place: str, part: str) -> None:
    assert good in WEB
    assert_refused_once(render(WEB.replace(good, bad)), f"stdin:{place}", part)


@pytest.mark.parametrize(("volumes", "place", "part"), ELSEWHERE)
def test_an_ordinal_that_lies_elsewhere_is_refused(volumes: str, place: str, part: str) -> None:
    text = WEB.replace("1Gi}", f"1Gi, volumes:\n[{volumes}]}}")
    assert_refused_once(render(text), f"stdin:{place}", part)


@pytest.mark.parametrize(("one", "other", "place", "part"), SETS)
def test_sets_that_collide_are_refused(one: str, other: str, place: str | None, part: str) -> None:
    first, second = with_size(one), with_size(other)
    padding = "\n" * (7 - first.count("\n"))
    server = "" if "server" in one else "--nfs-server a"
    result = render(f"{first}{padding}---\n{second}", f"-r 2 {server}")
    (problem,) = (each for each in refused(result) if each.severity == "error")
    assert part in f"{problem.what}\n{problem.fix}"
    assert problem.where == f"stdin:{place}" if place else problem.where.startswith("stdin:")


def with_size(text: str) -> str:
    """Return a set's values with what it must have, on the last line."""
    missing = "" if "claimTemplates" in text else "\nclaimTemplates: [{storage: 1Gi}]"
    return text + missing


@pytest.mark.parametrize(("text", "where", "part"), FILES)
def test_a_file_that_holds_no_values_is_refused(text: str | bytes, where: str, part: str) -> None:
    assert_refused_once(render(text), where, part)


def test_a_folder_as_file_is_refused(tmp_path: Path) -> None:
    assert_refused_once(sfsgen(["render", "-f", str(tmp_path)]), str(tmp_path), "is a folder")


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    path = str(tmp_path / "missing.yaml")
    assert_refused_once(sfsgen(["render", "-f", path]), path, "No such file")


def test_a_fault_in_a_file_stands_at_its_path(tmp_path: Path) -> None:
    path = tmp_path / "my values.yaml"
    path.write_text(f"{WEB}replica: 1\n")
    assert_refused_once(sfsgen(["render", "-f", str(path)]), f"{path}:5:1", "replicas")


def test_a_name_that_is_not_in_the_file_is_refused() -> None:
    text = f"{WEB}---\n{WEB.replace('web', 'db')}"
    assert_refused_once(render(text, "mail"), "NAME", "there are: web, db")


@pytest.mark.parametrize(
    ("command", "where"),
    [
        ("render", {"NAME", "--replicas", "--nfs-server", "--storage"}),
        ("render web", {"--replicas", "--nfs-server", "--storage"}),
        ("render web -r 3", {"--nfs-server", "--storage"}),
        ("render web -r 3 --storage 1Gi", {"--nfs-server"}),
        ("render -r 3 --storage 1Gi --nfs-server a", {"NAME"}),
        ("render web --volume data=1Gi:/d", {"--replicas", "--nfs-server"}),
    ],
)
def test_what_is_missing_is_asked_for_by_option(command: str, where: set[str]) -> None:
    problems = refused(sfsgen(command))
    assert {problem.where for problem in problems} == where
    assert all("missing" in problem.what for problem in problems)


LIMITS = [
    # the set's name: 52 from 1.7 on; up to 1.6 the name of a pod has 63
    (52 * "a", "", True),
    (53 * "a", "", False),
    (52 * "a", "--kube-version 1.7", True),
    (53 * "a", "--kube-version 1.7", False),
    (53 * "a", "--kube-version 1.6", True),
    (61 * "a", "--kube-version 1.6", True),
    (62 * "a", "--kube-version 1.6", False),
    (61 * "a", "--kube-version 1.6 -r 10", True),
    (61 * "a", "--kube-version 1.6 -r 11", False),
    (60 * "a", "--kube-version 1.6 -r 11", True),
    (61 * "a", "--kube-version 1.3 --service-name a", True),
    # a Service's name: first a letter up to 1.35, at most 24 on 1.3
    ("0web", "", False),
    ("0web", "--kube-version 1.35", False),
    ("0web", "--kube-version 1.36", True),
    ("0web", "--kube-version 1.35 --service-name web", True),
    ("0", "--kube-version 1.3 --service-name web", True),
    (24 * "a", "--kube-version 1.3", True),
    (25 * "a", "--kube-version 1.3", False),
    (25 * "a", "--kube-version 1.4", True),
    ("web", f"--service-name {63 * 'a'}", True),
    ("web.a", "--service-name web", False),
    ("Web", "", False),
    ("-web", "", False),
    ("web-", "", False),
    ("we_b", "", False),
    ("wéb", "", False),
    ("", "", False),
    ("", "--service-name web", False),
    (" web", "", False),
    ("web", f"--claim-template {63 * 'a'}", True),
    ("web", f"--namespace {63 * 'a'}", True),
    ("web", "--namespace 1", True),
    ("web", f"--volume-name {252 * 'a'}{{ordinal}}", True),
    ("web", f"--port {15 * 'a'}=80", True),
    ("web", "--port a-b-1=65535 --port 1", True),
    ("web", f"--label {253 * 'a'}/{63 * 'b'}={63 * 'c'}", True),
    ("web", "--label a= --label A_b.C=D.e_F", True),
    ("web", "--label 'a=b=c'", False),
    ("web", "--annotation 'A.b/C=any: thing'", True),
    ("web", f"--annotation a={262_000 * 'b'}", True),
    ("web", "--env 'A B=1' --kube-version 1.32", True),
    ("web", "--env A-B.c=1 --kube-version 1.8", True),
    ("web", "--env _A1= --kube-version 1.3", True),
    ("web", "--storage 1.5Gi", True),
    ("web", "--storage 1e3", True),
    ("web", "--storage 1E-3", True),
    ("web", "--storage 500m", True),
    ("web", "--storage 1024", True),
    ("web", "--storage .5Gi", True),
    ("web", "--storage +1Gi", True),
    ("web", "--storage 1n", True),
    ("web", "--storage 99999999999999Ei", True),
    ("web", f"--nfs-path /{255 * 'a'}", True),
    ("web", "--nfs-path /", True),
    ("web", "--nfs-path '/a b:c/..d/...'", True),
    ("web", "--nfs-server nfs.example.com.", True),
    ("web", "--nfs-server NFS", True),
    ("web", "--nfs-server 2001:db8::1", True),
    ("web", "--nfs-server 4nfs.1", True),
    ("web", "-r 0", True),
    ("web", "-r 0 --from-ordinal 0", False),
    ("web", "--partition 7", True),
    ("web", "--driver csi --access-mode RWOP --access-mode ReadWriteOncePod", True),
    ("web", "--driver csi --access-mode RWOP --kube-version 1.27", True),
]


@pytest.mark.parametrize(("name", "options", "is_accepted"), LIMITS)
def test_a_limit_is_where_kubernetes_has_it(name: str, options: str, is_accepted: bool) -> None:
    result = sfsgen(f"render '{name}' -r 3 --nfs-server nfs.example.com --storage 1Gi {options}")
    if is_accepted:
        assert result.status == 0, result.err
    else:
        (problem,) = refused(result)
        assert problem.severity == "error"


B = "name: b, storage: 1Gi, mountPath: /b"
BETWEEN_TEMPLATES = [
    (f"{{name: b, storage: 1Gi}}, {{{B}}}", "4:50", "two claim"),
    ("{name: a, storage: 1Gi}, {name: b, storage: 1Gi}", "4:43", "mounted at /data"),
    ("{storage: 1Gi}, {name: b, storage: 1Gi, mountPath: /data/}", "4:69", "mounted at /data"),
    ("{storage: 1Gi}, {storage: 1Gi, mountPath: /b}", "4:34", "pvc"),
    ("{storage: 1Gi}, {name: b, mountPath: /b}", "4:34", "1Gi in claimTemplates[1] or"),
    (
        f"{{storage: 1Gi, nfs: {{path: '/{{claim}}'}}}}, {{{B}, volumeName: 'pv-web-{{ordinal}}'}}",
        "4:110",
        "pv-web-0",
    ),
    (
        f"{{storage: 1Gi}}, {{{B}, nfs: {{path: '/exports/pv-{{name}}-{{ordinal}}'}}}}",
        "4:85",
        "/exports/pv-web-0",
    ),
    (
        f"{{storage: 1Gi, volumes: [{{ordinal: 1, nfs: {{path: /exports/pv-b-web-2}}}}]}}, {{{B}}}",
        None,
        "/exports/pv-b-web-2",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("templates", "place", "part"), BETWEEN_TEMPLATES)
def test_claim_templates_that_collide_are_refused(
    templates: str, place: str | None, part: str
) -> None:
    (problem,) = refused(render(WEB.replace("{storage: 1Gi}", templates)))
    assert part in f"{problem.what}\n{problem.fix}"
    assert problem.where == f"stdin:{place}" if place else problem.where.startswith("stdin:")


def test_a_mount_path_that_is_refused_is_compared_with_none() -> None:
    paths = {"a": "data", "b": "data", "c": "/d", "d": "/d"}
    templates = (f"{{name: {name}, storage: 1Gi, mountPath: {paths[name]}}}" for name in paths)
    problems = refused(render(WEB.replace("{storage: 1Gi}", ", ".join(templates))))
    assert [each.what.partition(" is not ")[2] for each in problems[:2]] == ["an absolute path"] * 2
    (left,) = problems[2:]
    assert left.what == 'the claim templates "c" and "d" are both mounted at /d'


@pytest.mark.parametrize(("excepted", "left"), [(0, "1 and 2"), (1, "0 and 2"), (2, "0 and 1")])
def test_ordinals_on_one_directory_are_refused_wherever_another_lies_elsewhere(
    excepted: int, left: str
) -> None:
    text = WEB.replace("/exports", "'/srv/{name}'")
    text = text.replace("1Gi}", f"1Gi, volumes: [{{ordinal: {excepted}, nfs: {{path: /a}}}}]}}")
    assert_refused_once(render(text), "stdin:3:38", f"ordinals {left} share the directory /srv/web")


def test_a_directory_inside_another_is_refused_unless_one_of_both_is_only_read() -> None:
    text = WEB.replace("1Gi}", "1Gi, volumes: [{ordinal: 0, nfs: {path: /exports}}]}")
    inside = "the directory /exports/pv-web-1 lies inside /exports"
    assert_refused_once(render(text), "stdin:3:38", f"web-1 and web-0: {inside}")
    assert render(text.replace("nfs: {server", "nfs: {readOnly: true, server")).status == 0
    for said in ("mountOptions: [hard, ro]", "accessModes: [ROX]"):
        assert render(f"{said}\n{text}").status == 0
    two = f"{WEB}---\n{WEB.replace('web', 'db')}"
    assert render(two.replace("/exports", "'/srv/{name}/{ordinal}'")).status == 0
    first, second = (WEB.replace("/exports", f"'{path}'") for path in ("/{ordinal}", "/2/{claim}"))
    nested = f"{first}---\n{second.replace('web', 'db')}"
    inside = "db-0 and web-2: the directory /2/pvc-db-0 lies inside /2"
    assert_refused_once(render(nested), "stdin:8:38", inside)


# The servers of all ordinals and of single ones, what is asked for besides, and what is told.
SERVERS = [
    ("", ["a", "b", "c"], "", ""),
    ("", ["a", "a", "a"], "", ""),
    ("", ["a", "b", "c"], "-r 0", ""),
    ("", ["a", "b", "c"], "-r 4", "ordinal 3 has no server\n  fix: add an entry: {ordinal: 3,"),
    ("", ["a", "b", "c"], "-r 20", "ordinals 3 to 19 have no server\n  fix: add an entry for each"),
    ("", ["", "b"], "-r 4", "ordinals 0 and 2 to 3 have no server"),
    ("", ["a", "b", "c"], "--start-ordinal 1", "ordinal 3 has no server"),
    ("a", ["a", "b", "c"], "-r 4", "ordinal 3 has no server of its own, unlike all before, and"),
    ("a", ["a", "b", "c"], "-r 5", "ordinals 3 to 4 have no server of their own, unlike all"),
    ("C.", ["a", "b", "c"], "-r 4", "would lie on C.\n"),
    ("new", ["a", "b", "c"], "-r 4", ""),  # the first ordinals on old servers
    ("a", ["a", "a", "a"], "-r 4", ""),
    ("a", ["b"], "", ""),
    ("a", ["", "b", "c"], "-r 4", ""),
    ("a", ["a", "", "c"], "-r 4", ""),
    ("nas-{ordinal}", ["a", "nas-3"], "-r 4", ""),
]


@pytest.mark.parametrize(("server", "own", "options", "part"), SERVERS)
def test_every_ordinal_has_a_server_that_is_meant_for_it(
    server: str, own: list[str], options: str, part: str
) -> None:
    entries = [
        f"{{ordinal: {number}, nfs: {{server: {each}}}}}" for number, each in enumerate(own) if each
    ]
    text = WEB.replace("server: nfs.example.com, ", f"server: '{server}', " * bool(server))
    text = text.replace("1Gi}", f"1Gi,\nvolumes: [{', '.join(entries)}]}}")
    result = render(text, options)
    if part:
        (problem,) = refused(result)
        assert (problem.where, problem.severity) == ("stdin:5:1", "error")
    else:
        assert result.status == 0
    assert part in result.err


def test_with_the_ordinal_in_the_server_equal_directories_are_none_that_is_shared() -> None:
    servers = "--nfs-server 'nas-{ordinal}.example.com'"
    for more in ("--nfs-path '/srv/{name}'", "--nfs-path /srv/web --shared-directory"):
        result = sfsgen(f"{PLAIN} {servers} {more} --only pv --strict")
        assert result.status == 0, result.err
        for number in range(3):
            assert f"    server: nas-{number}.example.com\n    path: /srv/web\n" in result.out


def test_servers_by_ordinal_collide_where_server_and_path_are_those_of_another() -> None:
    own = "1Gi, volumes: [{ordinal: 0, nfs: {server: NAS-2.Example.com.}}]}"
    text = WEB.replace(
        "nfs.example.com, path: /exports", "'Nas-{ordinal}.example.com', path: '/x{name}'"
    )
    what = "ordinals 0 and 2 share the directory /xweb"
    assert_refused_once(render(text.replace("1Gi}", own)), "stdin:4:42", what)
    inside = own.replace("2.Example.com.", "2.Example.com., path: /xweb/0")
    what = "web-0 and web-2: the directory /xweb/0 lies inside /xweb"
    assert_refused_once(render(text.replace("1Gi}", inside)), "stdin:3:50", what)
    assert render(text.replace("1Gi}", own.replace("NAS-2", "nas-3"))).status == 0
    two = f"{text}---\n{text.replace('web', 'db')}"
    assert render(two).status == 0
    assert_refused_once(
        render(two.replace("{name}", "{template}")), "stdin:8:50", "share the directory /xpvc"
    )


def test_one_ordinal_needs_no_ordinal_in_its_path() -> None:
    assert sfsgen(f"{PLAIN} -r 1 --nfs-path '/srv/{{name}}'").status == 0


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("podManagementPolicy: Parallel\nstatefulSet: {podManagementPolicy: Parallel}\n", "6:15"),
        ("updateStrategy: {type: OnDelete}\nstatefulSet: {updateStrategy: {}}\n", "6:15"),
        (
            "publishNotReadyAddresses: true\nservice: {publishNotReadyAddresses: true}\n",
            "6:11",
        ),
        ("env: [{name: A}]\ncontainer: {env: [{name: A}]}\n", "6:20"),
    ],
)
def test_what_is_said_twice_is_refused(text: str, place: str) -> None:
    assert_refused_once(render(WEB + text), f"stdin:{place}", "")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("selector: {matchLabels: {a: b}}\npod: {metadata: {labels: {a: c}}}\n", "6:27"),
        ("selector: {matchLabels: {a: b}}\nlabels: {a: c}\n", "6:10"),
    ],
)
def test_labels_that_keep_pods_out_of_their_set_are_refused(text: str, place: str) -> None:
    assert_refused_once(render(WEB + text), f"stdin:{place}", "same value")


def test_a_second_service_needs_a_name_that_a_service_can_have() -> None:
    text = WEB.replace("name: web", "name: 1web") + "clusterService: {}\nserviceName: web\n"
    assert_refused_once(render(text), "stdin:5:17", "name it in its metadata")


@pytest.mark.parametrize(
    ("selector", "labels", "part"),
    [
        ("{matchLabels: {a b: c}}", "{}", "the label key"),
        ("{matchLabels: {a: b}}", "{}", ""),
        ("{matchLabels: {a: b}}", "{a: c}", "do not meet it"),
        ("{matchExpressions: [{key: a, operator: Exists}]}", "{}", "do not meet it"),
        ("{matchExpressions: [{key: a, operator: Exists}]}", "{a: c}", ""),
    ],
)
def test_the_selector_of_a_claim_template_is_looked_at(
    selector: str, labels: str, part: str
) -> None:
    text = WEB.replace("1Gi}", f"1Gi, spec: {{selector: {selector}}}}}")
    result = render(f"{text}persistentVolume: {{metadata: {{labels: {labels}}}}}\n", "--strict")
    assert (result.status == 0) is (not part), result.err
    assert part in result.err


def test_metadata_that_repeats_the_set_is_taken() -> None:
    text = "labels: {a: b}\npod: {metadata: {labels: {a: b, app.kubernetes.io/name: web}}}\n"
    assert render(WEB + text).status == 0


def test_all_problems_of_options_come_in_one_run() -> None:
    wrong = [
        "--replicas=-1",
        "--namespace=A",
        "--image=a b",
        "--port=0",
        "--env=A",
        "--label=a",
        "--annotation=a",
        "--service-name=a.b",
        "--pod-management-policy=x",
        "--update-strategy=x",
        "--start-ordinal=x",
        "--nfs-server=a:1",
        "--nfs-path=a",
        "--storage=1GB",
        "--access-mode=x",
        "--reclaim-policy=x",
        "--mount-option=a b",
        "--mount-path=a",
        "--claim-template=A",
        "--volume-name=pv-{x}",
        "--driver=x",
        "--only=x",
        "--from-ordinal=x",
        "--output=x",
        "--force",
        "--template-dir=missing",
        "--kube-version=x",
    ]
    problems = refused(sfsgen(["render", "A", *wrong]))
    assert {problem.where for problem in problems} == {
        "NAME",
        *(each.split("=")[0] for each in wrong),
    }


def test_all_problems_of_a_file_come_in_one_run_from_top_to_bottom() -> None:
    lines = [
        "name: A",
        "replicas: x",
        "nfs: {server: 'a:1', path: a, sever: b}",
        "claimTemplates: [{storage: 1GB, name: A, mountPath: a}]",
        "accessModes: [x]",
        "labels: {a: 1, b b: c}",
        "env: [{name: a=}]",
        "ports: [{containerPort: 0}]",
        "container: {name: A, argz: []}",
        "statefulSet: {replicas: 1, minReadySeconds: x}",
        "service: {type: NodePort}",
        "zzz: 1",
    ]
    problems = refused(render("\n".join(lines)))
    places = [problem.where.removeprefix("stdin:").split(":") for problem in problems]
    order = [(int(line), int(column)) for line, column in places]
    assert order == sorted(order)
    expected = [1, 2, 3, 3, 3, 4, 4, 4, 5, 6, 6, 7, 8, 9, 9, 10, 10, 11, 12]
    assert [line for line, _ in order] == expected


def test_problems_of_all_sets_and_of_options_come_in_one_run() -> None:
    text = f"{WEB}zzz: 1\n---\n{WEB.replace('1Gi', '1GB')}---\n{WEB}yyy: 1\n"
    problems = refused(render(text, "--image 'a b' -o xml"))
    wanted = ["--image", "--output", "stdin:5:1", "stdin:10:28", "stdin:16:1"]
    assert sorted(problem.where for problem in problems) == sorted(wanted)


def test_a_problem_that_several_sets_share_is_told_once() -> None:
    text = f"{WEB}---\n{WEB.replace('web', 'db')}"
    assert_refused_once(render(text, "--image 'a b'"), "--image", "image")


WARNED = [
    ("--reclaim-policy Recycle", "--reclaim-policy", "deletes all files"),
    ("--reclaim-policy Delete", "--reclaim-policy", "Failed"),
    ("--mount-option soft", "--mount-option", "lost silently"),
    ("--mount-option nfsvers=4.1,soft", "--mount-option", "lost silently"),
    ("--mount-option nolock", "--mount-option", "one node only"),
    ("--mount-option nfsvers=3 --mount-option nolock", "--mount-option", "of nfsvers=3 and nolock"),
    ("--mount-option local_lock=posix", "--mount-option", "one node only"),
    ("--mount-option nfsver=4.1", "--mount-option", "nfsvers=4.1"),
    ("--mount-option ro --mount-option rw", "--mount-option", "rw wins"),
    ("--mount-option bg", "--mount-option", "the node's disk"),
    ("--shared-directory", "--shared-directory", "overwrite"),
    ("--nfs-server 192.0.2.7", "--nfs-server", "DNS name"),
    ("--nfs-server nfs.storage.svc.cluster.local", "--nfs-server", "clusterIP"),
    ("--nfs-server nfs.storage.svc", "--nfs-server", "do not resolve"),
    ("--nfs-server 2001:db8::1", "--nfs-server", "DNS name"),
    ("--volume log=1Gi:/log --nfs-server 192.0.2.7", "--nfs-server", "DNS name"),
]
RETENTION = "persistentVolumeClaimRetentionPolicy"
WARNED_IN_THE_FILE = [
    ("persistentVolumeReclaimPolicy: Recycle", "5:32", "deletes all files"),
    ("mountOptions: [hard, soft]", "5:15", "lost silently"),
    (f"statefulSet: {{{RETENTION}: {{whenScaled: Delete}}}}", "5:66", "whenScaled"),
    (f"statefulSet: {{{RETENTION}: {{whenDeleted: Delete}}}}", "5:67", "whenDeleted"),
    (f"statefulSet: {{spec: {{{RETENTION}: {{whenScaled: Delete}}}}}}", "5:73", "whenScaled"),
    ("pod: {securityContext: {fsGroup: 1}}", "5:34", "ignores fsGroup"),
    ("pod: {spec: {securityContext: {fsGroup: 1}}}", "5:41", "ignores fsGroup"),
]
WARNED_IN_THE_FILE += [
    ("env: [{name: A}, {name: A}]", "5:25", "the last one counts"),
    ("image: 'a:{ordinal}'", "5:8", "all pods have one template"),
    ("image: 'a:{port:x}'", "5:8", "all pods have one template"),
    ("container: {workingDir: '/a/{pod}'}", "5:25", "{pod} is printed as it stands"),
    (
        "container: {livenessProbe: {exec: {command: [a, '{peers:{pod}:{port}}']}}}",
        "5:49",
        "{peers:{pod}:{port}} is printed as it stands",
    ),
    (
        "pod: {containers: [{name: a, image: a, readinessProbe: {exec: {command: ['{port}']}}}]}",
        "5:74",
        "run sh -c with $NAME",
    ),
    (
        "container: {lifecycle: {preStop: {exec: {command: ['{host}']}}}}",
        "5:52",
        "{host} is printed",
    ),
    ("pod: {containers: [{name: a, image: 'a:{pod}'}]}", "5:37", "write it out"),
    (
        "container: {volumeMounts: [{name: pvc, mountPath: /x, subPath: '{pod}'}]}",
        "5:64",
        "subPathExpr: $(POD_NAME)",
    ),
    (
        "container: {volumeMounts: [{name: pvc, mountPath: '/{ordinal}'}]}",
        "5:51",
        "{ordinal} is printed as it stands",
    ),
    ("pod: {volumes: [{name: pvc, emptyDir: {}}]}", "5:24", "name of a claim template"),
    ("storageClassName: slow", "5:19", "its provisioner"),
    ("storageClassName: null", "5:19", "a default StorageClass"),
    ("clusterService: {metadata: {name: web}}", "5:17", "not headless"),
    ("service: {selector: {app: x}}", "5:21", "does not choose the pods"),
    ("service: {selector: {}}", "5:21", "chooses no pods"),
    ("clusterService: {spec: {selector: {}}}", "5:35", "chooses no pods"),
]
PEERS = "env: [{name: PEERS, value: 'web-0.web,web-1.web'}]"
PROBE = "container: {readinessProbe: {tcpSocket: {port: 80}}}"
WARNED_IN_THE_FILE += [
    (f"{PEERS}\n{PROBE}", "1:1", "a deadlock where web-0"),
    (f"{PEERS}\n{PROBE}\npublishNotReadyAddresses: false", "7:27", "publishes only those"),
    (f"{PEERS}\n{PROBE}\npodManagementPolicy: Parallel", "1:1", "publishes only those"),
]
WARNED_IN_THE_FILE += [
    ("env: [{name: A, value: 'x{volume}'}, {name: B, value: '}{'}]", "5:24", "printed as it"),
    ("container: {env: [{name: A, value: '{template}'}]}", "5:36", "write it out"),
    (
        "pod: {containers: [{name: a, image: a, env: [{name: A, value: '{claim}'}]}]}",
        "5:63",
        "{claim}",
    ),
]
UNWARNED = [
    "env: [{name: A, value: '${ordinal} {{ordinal}} $(ordinal) {Ordinal} {x} {} { ordinal }'}]",
    "env: [{name: A}, {name: B, valueFrom: {fieldRef: {fieldPath: metadata.name}}}]",
    f"{PEERS}\n{PROBE}\npublishNotReadyAddresses: true",
    PEERS,
    f"env: [{{name: PRIMARY, value: web-0.web}}]\n{PROBE}",
    "",
    f"statefulSet: {{{RETENTION}: {{whenScaled: Retain, whenDeleted: Retain}}}}",
    "pod: {securityContext: {fsGroup: 1}}\ndriver: csi",
    "pod: {securityContext: {runAsUser: 1}}",
    "mountOptions: [hard, softreval]",
    "mountOptions: ['hard,nfsvers=4.2', nconnect=8, noatime, rsize=1048576, 'sec=krb5:krb5i']",
    "mountOptions: [nfsvers=3]",
    "mountOptions: [nfsvers=4.1, nolock, intr]",
    "mountOptions: [nolock, ro]",
    "mountOptions: [nolock]\naccessModes: [ROX]",
    "persistentVolumeReclaimPolicy: Retain",
]


def test_the_csi_driver_resolves_the_names_of_services() -> None:
    command = "render web -r 1 --storage 1Gi --nfs-server nfs.storage.svc --strict"
    assert sfsgen(f"{command} --driver csi").status == 0
    assert sfsgen(command).status == 2


def assert_warned_once(plain: Result, strict: Result, where: str, part: str) -> None:
    assert plain.status == 0, plain.err
    (warning,) = told(plain)
    assert (warning.where, warning.severity) == (where, "warning")
    assert part in f"{warning.what}\n{warning.fix}"
    assert "warning" not in plain.out
    assert plain.out.endswith("\n")
    assert refused(strict) == [warning._replace(severity="error")]


@pytest.mark.parametrize(("options", "where", "part"), WARNED)
def test_an_option_is_warned_of_and_refused_if_strict(options: str, where: str, part: str) -> None:
    plain, strict = sfsgen(f"{PLAIN} {options}"), sfsgen(f"{PLAIN} {options} --strict")
    assert_warned_once(plain, strict, where, part)


@pytest.mark.parametrize(("text", "place", "part"), WARNED_IN_THE_FILE)
def test_a_line_of_a_file_is_warned_of_and_refused_if_strict(
    text: str, place: str, part: str
) -> None:
    plain, strict = render(f"{WEB}{text}\n"), render(f"{WEB}{text}\n", "--strict")
    assert_warned_once(plain, strict, f"stdin:{place}", part)


@pytest.mark.parametrize("text", UNWARNED)
def test_what_does_no_harm_passes_if_strict(text: str) -> None:
    plain, strict = render(f"{WEB}{text}\n"), render(f"{WEB}{text}\n", "--strict")
    assert strict == plain
    assert strict.status == 0
    assert told(strict) == []


def test_a_warning_says_first_what_hurts_and_then_what_to_do() -> None:
    for text in (
        "persistentVolumeReclaimPolicy: Recycle",
        f"statefulSet: {{{RETENTION}: {{whenScaled: Delete}}}}",
    ):
        (warning,) = told(render(f"{WEB}{text}\n"))
        assert warning.fix.startswith("use Retain")


def test_a_claim_template_is_warned_of_at_its_own_line() -> None:
    text = WEB.replace("1Gi}", "1Gi, persistentVolumeReclaimPolicy: Recycle}")
    assert_warned_once(render(text), render(text, "--strict"), "stdin:4:64", "deletes all files")


@pytest.mark.parametrize(
    ("said", "where", "what"),
    [
        ("", "stdin:4:99", "the class fast lets"),
        ("fast", "stdin:4:99", "the class fast lets"),
        ("''", "stdin:4:125", 'Kubernetes takes the class "fast" of the annotation'),
    ],
)
def test_a_class_in_an_annotation_is_warned_of(said: str, where: str, what: str) -> None:
    annotation = "metadata: {annotations: {volume.beta.kubernetes.io/storage-class: fast}}"
    more = f", storageClassName: {said}" if said else ""
    problems = told(render(WEB.replace("1Gi}", f"1Gi, {annotation}{more}}}")))
    assert any(what in each.what for each in problems if each.where.startswith(where)), problems


def test_a_value_that_hurts_in_two_ways_is_warned_of_in_both() -> None:
    text = WEB.replace("1Gi}", "1Gi}, {storage: 1Gi, name: b, mountPath: /b, driver: csi}")
    warnings = told(render(f"{text}persistentVolumeReclaimPolicy: Delete\n"))
    assert {warning.where for warning in warnings} == {"stdin:5:32"}
    assert [warning.what.split()[1] for warning in warnings] == ["cannot", "lets"]


def test_a_warning_leaves_the_output_as_it_is() -> None:
    plain = sfsgen(f"{PLAIN} --nfs-server nfs.example.com")
    warned = sfsgen(f"{PLAIN} --nfs-server 192.0.2.7")
    assert warned.out == plain.out.replace("nfs.example.com", "192.0.2.7")


def test_warnings_come_with_errors_and_stay_warnings() -> None:
    problems = refused(sfsgen(f"{PLAIN} --reclaim-policy Delete --output xml"))
    assert {(problem.where, problem.severity) for problem in problems} == {
        ("--output", "error"),
        ("--reclaim-policy", "warning"),
    }


@pytest.mark.parametrize(
    ("one", "other"),
    [("2001:db8::1", "2001:DB8:0:0::1"), ("nfs.example.com", "NFS.example.com.")],
)
def test_two_spellings_of_a_server_are_one_server(one: str, other: str) -> None:
    sets = [
        f"name: {name}\nreplicas: 1\nnfs: {{server: '{server}', path: '/{{ordinal}}'}}\n"
        "claimTemplates: [{storage: 1Gi}]\n"
        for name, server in (("a", one), ("b", other))
    ]
    (error,) = [each for each in refused(render("---\n".join(sets))) if each.severity == "error"]
    assert "share the directory /0" in error.what


OVERRIDES = [
    ("--nfs-server b", "nfs: {server: c}", 'ordinal: "c" (stdin:5:15)'),
    ("--nfs-path /b", "nfs: {path: /c}", '"/c" (stdin:5:13)'),
    ("--read-only", "nfs: {readOnly: false}", "false (stdin:5:17)"),
    ("--access-mode RWO", "accessModes: [ROX, RWX]", '"ROX", "RWX" (stdin:5:14)'),
    ("--driver nfs", "driver: csi", '"csi" (stdin:5:9)'),
    ("--nfs-server b", "volumes: [{ordinal: 0, nfs: {server: c}}]", '"c" (stdin:5:38)'),
    (
        "--nfs-server b",
        "volumes: [{ordinal: 0, nfs: {server: c}}, {ordinal: 1, nfs: {server: d}}]",
        'it overrides 2 values of single claim templates or ordinals: "c" (stdin:5:38) and 1 more',
    ),
    ("--nfs-path /b", "volumes: [{ordinal: 0, nfs: {path: /c}}]", '"/c" (stdin:5:36)'),
    ("--volume-name 'b-{ordinal}'", "volumes: [{ordinal: 0, name: c}]", '"c" (stdin:5:30)'),
    ("--storage 3Gi", "volumes: [{ordinal: 0, storage: 2Gi}]", '"2Gi" (stdin:5:33)'),
]


@pytest.mark.parametrize(("options", "own", "part"), OVERRIDES)
def test_an_option_that_overrides_single_values_is_told_of(
    options: str, own: str, part: str
) -> None:
    text = WEB.replace("1Gi}", f"1Gi,\n{own}}}")
    plain, strict = render(text, options), render(text, f"{options} --strict")
    assert_warned_once(plain, strict, options.split(maxsplit=1)[0], part)
    assert plain.out == render(text.replace(own, ""), options).out


@pytest.mark.parametrize(
    ("options", "own"),
    [
        ("--nfs-server b", "nfs: {server: b}"),
        ("--nfs-server b", "volumes: [{ordinal: 0, nfs: {server: b, path: /c}}]"),
        ("--nfs-server b", "volumes: [{ordinal: 0, storage: 2Gi}]"),
        ("--storage 2Gi", "mountPath: /b"),
        ("--nfs-path /b", "driver: csi"),
    ],
)
def test_an_option_that_overrides_nothing_single_is_not_told_of(options: str, own: str) -> None:
    assert render(WEB.replace("1Gi}", f"1Gi, {own}}}"), f"{options} --strict").status == 0


@pytest.mark.parametrize(
    ("options", "is_printed"),
    [
        ("-r 10000", True),
        ("-r 10001", False),
        ("-r 10001 -o name", False),
        ("-r 10001 --allow-many", True),
        ("-r 99999999", False),
        ("-r 99999999 --only sts,svc", True),
        ("-r 99999999 --only pvc", False),
        ("-r 99999999 --from-ordinal 99989999", True),
        ("-r 99999999 --from-ordinal 99989998", False),
        ("-r 10000 --start-ordinal 99999999", True),
    ],
)
def test_very_many_ordinals_are_printed_where_they_are_asked_for(
    options: str, is_printed: bool
) -> None:
    result = sfsgen(f"{PLAIN} {options}")
    if is_printed:
        assert result.status == 0, result.err
    else:
        assert_refused_once(result, "--replicas", "--allow-many")


def test_very_many_ordinals_are_refused_where_the_file_says_them() -> None:
    text = WEB.replace("3", "99999999")
    assert_refused_once(render(text), "stdin:2:11", "web: the volumes and claims of 99,999,999")


@pytest.mark.parametrize(
    ("size", "part"),
    [
        ("10", '"10" is in bytes, and less than 1Mi\nwrite 10Gi'),
        ("1048575", "write 1048575Gi"),
        ("1.5", "write 1.5Gi"),
        ("500m", "write 500Mi"),
        ("1023Ki", "write it as 10Gi"),
        ("1e3", "less than 1Mi"),
    ],
)
def test_a_size_that_is_hardly_meant_is_warned_of(size: str, part: str) -> None:
    command = f"render web -r 1 --nfs-server a --only svc --storage {size}"
    assert_warned_once(sfsgen(command), sfsgen(f"{command} --strict"), "--storage", part)
    text = WEB.replace("1Gi}", f"1Gi, volumes: [{{ordinal: 0, storage: '{size}'}}]}}")
    plain, strict = (render(text, f"--only svc {each}") for each in ("", "--strict"))
    assert_warned_once(plain, strict, "stdin:4:65", part)


@pytest.mark.parametrize("size", ["1Mi", "1048576", "1M"])
def test_the_smallest_size_is_a_mebibyte(size: str) -> None:
    result = sfsgen(f"render web -r 1 --nfs-server a --only svc --strict --storage {size}")
    assert result.status == (0 if size != "1M" else 2)


def test_a_pattern_of_addresses_is_warned_of() -> None:
    result, strict = (
        sfsgen(f"{PLAIN} --nfs-server '10.0.0.{{ordinal}}' {each}") for each in ("", "--strict")
    )
    assert_warned_once(result, strict, "--nfs-server", "10.0.0.0 is an address")


def test_an_ordinal_that_lies_on_an_address_is_warned_of() -> None:
    text = WEB.replace("1Gi}", "1Gi, volumes: [{ordinal: 1, nfs: {server: 192.0.2.7}}]}")
    assert_warned_once(render(text), render(text, "--strict"), "stdin:4:70", "DNS name")


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        ("render web --replica 3", "--replicas"),
        ("render web -r", "-r"),
        ("render web db", "db"),
        ("rendr web", "rendr"),
        ("--nope", "--nope"),
        ("init web", "--from"),
        ("schema --nope", "--nope"),
    ],
)
def test_a_command_line_that_cannot_be_read_is_refused_with_what_there_is(
    arguments: str, part: str
) -> None:
    (problem,) = refused(sfsgen(arguments))
    assert part in f"{problem.what}\n{problem.fix}"


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ('service: {metadata: {labels: {"b c": x}}}', "label key"),
        ("statefulSet: {metadata: {labels: {a: b c}}}", "of the label a"),
        ('pod: {metadata: {annotations: {"b c": x}}}', "annotation key"),
        ("pod: {metadata: {annotations: {pv.kubernetes.io/x: a}}}", "Kubernetes binds volumes"),
        ("pod: {containers: [{name: Bad_Name, image: x}]}", 'write "bad-name"'),
        ("pod: {initContainers: [{name: web, image: x}]}", '"web" is taken'),
        ("pod: {initContainers: [{name: a, image: x}, {name: a, image: x}]}", '"a" is taken'),
        ("pod: {volumes: [{name: v}, {name: v}]}", "two volumes"),
        ("container: {volumeMounts: [{name: v, mountPath: /v}]}", 'no volume "v"'),
        (
            "pod: {containers: [{name: a, image: x, volumeMounts: [{name: v, mountPath: /v}]}]}",
            "mount one of pvc",
        ),
        ("service: {ports: [{name: a, port: 99999}]}", "99999 is no port"),
        ("service: {ports: [{name: A_B, port: 81}]}", 'write "a-b"'),
    ],
)
def test_own_fields_are_held_to_the_same_rules(text: str, part: str) -> None:
    assert_refused_once(render(f"{WEB}{text}\n"), refused(render(f"{WEB}{text}\n"))[0].where, part)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("server: nfs", "write it as nfs: {server: nfs}"),
        ("storage: 1Gi", "write it as claimTemplates: [{storage: 1Gi}]"),
        ("mountPath: '/a, b'", 'write it as claimTemplates: [{mountPath: "/a, b"}]'),
        ("mountPath: [a]", "write it as claimTemplates: [{mountPath: VALUE}]"),
        ("start: 3", "write it as ordinals: {start: 3}"),
        ("container: {resources: {limits: {memory: 2GB}}}", '"2GB" is not a Kubernetes quantity'),
        ("pod: {containers: [{name: a}]}", "lacks image"),
    ],
)
def test_a_mistake_is_led_to_its_cure(text: str, part: str) -> None:
    (problem,) = refused(render(f"{WEB}{text}\n"))
    assert part in f"{problem.what} {problem.fix}"


def test_an_unknown_key_is_not_mended_into_another_meaning() -> None:
    problems = refused(render(f"{WEB}ports: [{{port: 80}}]\n"))
    assert all("hostPort" not in problem.fix.split(",")[0] for problem in problems)


@pytest.mark.parametrize(
    ("options", "what"),
    [("", "there is no ordinal 3: there are 0 to 2"), ("-r 0", "there is no ordinal 3")],
)
def test_a_volume_of_no_ordinal_is_warned_of(options: str, what: str) -> None:
    text = WEB.replace("1Gi}", "1Gi, volumes: [{ordinal: 3, nfs: {path: /old}}]}")
    told_of = Told("stdin:4:53", "warning", what, "see whether another is meant")
    assert told(render(text, options)) == [told_of]


@pytest.mark.parametrize(("longer", "status"), [(0, 0), (1, 2)])
def test_mount_options_fill_a_page_with_their_commas_and_no_more(longer: int, status: int) -> None:
    options = f"--mount-option {'a' * 2046} --mount-option {'b' * (2047 + longer)}"
    result = sfsgen(f"render web -r 1 --nfs-server nfs --storage 1Gi {options}")
    assert result.status == status, result.err[:200]
    assert ("more than 4095 bytes" in result.err) == bool(status)


@pytest.mark.parametrize(
    ("said", "word", "taken_for"),
    [
        *(("NO", "NO", "false"), ("on", "on", "true"), ("Yes # or no", "Yes", "true")),
        *(("0123", "0123", "83"), ("1_000", "1_000", "1000"), ("1e3", "1e3", "1000")),
        *(("1.10", "1.10", "1.1"), ("0x1F", "0x1F", "31"), ("false", "false", "")),
    ],
)
@pytest.mark.parametrize("path", ["name", "labels.a", "claimTemplates[0].name"])
def test_what_yaml_takes_for_no_text_is_told_as_it_stands(
    said: str, word: str, taken_for: str, path: str
) -> None:
    template = f"\n- storage: 1Gi\n  name: {said}"
    lines = {
        "name": f"name: {said}\n{WEB.partition(chr(10))[2]}",
        "labels.a": f"{WEB}\nlabels:\n  a: {said}",
        "claimTemplates[0].name": WEB.replace("[{storage: 1Gi}]", template),
    }
    (problem,) = [each for each in refused(render(lines[path])) if path in each.what]
    read_as = f", which YAML takes for {taken_for}" if taken_for else ""
    assert problem.what == f"{path} must be a string, not {word}{read_as}"
    assert problem.fix == f'put it in quotes: "{word}"'


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("{}", "nfs: {server: nfs.example.com}"),
        ("nfs: {}", "server: nfs.example.com in nfs"),
        ("name: a", "claimTemplates: [{storage: 1Gi}]"),
        ("claimTemplates: [{}]", "storage: 1Gi in claimTemplates[0]"),
        ("claimTemplates: [{storage: 1Gi}, {name: b}]", "storage: 1Gi in claimTemplates[1]"),
    ],
)
def test_what_is_missing_is_advised_as_yaml(text: str, line: str) -> None:
    assert f"write {line} or give --" in "".join(each.fix for each in refused(render(text)))
