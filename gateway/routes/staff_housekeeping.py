"""Housekeeping's tasks: what is to be cleaned, by whom, and how far it is."""

from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from chassis.refusal import Refusal
from contracts.rooms import AssignTask, FinishTask, StartTask
from contracts.values import Permission
from gateway.bodies.fields import NoFields
from gateway.bodies.housekeeping import TaskFilters
from gateway.bodies.rooms import TaskAssignment
from gateway.call import Call
from gateway.identity.admission import Audience
from gateway.operations import Routes
from gateway.shapes.housekeeping import Task, TaskList, task, task_list
from gateway.shapes.paging import links

routes = Routes("housekeeping", audience=Audience.STAFF, under="/api/staff/hotels/{slug}/housekeeping/tasks")

CLEANS, INSPECTS, MANAGES = Permission.CLEAN, Permission.INSPECT, Permission.MANAGE_ROOMS
MISSING = "TASK_NOT_FOUND"
TURNS = (MISSING, "TASK_DONE", "ILLEGAL_ROOM_TRANSITION")


@routes.get("/", answers=TaskList, refuses=("INVALID_FILTER",))
async def list_tasks(call: Call, filters: Annotated[TaskFilters, Query()]) -> Response:
    """What is to be cleaned, the oldest first; with `status=DONE` what has been, the latest first."""
    found = await call.ask(filters.query(call.hotel, me=call.caller.staff_id or ""))
    following, before = links(found.count, filters.wanted, call.query_params)
    return call.answer(task_list(found, following=following, before=before))


@routes.post("/{task_id}/start/", answers=Task, needs=CLEANS, refuses=TURNS)
async def start_task(call: Call, _: NoFields) -> Response:
    """Begin to clean: the room follows. A task that is nobody's becomes one's own."""
    return call.answer(task(await call.ask(StartTask(hotel=call.hotel, task_id=_id(call)))))


@routes.post("/{task_id}/done/", answers=Task, needs=CLEANS, refuses=TURNS)
async def finish_task(call: Call, _: NoFields) -> Response:
    """The room is clean and waits for its inspection."""
    return call.answer(task(await call.ask(FinishTask(hotel=call.hotel, task_id=_id(call)))))


@routes.post(
    "/{task_id}/assign/",
    answers=Task,
    needs=(CLEANS, INSPECTS, MANAGES),
    refuses=(MISSING, "TASK_DONE", "STAFF_NOT_FOUND"),
)
async def assign_task(call: Call, body: TaskAssignment) -> Response:
    """Take a task, give one's own back, or hand it to a colleague (which needs to inspect or manage rooms)."""
    staff_id, name = await _whose(call, body)
    command = AssignTask(hotel=call.hotel, task_id=_id(call), staff_id=staff_id, staff_name=name)
    return call.answer(task(await call.ask(command)))


async def _whose(call: Call, body: TaskAssignment) -> tuple[str | None, str | None]:
    if "staff_id" not in body.model_fields_set:
        return call.caller.staff_id, call.caller.name
    if body.staff_id is None:
        return None, None
    colleague = await call.tools.accounts.get(body.staff_id)
    if colleague is None or colleague.hotel != call.hotel:
        raise Refusal("STAFF_NOT_FOUND", "The hotel has no such member of staff.")
    return str(colleague.id), colleague.name


def _id(call: Call) -> int:
    return call.numbered("task_id", missing=MISSING)
