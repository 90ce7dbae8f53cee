"""People and the audit log, through a running server or, when there is none, in the data directory."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import quote

from fanlight.cli.administration import LOCAL_ACTOR, note_locally
from fanlight.errors import NotFoundError

if TYPE_CHECKING:
    from fanlight.catalog.database import Catalog
    from fanlight.cli.client import Client

Thing = Mapping[str, Any]


class People(Protocol):
    """What can be done; every answer is as the API gives it."""

    def people(self) -> list[Thing]: ...

    def add(self, email: str, *, name: str, password: str, is_admin: bool) -> Thing: ...

    def disable(self, email: str) -> Thing: ...

    def reset_password(self, email: str, password: str) -> Thing: ...

    def members(self, project: str) -> list[Thing]: ...

    def set_role(self, project: str, email: str, role: str) -> Thing: ...

    def remove(self, project: str, email: str) -> Thing: ...

    def invite(self, project: str, email: str, role: str) -> Thing: ...

    def audit(self, project: str | None, limit: int) -> list[Thing]: ...

    def verify_audit(self) -> Thing: ...


@contextlib.contextmanager
def open_people(url: str | None, key: str | None, data: str | None) -> Iterator[People]:
    """The server at `url`; the data directory when that is named, or when no server answers."""
    from fanlight.cli.administration import open_place
    from fanlight.cli.client import Client

    with open_place(url, key, data) as place:
        yield Remote(place) if isinstance(place, Client) else Local(place)


class Remote:
    """Over the API of a running server."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def people(self) -> list[Thing]:
        return list(self._client.get("/api/v1/people")["items"])

    def add(self, email: str, *, name: str, password: str, is_admin: bool) -> Thing:
        new = {"email": email, "name": name, "password": password, "is_admin": is_admin}
        return self._send("POST", "/api/v1/people", new)

    def disable(self, email: str) -> Thing:
        person = _of(self.people(), email)
        return self._send("DELETE", f"/api/v1/people/{person['id']}")

    def reset_password(self, email: str, password: str) -> Thing:
        person = _of(self.people(), email)
        return self._send("POST", f"/api/v1/people/{person['id']}/password", {"password": password})

    def invite(self, project: str, email: str, role: str) -> Thing:
        path = f"/api/v1/projects/{quote(project, safe='')}/invites"
        return self._send("POST", path, {"email": email, "role": role})

    def members(self, project: str) -> list[Thing]:
        return list(self._client.get(_path(project))["items"])

    def set_role(self, project: str, email: str, role: str) -> Thing:
        return self._send("PUT", _path(project), {"email": email, "role": role})

    def remove(self, project: str, email: str) -> Thing:
        member = _of(self.members(project), email)
        return self._send("DELETE", f"{_path(project)}/{member['person_id']}")

    def audit(self, project: str | None, limit: int) -> list[Thing]:
        path = "/api/v1/audit" if project is None else f"/api/v1/projects/{quote(project, safe='')}/audit"
        return list(self._client.get(path, limit=limit)["items"])

    def verify_audit(self) -> Thing:
        found: Thing = self._client.get("/api/v1/audit/verify")
        return found

    def _send(self, method: str, path: str, body: Thing | None = None) -> Thing:
        found: Thing = self._client.request(method, path, json=body).json()
        return found


class Local:
    """In the catalog of the data directory; a running server sees it within 5 seconds."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    def people(self) -> list[Thing]:
        from fanlight.catalog.people import list_people

        return [_person(each) for each in list_people(self._catalog)]

    def add(self, email: str, *, name: str, password: str, is_admin: bool) -> Thing:
        from fanlight.access.passwords import Passwords
        from fanlight.catalog.people import add_person

        hashed = Passwords().hash_now(password)
        made = add_person(self._catalog, email, name=name, password=hashed, is_admin=is_admin)
        note_locally(self._catalog, "person.added", made.email)
        return _person(made)

    def disable(self, email: str) -> Thing:
        from fanlight.catalog.logins import end_logins
        from fanlight.catalog.people import disable_person

        gone = disable_person(self._catalog, _of(self.people(), email)["id"])
        end_logins(self._catalog, gone.id)
        note_locally(self._catalog, "person.disabled", gone.email)
        return _person(gone)

    def reset_password(self, email: str, password: str) -> Thing:
        from fanlight.access.passwords import Passwords
        from fanlight.catalog.logins import end_logins
        from fanlight.catalog.people import get_person, set_password

        person = get_person(self._catalog, _of(self.people(), email)["id"])
        set_password(self._catalog, person.id, Passwords().hash_now(password))
        end_logins(self._catalog, person.id)
        note_locally(self._catalog, "person.password", person.email)
        return _person(person)

    def invite(self, project: str, email: str, role: str) -> Thing:
        from fanlight.access.admission import INVITE_LASTS_S
        from fanlight.access.roles import role_of
        from fanlight.catalog.one_time import Purpose, make_one_time
        from fanlight.catalog.people import normal_email
        from fanlight.catalog.projects import get_project
        from fanlight.query.times import rfc3339

        get_project(self._catalog, project)
        data = {"email": normal_email(email), "role": str(role_of(role)), "by": LOCAL_ACTOR}
        made, token = make_one_time(
            self._catalog, Purpose.INVITE, lasts_s=INVITE_LASTS_S, project=project, data=data
        )
        note_locally(self._catalog, "invite", data["email"], project, role=data["role"])
        invite = {"id": made.id, **data, "expires_at": rfc3339(made.expires_ns)}
        return {"invite": invite, "token": token}

    def members(self, project: str) -> list[Thing]:
        from fanlight.catalog.members import list_members
        from fanlight.catalog.projects import get_project

        get_project(self._catalog, project)
        return [_member(each) for each in list_members(self._catalog, project)]

    def set_role(self, project: str, email: str, role: str) -> Thing:
        from fanlight.access.roles import role_of
        from fanlight.catalog.members import set_role
        from fanlight.catalog.people import normal_email

        member = set_role(self._catalog, project, normal_email(email), role_of(role))
        note_locally(self._catalog, "member.role", member.email, project, role=member.role)
        return _member(member)

    def remove(self, project: str, email: str) -> Thing:
        from fanlight.catalog.members import remove_member

        gone = remove_member(self._catalog, project, _of(self.members(project), email)["person_id"])
        note_locally(self._catalog, "member.removed", gone.email, project)
        return _member(gone)

    def audit(self, project: str | None, limit: int) -> list[Thing]:
        from fanlight.catalog.audit import list_entries
        from fanlight.query.times import rfc3339

        return [
            {
                "seq": entry.seq,
                "at": rfc3339(entry.at_ns),
                "actor": entry.deed.actor,
                "action": entry.deed.action,
                "project": entry.deed.project,
                "target": entry.deed.target,
                "address": entry.deed.address,
                "detail": dict(entry.deed.detail),
                "hash": entry.hash.hex(),
            }
            for entry in list_entries(self._catalog, project=project, limit=limit)
        ]

    def verify_audit(self) -> Thing:
        from fanlight.catalog.audit import verify

        found = verify(self._catalog)
        return {"entries": found.entries, "newest_hash": found.newest_hash, "broken_at": found.broken_at}


def _path(project: str) -> str:
    return f"/api/v1/projects/{quote(project, safe='')}/members"


def _of(found: list[Thing], email: str) -> Thing:
    for each in found:
        if each["email"] == email.strip().lower():
            return each
    raise NotFoundError(f"nobody goes by {email[:80]!r} here", hint="fanlight people lists them")


def _person(person: Any) -> Thing:
    from fanlight.query.times import rfc3339, rfc3339_or_none

    return {
        "id": person.id,
        "email": person.email,
        "name": person.name,
        "is_admin": person.is_admin,
        "created_at": rfc3339(person.created_ns),
        "disabled_at": rfc3339_or_none(person.disabled_ns),
    }


def _member(member: Any) -> Thing:
    from fanlight.query.times import rfc3339

    return {
        "person_id": member.person_id,
        "email": member.email,
        "name": member.name,
        "role": member.role,
        "since": rfc3339(member.created_ns),
    }
