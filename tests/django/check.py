"""Checks that Django and the Rust activity stores can share one table.

Usage: check.py sqlite|postgres|mysql <path of django_activity> <directory for temporary files>
"""

import subprocess
import sys
from datetime import datetime, timedelta, timezone

import pymysql

# Django requires mysqlclient and checks its version. PyMySQL replaces it without a C compiler.
pymysql.version_info = (2, 2, 7, "final", 0)
pymysql.install_as_MySQLdb()

import django
from django.conf import settings
from django.core.management import call_command
from django.db import connection

DATABASE, RUST_PROGRAM, DIRECTORY = sys.argv[1:]
NAME = "m2m_activity_of_django"
TABLE = "django_cognito_m2m_serviceclientactivity"


def create_database():
    """Creates an empty database, and returns its Django settings and its URL."""
    if DATABASE == "sqlite":
        path = f"{DIRECTORY}/activity.db"
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": path}, path
    if DATABASE == "postgres":
        import psycopg

        with psycopg.connect("postgres://postgres@127.0.0.1:5432/test", autocommit=True) as server:
            server.execute(f"DROP SCHEMA IF EXISTS {NAME} CASCADE")
            server.execute(f"CREATE SCHEMA {NAME}")
        database = {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": "test",
            "USER": "postgres",
            "HOST": "127.0.0.1",
            "OPTIONS": {"options": f"-c search_path={NAME}"},
        }
        url = f"postgres://postgres@127.0.0.1:5432/test?options=-c%20search_path%3D{NAME}"
        return database, url
    server = pymysql.connect(host="127.0.0.1", user="root")
    with server, server.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {NAME}")
        cursor.execute(f"CREATE DATABASE {NAME}")
    database = {
        "ENGINE": "django.db.backends.mysql",
        "NAME": NAME,
        "USER": "root",
        "HOST": "127.0.0.1",
        "PORT": 3306,
    }
    return database, f"mysql://root@127.0.0.1:3306/{NAME}"


django_settings, URL = create_database()
settings.configure(
    DATABASES={"default": django_settings},
    INSTALLED_APPS=["django_cognito_m2m"],
    USE_TZ=True,
    # The stored times are UTC, whatever Django's time zone is.
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


def micros(time):
    return (time - datetime(1970, 1, 1, tzinfo=timezone.utc)) // timedelta(microseconds=1)


def run_rust_program(*arguments):
    subprocess.run([RUST_PROGRAM, URL, *map(str, arguments)], check=True)


def write_from_rust(client_id, first, last):
    run_rust_program("write", client_id, micros(first), micros(last))


def assert_django_reads(client_id, first, last):
    """Checks the row of a client through Django's ORM."""
    row = ServiceClientActivity.objects.get(client_id=client_id)
    for name, expected in (("first_seen_at", first), ("last_seen_at", last)):
        found = getattr(row, name)
        assert found.utcoffset() == timedelta(0), f"{client_id}.{name}: {found!r} is not in UTC"
        assert found == expected, f"{client_id}.{name}: expected {expected}, found {found}"


call_command("migrate", verbosity=0)

# A row that Django has written. In SQLite, times in whole seconds have a shorter text form.
EARLY, LATE = at("2026-01-01T00:00:00"), at("2026-01-02T00:00:00")
ServiceClientActivity.objects.create(client_id="old", first_seen_at=EARLY, last_seen_at=LATE)

# Rust writes to that row: only an earlier first time and a later last time change it.
MICROSECOND = timedelta(microseconds=1)
write_from_rust("old", EARLY + MICROSECOND, LATE - MICROSECOND)
assert_django_reads("old", EARLY, LATE)
write_from_rust("old", EARLY + MICROSECOND, LATE + MICROSECOND)
assert_django_reads("old", EARLY, LATE + MICROSECOND)
write_from_rust("old", EARLY - MICROSECOND, LATE)
assert_django_reads("old", EARLY - MICROSECOND, LATE + MICROSECOND)

# Rust writes a new client: Django finds it, and can sort and filter by its times.
write_from_rust("new", at("2026-01-03T23:59:59.999999"), at("2026-01-04T00:00:00"))
assert_django_reads("new", at("2026-01-03T23:59:59.999999"), at("2026-01-04T00:00:00"))
by_time = ServiceClientActivity.objects.order_by("-last_seen_at").values_list("client_id", flat=True)
assert list(by_time) == ["new", "old"], list(by_time)
since = ServiceClientActivity.objects.filter(last_seen_at__gte=at("2026-01-04T00:00:00"))
assert [row.client_id for row in since] == ["new"], since

# Django's library records a request of both clients, and of a third one.
before = datetime.now(timezone.utc)
for client_id in ("old", "new", "third"):
    claims = {"client_id": client_id, "exp": 4102444800}
    track_service_client_activity(
        ServicePrincipal(client_id=client_id, scopes=frozenset(), claims=claims, raw_token="")
    )
after = datetime.now(timezone.utc)
rows = {row.client_id: row for row in ServiceClientActivity.objects.all()}
assert set(rows) == {"old", "new", "third"}, rows
assert all(before <= row.last_seen_at <= after for row in rows.values()), rows
assert rows["old"].first_seen_at == EARLY - MICROSECOND, rows["old"].first_seen_at

# Rust writes to the row that Django has just written, which has microseconds.
third = rows["third"]
write_from_rust("third", third.first_seen_at, third.last_seen_at)
assert_django_reads("third", third.first_seen_at, third.last_seen_at)
write_from_rust("third", third.first_seen_at - MICROSECOND, third.last_seen_at + MICROSECOND)
assert_django_reads("third", third.first_seen_at - MICROSECOND, third.last_seen_at + MICROSECOND)

# `migrate()` in Rust does not change the table, and Django finds nothing to migrate.
run_rust_program("migrate")
assert_django_reads("old", EARLY - MICROSECOND, rows["old"].last_seen_at)
call_command("migrate", check_unapplied=True, verbosity=0)
call_command("makemigrations", check_changes=True, dry_run=True, verbosity=0)
with connection.cursor() as cursor:
    tables = connection.introspection.table_names(cursor)
assert sorted(tables) == ["django_cognito_m2m_serviceclientactivity", "django_migrations"], tables
print(f"ok: {connection.vendor}: both libraries can use {TABLE}")
