"""A streaming replica of the log is read and checked as its primary is, and changes nothing."""

import pytest

from tests.eventlog.postgres.logs import check, copy, falsify, key, original
from tests.postgres import Cluster, needs_postgres, own_cluster

pytestmark = needs_postgres


@pytest.mark.parametrize("has_amcheck", [False, True])
def test_a_standby_is_verified_as_its_primary_is(has_amcheck: bool) -> None:
    with own_cluster() as primary:
        url = primary.empty_database()
        copy(f"sqlite:///{original()}", url, key())
        database = url.rpartition("/")[2]
        if has_amcheck:
            primary.execute("CREATE EXTENSION amcheck", database)
        standby = Cluster(primary)
        try:
            replica = standby.url(database)
            standby.catch_up()
            assert standby.execute("SELECT pg_is_in_recovery()") == [(True,)]
            report = check(replica)
            assert report == check(url)
            assert report.findings == ()
            assert report.events > 0

            falsify(url, "UPDATE words SET payload = payload || ' ' WHERE position = 1")
            standby.catch_up()
            found = check(replica)
            assert found == check(url)
            assert [finding.position for finding in found.findings] == [1]
        finally:
            standby.remove()
