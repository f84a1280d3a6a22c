"""`sfsgen show` prints the stable names of a set, and the lists of peers that programs want."""

from pathlib import Path

import pytest
import yaml

from tests.program import sfsgen
from tests.test_show import VALUES, WEB, shown

pytestmark = pytest.mark.without_libraries


@pytest.mark.parametrize(
    ("domain", "expected"),
    [
        ("", "web-0.web.shop.svc.cluster.local"),
        ("--cluster-domain k8s.example.com", "web-0.web.shop.svc.k8s.example.com"),
        ("--cluster-domain k8s.example.com.", "web-0.web.shop.svc.k8s.example.com"),
        ("--service-name nodes", "web-0.nodes.shop.svc.cluster.local"),
    ],
)
def test_a_pod_has_a_dns_name(domain: str, expected: str) -> None:
    (one,) = shown(f"{WEB} -n shop {domain}")
    assert one["pods"][0]["dns"] == expected
    assert one["service"]["dns"] == expected.partition(".")[2]


def test_a_set_without_a_service_has_no_dns_names(tmp_path: Path) -> None:
    values = tmp_path / "values.yaml"
    values.write_text(f'{VALUES}\nserviceName: ""\n')
    (one,) = shown(f"-f {values}")
    assert one["service"] is None
    assert {each["dns"] for each in one["pods"]} == {""}
    result = sfsgen(f"show -f {values} --peers dns")
    assert (result.status, result.out) == (2, "")
    assert "names no Service" in result.err


def test_srv_records_have_the_ports_that_pods_listen_on() -> None:
    made = list(yaml.safe_load_all(sfsgen(f"render {WEB} --port http=8080 --port db=5432").out))
    (service,) = [each for each in made if each["kind"] == "Service"]
    service["spec"]["ports"] = [
        {"name": "http", "port": 80, "targetPort": "http"},
        {"name": "db", "port": 1, "targetPort": 5432, "protocol": "UDP"},
        {"name": "same", "port": 9},
        {"port": 7},
    ]
    (one,) = shown("-f -", yaml.safe_dump_all(made))
    assert [(each["name"], each["port"]) for each in one["service"]["srv"]] == [
        ("_http._tcp.web.default.svc.cluster.local", 8080),
        ("_db._udp.web.default.svc.cluster.local", 5432),
        ("_same._tcp.web.default.svc.cluster.local", 9),
    ]


_ZOOKEEPER = (
    "server.1=w-0.w.p.svc.cluster.local:2888:3888;2181 "
    "server.2=w-1.w.p.svc.cluster.local:2888:3888;2181"
)


@pytest.mark.parametrize(
    ("style", "expected"),
    [
        ("dns", "w-0.w.p.svc.cluster.local,w-1.w.p.svc.cluster.local"),
        ("zookeeper", _ZOOKEEPER),
        (
            "etcd",
            "w-0=http://w-0.w.p.svc.cluster.local:2380,w-1=http://w-1.w.p.svc.cluster.local:2380",
        ),
        ("kafka", "0@w-0.w.p.svc.cluster.local:9093,1@w-1.w.p.svc.cluster.local:9093"),
        ("elasticsearch", "w-0.w.p.svc.cluster.local:9300,w-1.w.p.svc.cluster.local:9300"),
        ("{pod}.{service}.{namespace}", "w-0.w.p,w-1.w.p"),
        # As `render` fills it in, with the same separators.
        ("{ordinal}@{host}:{port:http}", "0@w-0.w.p.svc:80,1@w-1.w.p.svc:80"),
        ("{name}/{replicas} {pod}{brace}{port};...", "w/2 w-0{80;w/2 w-1{80"),
        ("{id}={dns} ...", "1=w-0.w.p.svc.cluster.local 2=w-1.w.p.svc.cluster.local"),
        ("{pod}:\n...", "w-0:\nw-1:"),
    ],
)
def test_peers(style: str, expected: str) -> None:
    options = "w -n p -r 2 --nfs-server nfs.example.com --storage 1Gi"
    assert sfsgen(f"show {options} --peers '{style}'").out == f"{expected}\n"


@pytest.mark.parametrize(
    ("style", "ports", "first"),
    [
        ("etcd", "client=2379 peer=12380", "w-0=http://w-0.w.p.svc.cluster.local:12380"),
        ("etcd", "etcd-peer=7", "w-0=http://w-0.w.p.svc.cluster.local:7"),
        ("etcd", "client=2379", "w-0=http://w-0.w.p.svc.cluster.local:2380"),
        ("kafka", "broker=9092 controller=19093", "0@w-0.w.p.svc.cluster.local:19093"),
        ("elasticsearch", "http=1 transport=2", "w-0.w.p.svc.cluster.local:2"),
        (
            "zookeeper",
            "client=1 follower=2 election=3",
            "server.1=w-0.w.p.svc.cluster.local:2:3;1",
        ),
        (
            "zookeeper",
            "secure-client=9 client=1",
            "server.1=w-0.w.p.svc.cluster.local:2888:3888;1",
        ),
        ("zookeeper", "client=1", "server.1=w-0.w.p.svc.cluster.local:2888:3888;1"),
    ],
)
def test_a_style_has_the_ports_of_the_set(style: str, ports: str, first: str) -> None:
    options = "w -n p -r 1 --nfs-server nfs.example.com --storage 1Gi"
    given = " ".join(f"--port {each}" for each in ports.split())
    assert sfsgen(f"show {options} {given} --peers {style}").out == f"{first}\n"


@pytest.mark.parametrize(
    "pattern",
    ["{ordinal}@{host}:{port:http}", "{host}", "{pod}.{service}.{namespace};...", "{port}-{name}"],
)
def test_a_pattern_says_what_render_fills_in(pattern: str) -> None:
    options = ["w", "-r", "3", "--nfs-server", "nfs", "--storage", "1Gi", "--start-ordinal", "4"]
    made = sfsgen(["render", *options, "--env", f"PEERS={{peers:{pattern}}}", "--only", "sts"])
    (container,) = yaml.safe_load(made.out)["spec"]["template"]["spec"]["containers"]
    (entry,) = container["env"]
    assert sfsgen(["show", *options, "--peers", pattern]).out == f"{entry['value']}\n"


@pytest.mark.parametrize("output", ["", "-o wide", "--tree", "--peers dns", "-o html", "-o paths"])
def test_that_a_set_has_no_replicas_is_said(output: str) -> None:
    result = sfsgen(f"show {WEB} -r 0 -n shop {output}")
    assert (result.status, result.err) == (0, "sfsgen: shop/web has no replicas\n")
    assert "the set has no replicas" in result.out or output != "-o html"
    assert "POD   DNS NAME   CLAIM" in result.out or output not in ("", "-o wide")
    assert result.out == "" or output not in ("--peers dns", "-o paths")
