"""Kubernetes minors: how they are written, and what each takes."""

import pytest

from sfsgen.kubernetes import versions
from sfsgen.kubernetes.versions import NEWEST, OLDEST, Feature, Target, parse

pytestmark = pytest.mark.without_libraries

MINORS = range(3, 38)
# The first and the last minor that serves it.
APIS = {
    ("apps/v1alpha1", "PetSet"): (3, 4),
    ("apps/v1beta1", "StatefulSet"): (5, 15),
    ("apps/v1beta2", "StatefulSet"): (8, 15),
    ("apps/v1", "StatefulSet"): (9, 37),
}


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("1.3", 3),
        ("1.29", 29),
        ("1.37", 37),
        ("v1.29", 29),
        ("1.29.3", 29),
        ("v1.29.10", 29),
        ("1.29+", 29),
        ("v1.29.3-gke.1200", 29),
        ("1.29.3+k3s1", 29),
        ("1.29.0-rc.1", 29),
    ],
)
def test_a_minor_is_read_as_kubectl_prints_it(text: str, minor: int) -> None:
    assert parse(text) == Target(minor, minor)


@pytest.mark.parametrize(
    ("text", "oldest", "newest"),
    [
        ("1.22-1.24", 22, 24),
        ("v1.9-1.37", 9, 37),
        ("1.29-1.29", 29, 29),
        ("1.29.3-v1.30.1", 29, 30),
    ],
)
def test_a_range_is_all_its_minors(text: str, oldest: int, newest: int) -> None:
    assert parse(text) == Target(oldest, newest)


@pytest.mark.parametrize(
    "text",
    [
        *("1.24-1.22", "1.3-1.37", "1.22-1.38", "1.2-1.5", "1.22-1.", "1.22-1.24-1.26"),
        *("1.2", "1.0", "1.38", "1.290", "1.1000", "0.29", "2.29"),
        *("", "1", "1.", "v1", "29", "latest", "1.-29", "-1.29", "1,29"),
        *("1.29.", "1.29.x", "1.29.3.4", "1.29x", "1.2.9", "V1.29", "vv1.29"),
        *(" 1.29", "1.29 ", "1.29\n", "v 1.29", "1.\N{FULLWIDTH DIGIT THREE}"),
    ],
)
def test_what_is_no_known_minor_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        parse(text)


def test_the_known_minors_are_1_3_to_1_37() -> None:
    assert range(OLDEST, NEWEST + 1) == MINORS


@pytest.mark.parametrize(
    ("oldest", "newest", "has"),
    [(10, 20, True), (15, 15, True), (9, 20, False), (10, 21, False), (9, 9, False)],
)
def test_a_feature_counts_where_every_minor_has_it(oldest: int, newest: int, has: bool) -> None:
    assert Target(oldest, newest).has(Feature("it", 10, 20)) is has


def test_a_feature_lasts_unless_it_says_otherwise() -> None:
    assert Target(3, 37).has(Feature("it", 3))


@pytest.mark.parametrize("minor", MINORS)
def test_the_set_gets_the_newest_api_that_its_minor_serves(minor: int) -> None:
    served = [api for api, (first, last) in APIS.items() if first <= minor <= last]
    assert Target(minor, minor).stateful_set_api == served[-1]


def test_without_a_version_every_maintained_minor_is_meant() -> None:
    assert Target() == Target(35, 37)
    assert Target().stateful_set_api == ("apps/v1", "StatefulSet")


@pytest.mark.parametrize(
    ("target", "text"),
    [(Target(3, 3), "Kubernetes 1.3"), (Target(35, 37), "Kubernetes 1.35 to 1.37")],
)
def test_a_target_reads_as_prose(target: Target, text: str) -> None:
    assert str(target) == text


@pytest.mark.parametrize(
    ("feature", "since"),
    [
        (versions.CLASS_FIELD, 6),
        (versions.CSI_NFS, 21),
        (versions.DIGIT_FIRST_SERVICE, 36),
        (versions.ENV_PUNCTUATION, 8),
        (versions.ENV_PRINTABLE, 32),
        (versions.LONG_SERVICE_NAME, 4),
        (versions.MOUNT_OPTIONS, 6),
        (versions.MOUNT_OPTIONS_FIELD, 8),
        (versions.NOT_READY_FIELD, 8),
        (versions.ORDINALS_START, 27),
        (versions.POD_MANAGEMENT_POLICY, 7),
        (versions.READ_WRITE_ONCE_POD, 27),
        (versions.REVISION_LABEL, 7),
        (versions.UPDATE_STRATEGY, 7),
    ],
)
def test_a_feature_begins_at_its_minor_and_lasts(feature: Feature, since: int) -> None:
    assert [minor for minor in MINORS if Target(minor, minor).has(feature)] == list(
        range(since, 38)
    )


@pytest.mark.parametrize("minor", MINORS)
def test_every_minor_has_a_way_to_publish_pods_that_are_not_ready(minor: int) -> None:
    # The annotation works up to 1.23, the field exists from 1.8 and works from 1.11 on.
    target = Target(minor, minor)
    assert target.has(versions.NOT_READY_BY_ANNOTATION) is (minor <= 10)
    assert target.has(versions.NOT_READY_FIELD) is (minor >= 8)
