"""People: who can sign in to the server. Being listed here gives nobody a look into a project."""

from __future__ import annotations

import asyncio

import msgspec
from fastapi import APIRouter
from pydantic import Field, StrictBool
from starlette.requests import Request
from starlette.responses import Response

from fanlight.api.answers import described, json_response, page_of, ref
from fanlight.api.parameters import Strict
from fanlight.api.services import services_of
from fanlight.api.visitor import principal_of, visit_of
from fanlight.catalog import logins, people
from fanlight.query.page import Page
from fanlight.query.times import rfc3339, rfc3339_or_none

router = APIRouter(prefix="/api/v1/people", tags=["people"])


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who can sign in. Administrators make projects and people; they read no project by that."""

    id: str
    email: str
    name: str
    is_admin: bool
    created_at: str
    disabled_at: str | None


class NewPerson(Strict):
    """Who is registered. The first person owns everything and turns guarded mode on, for good."""

    email: str = Field(min_length=3, max_length=320)
    name: str = Field("", max_length=200)
    password: str = Field(min_length=1, max_length=1_024, description="At least 12 characters.")
    is_admin: StrictBool = False


class GivenPassword(Strict):
    """A password that an administrator gives."""

    password: str = Field(min_length=1, max_length=1_024, description="At least 12 characters.")


@router.get("", **described(page_of(Person)))
async def list_people(request: Request) -> Response:
    """Everybody, by address; all on one page."""
    found = await asyncio.to_thread(people.list_people, services_of(request).catalog)
    return json_response(Page(items=[_shape(each) for each in found]))


@router.post("", **described(ref(Person), status=201))
async def add_person(request: Request, new: NewPerson) -> Response:
    """Register somebody."""
    services = services_of(request)
    made = await asyncio.to_thread(
        people.add_person,
        services.catalog,
        new.email,
        name=new.name,
        password=await services.admission.passwords.hash(new.password),
        is_admin=new.is_admin,
        clock=services.clock,
    )
    services.gate.people_changed()
    await services.admission.note(principal_of(request), "person.added", visit_of(request), target=made.email)
    return json_response(_shape(made), 201)


@router.delete("/{person_id}", **described(ref(Person)))
async def disable_person(request: Request, person_id: str) -> Response:
    """Keep somebody from signing in, and end their logins."""
    services = services_of(request)
    gone = await asyncio.to_thread(people.disable_person, services.catalog, person_id, clock=services.clock)
    await asyncio.to_thread(logins.end_logins, services.catalog, person_id)
    services.gate.people_changed()
    await services.admission.note(
        principal_of(request), "person.disabled", visit_of(request), target=gone.email
    )
    return json_response(_shape(gone))


@router.post("/{person_id}/password", **described(ref(Person)))
async def reset_password(request: Request, person_id: str, given: GivenPassword) -> Response:
    """Give somebody a new password, and end all of their logins."""
    services = services_of(request)
    found = await asyncio.to_thread(people.get_person, services.catalog, person_id)
    hashed = await services.admission.passwords.hash(given.password)
    await asyncio.to_thread(people.set_password, services.catalog, found.id, hashed)
    await asyncio.to_thread(logins.end_logins, services.catalog, found.id)
    services.gate.people_changed()
    await services.admission.note(
        principal_of(request), "person.password", visit_of(request), target=found.email
    )
    return json_response(_shape(found))


def _shape(person: people.Person) -> Person:
    return Person(
        id=person.id,
        email=person.email,
        name=person.name,
        is_admin=person.is_admin,
        created_at=rfc3339(person.created_ns),
        disabled_at=rfc3339_or_none(person.disabled_ns),
    )
