"""Housekeeping's tasks: what is to be cleaned, by whom, and how far it is."""

from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from chassis.refusal import Refusal
from contracts.rooms import AssignTask, FinishTask, StartTask
from contracts.values import Permission
from gateway.api.rooms.filters import TaskFilters
from gateway.api.rooms.requests import TaskAssignment
from gateway.api.rooms.task_responses import Task, TaskList, task, task_list
from gateway.http.fields import NoFields
from gateway.http.pages import links
from gateway.http.request import ApiRequest
from gateway.http.routing import Routes
from gateway.identity.admission import Audience

routes = Routes("housekeeping", audience=Audience.STAFF, under="/api/staff/hotels/{slug}/housekeeping/tasks")

CLEANS, INSPECTS, MANAGES = Permission.CLEAN, Permission.INSPECT, Permission.MANAGE_ROOMS
MISSING = "TASK_NOT_FOUND"
TURNS = (MISSING, "TASK_DONE", "ILLEGAL_ROOM_TRANSITION")


@routes.get("/", response=TaskList, refuses=("INVALID_FILTER",))
async def list_tasks(request: ApiRequest, filters: Annotated[TaskFilters, Query()]) -> Response:
    """What is to be cleaned, the oldest first; with `status=DONE` what has been, the latest first."""
    found = await request.ask(filters.query(request.hotel, me=request.caller.staff_id or ""))
    following, before = links(found.count, filters.wanted, request.query_params)
    return request.respond(task_list(found, following=following, before=before))


@routes.post("/{task_id}/start/", response=Task, needs=CLEANS, refuses=TURNS)
async def start_task(request: ApiRequest, _: NoFields) -> Response:
    """Begin to clean: the room follows. A task that is nobody's becomes one's own."""
    return request.respond(task(await request.ask(StartTask(hotel=request.hotel, task_id=_id(request)))))


@routes.post("/{task_id}/done/", response=Task, needs=CLEANS, refuses=TURNS)
async def finish_task(request: ApiRequest, _: NoFields) -> Response:
    """The room is clean and waits for its inspection."""
    return request.respond(task(await request.ask(FinishTask(hotel=request.hotel, task_id=_id(request)))))


@routes.post(
    "/{task_id}/assign/",
    response=Task,
    needs=(CLEANS, INSPECTS, MANAGES),
    refuses=(MISSING, "TASK_DONE", "STAFF_NOT_FOUND"),
)
async def assign_task(request: ApiRequest, body: TaskAssignment) -> Response:
    """Take a task, give one's own back, or hand it to a colleague (which needs to inspect or manage rooms)."""
    staff_id, name = await _whose(request, body)
    command = AssignTask(hotel=request.hotel, task_id=_id(request), staff_id=staff_id, staff_name=name)
    return request.respond(task(await request.ask(command)))


async def _whose(request: ApiRequest, body: TaskAssignment) -> tuple[str | None, str | None]:
    if "staff_id" not in body.model_fields_set:
        return request.caller.staff_id, request.caller.name
    if body.staff_id is None:
        return None, None
    colleague = await request.app_state.accounts.get(body.staff_id)
    if colleague is None or colleague.hotel != request.hotel:
        raise Refusal("STAFF_NOT_FOUND", "The hotel has no such member of staff.")
    return str(colleague.id), colleague.name


def _id(request: ApiRequest) -> int:
    return request.path_number("task_id", missing=MISSING)
