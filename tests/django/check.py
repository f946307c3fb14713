"""Both libraries on one table: check.py sqlite|postgres|mysql <our program> <folder for files>."""

import subprocess
import sys
from datetime import datetime, timedelta, timezone

import pymysql

# Django asks for mysqlclient by its name and version; this one needs no C compiler.
pymysql.version_info = (2, 2, 7, "final", 0)
pymysql.install_as_MySQLdb()

import django
from django.conf import settings
from django.core.management import call_command
from django.db import connection

DATABASE, OURS, FOLDER = sys.argv[1:]
NAME = "m2m_activity_of_django"
TABLE = "django_cognito_m2m_serviceclientactivity"


def place():
    """A database of our own: how Django reaches it, and how our program does."""
    if DATABASE == "sqlite":
        path = f"{FOLDER}/activity.db"
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": path}, path
    if DATABASE == "postgres":
        import psycopg

        with psycopg.connect("postgres://postgres@127.0.0.1:5432/test", autocommit=True) as server:
            server.execute(f"DROP SCHEMA IF EXISTS {NAME} CASCADE")
            server.execute(f"CREATE SCHEMA {NAME}")
        reach = {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": "test",
            "USER": "postgres",
            "HOST": "127.0.0.1",
            "OPTIONS": {"options": f"-c search_path={NAME}"},
        }
        url = f"postgres://postgres@127.0.0.1:5432/test?options=-c%20search_path%3D{NAME}"
        return reach, url
    server = pymysql.connect(host="127.0.0.1", user="root")
    with server, server.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {NAME}")
        cursor.execute(f"CREATE DATABASE {NAME}")
    reach = {
        "ENGINE": "django.db.backends.mysql",
        "NAME": NAME,
        "USER": "root",
        "HOST": "127.0.0.1",
        "PORT": 3306,
    }
    return reach, f"mysql://root@127.0.0.1:3306/{NAME}"


reach, URL = place()
settings.configure(
    DATABASES={"default": reach},
    INSTALLED_APPS=["django_cognito_m2m"],
    USE_TZ=True,
    # What is stored is UTC, wherever the team is.
    TIME_ZONE="America/Los_Angeles",
    COGNITO_M2M={
        "REGION": "us-east-1",
        "USER_POOL_ID": "us-east-1_AbCdEfGhI",
        "TRACK_CLIENT_ACTIVITY": True,
    },
)
django.setup()

from django_cognito_m2m.models import ServiceClientActivity
from django_cognito_m2m.principal import ServicePrincipal
from django_cognito_m2m.tracker import track_service_client_activity


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=timezone.utc)


def micros(moment):
    return (moment - datetime(1970, 1, 1, tzinfo=timezone.utc)) // timedelta(microseconds=1)


def we(*arguments):
    subprocess.run([OURS, URL, *map(str, arguments)], check=True)


def we_see(client_id, first, last):
    we("write", client_id, micros(first), micros(last))


def expect(client_id, first, last):
    """What Django reads, through its ORM."""
    row = ServiceClientActivity.objects.get(client_id=client_id)
    for name, wanted in (("first_seen_at", first), ("last_seen_at", last)):
        found = getattr(row, name)
        assert found.utcoffset() == timedelta(0), f"{client_id}.{name}: {found!r} is not in UTC"
        assert found == wanted, f"{client_id}.{name}: {found} instead of {wanted}"


call_command("migrate", verbosity=0)

# Django has been here for a while; whole seconds are text of another length in SQLite.
EARLY, LATE = at("2026-01-01T00:00:00"), at("2026-01-02T00:00:00")
ServiceClientActivity.objects.create(client_id="old", first_seen_at=EARLY, last_seen_at=LATE)

# Ours reads that: what lies within changes nothing, what lies beyond does.
MOMENT = timedelta(microseconds=1)
we_see("old", EARLY + MOMENT, LATE - MOMENT)
expect("old", EARLY, LATE)
we_see("old", EARLY + MOMENT, LATE + MOMENT)
expect("old", EARLY, LATE + MOMENT)
we_see("old", EARLY - MOMENT, LATE)
expect("old", EARLY - MOMENT, LATE + MOMENT)

# A client that Django has not seen: Django finds it, and orders by it.
we_see("new", at("2026-01-03T23:59:59.999999"), at("2026-01-04T00:00:00"))
expect("new", at("2026-01-03T23:59:59.999999"), at("2026-01-04T00:00:00"))
by_time = ServiceClientActivity.objects.order_by("-last_seen_at").values_list("client_id", flat=True)
assert list(by_time) == ["new", "old"], list(by_time)
since = ServiceClientActivity.objects.filter(last_seen_at__gte=at("2026-01-04T00:00:00"))
assert [row.client_id for row in since] == ["new"], since

# Django's library notes a request of each, and of a third one.
before = datetime.now(timezone.utc)
for client_id in ("old", "new", "third"):
    claims = {"client_id": client_id, "exp": 4102444800}
    track_service_client_activity(
        ServicePrincipal(client_id=client_id, scopes=frozenset(), claims=claims, raw_token="")
    )
after = datetime.now(timezone.utc)
noted = {row.client_id: row for row in ServiceClientActivity.objects.all()}
assert set(noted) == {"old", "new", "third"}, noted
assert all(before <= row.last_seen_at <= after for row in noted.values()), noted
assert noted["old"].first_seen_at == EARLY - MOMENT, noted["old"].first_seen_at

# Ours again: what Django has just written is read to the microsecond.
third = noted["third"]
we_see("third", third.first_seen_at, third.last_seen_at)
expect("third", third.first_seen_at, third.last_seen_at)
we_see("third", third.first_seen_at - MOMENT, third.last_seen_at + MOMENT)
expect("third", third.first_seen_at - MOMENT, third.last_seen_at + MOMENT)

# Our `migrate()` does no harm to the table, and Django sees nothing to migrate.
we("migrate")
expect("old", EARLY - MOMENT, noted["old"].last_seen_at)
call_command("migrate", check_unapplied=True, verbosity=0)
call_command("makemigrations", check_changes=True, dry_run=True, verbosity=0)
with connection.cursor() as cursor:
    tables = connection.introspection.table_names(cursor)
assert sorted(tables) == ["django_cognito_m2m_serviceclientactivity", "django_migrations"], tables
print(f"ok: {connection.vendor}: both libraries on {TABLE}")
