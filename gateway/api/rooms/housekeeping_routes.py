"""Blocks of rooms, and housekeeping's cleaning tasks."""

from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from chassis.refusal import Refusal
from contracts.rooms.blocks import BlockRoom, ListBlocks, RoomBlock, RoomBlocks, UnblockRoom
from contracts.rooms.tasks import AssignTask, FinishTask, StartTask
from contracts.values import Permission
from gateway.api.rooms.filters import TaskFilters
from gateway.api.rooms.requests import BlockedNights, NewBlock, TaskAssignment
from gateway.api.rooms.responses import Task
from gateway.http.fields import NoFields
from gateway.http.pages import page_of
from gateway.http.request import ApiRequest
from gateway.http.routing import Routes
from gateway.http.views import view
from gateway.identity.admission import Audience

blocks = Routes("rooms", audience=Audience.STAFF, under="/api/staff/hotels/{slug}/rooms/{room_number}/blocks")
tasks = Routes("housekeeping", audience=Audience.STAFF, under="/api/staff/hotels/{slug}/housekeeping/tasks")

CLEAN, INSPECT, MANAGE = Permission.CLEAN, Permission.INSPECT, Permission.MANAGE_ROOMS
BLOCKS = view(RoomBlocks)
UNKNOWN_TASK = "TASK_NOT_FOUND"
STEP_REFUSES = (UNKNOWN_TASK, "TASK_DONE", "ILLEGAL_ROOM_TRANSITION")


@blocks.get("/", response=BLOCKS)
async def list_blocks(request: ApiRequest) -> Response:
    """List the blocks of a room.

    Only current and future blocks, by date.
    """
    return await request.answer(ListBlocks(hotel=request.hotel, room_number=request.room_number))


@blocks.post(
    "/", response=view(RoomBlock), status=201, needs=MANAGE, refuses=("ROOM_OVERLAP_CONFLICT", "WOULD_OVERSELL")
)
async def block_room(request: ApiRequest, body: NewBlock) -> Response:
    """Block a room.

    No booking gets the room on the blocked nights.
    """
    command = BlockRoom(hotel=request.hotel, room_number=request.room_number, **body.model_dump())
    return await request.answer(command)


@blocks.delete("/", response=BLOCKS, status=200, needs=MANAGE)
async def lift_blocks(request: ApiRequest, nights: Annotated[BlockedNights, Query()]) -> Response:
    """Delete the blocks of a room.

    Deletes all blocks, or those that overlap the nights. Returns the remaining blocks.
    """
    command = UnblockRoom(hotel=request.hotel, room_number=request.room_number, **nights.model_dump())
    return await request.answer(command)


@blocks.delete(
    "/{block_id}/", response=BLOCKS, status=200, needs=MANAGE, refuses=("BLOCK_NOT_FOUND", "ROOM_OUT_OF_ORDER")
)
async def lift_block(request: ApiRequest) -> Response:
    """Delete a block.

    Returns the remaining blocks. The block of a room that is out of order ends only with that status.
    """
    block_id = request.path_number("block_id", missing="BLOCK_NOT_FOUND")
    command = UnblockRoom(hotel=request.hotel, room_number=request.room_number, block_id=block_id)
    return await request.answer(command)


def _task_id(request: ApiRequest) -> int:
    return request.path_number("task_id", missing=UNKNOWN_TASK)


@tasks.get("/", response=page_of(Task), refuses=("INVALID_FILTER",))
async def list_tasks(request: ApiRequest, filters: Annotated[TaskFilters, Query()]) -> Response:
    """List housekeeping tasks.

    By default the tasks that are not done, oldest first; with `status=DONE` the done tasks, latest first.
    """
    return await request.answer_page(filters.query(request.hotel, me=request.caller.staff_id or ""), filters)


@tasks.post("/{task_id}/start/", response=Task, needs=CLEAN, refuses=STEP_REFUSES)
async def start_task(request: ApiRequest, _: NoFields) -> Response:
    """Start a housekeeping task.

    Changes the status of the room, too. A task without an assignee is assigned to the caller.
    """
    return await request.answer(StartTask(hotel=request.hotel, task_id=_task_id(request)))


@tasks.post("/{task_id}/done/", response=Task, needs=CLEAN, refuses=STEP_REFUSES)
async def finish_task(request: ApiRequest, _: NoFields) -> Response:
    """Complete a housekeeping task.

    The room then needs an inspection.
    """
    return await request.answer(FinishTask(hotel=request.hotel, task_id=_task_id(request)))


@tasks.post(
    "/{task_id}/assign/",
    response=Task,
    needs=(CLEAN, INSPECT, MANAGE),
    refuses=(UNKNOWN_TASK, "TASK_DONE", "STAFF_NOT_FOUND"),
)
async def assign_task(request: ApiRequest, body: TaskAssignment) -> Response:
    """Assign a housekeeping task.

    Assigns the task to the caller, to nobody or to a colleague. The last needs `can_inspect` or `can_manage_rooms`.
    """
    staff_id, name = await _assignee(request, body)
    command = AssignTask(hotel=request.hotel, task_id=_task_id(request), staff_id=staff_id, staff_name=name)
    return await request.answer(command)


async def _assignee(request: ApiRequest, body: TaskAssignment) -> tuple[str | None, str | None]:
    if "staff_id" not in body.model_fields_set:
        return request.caller.staff_id, request.caller.name
    if body.staff_id is None:
        return None, None
    colleague = await request.app_state.accounts.get(body.staff_id)
    if colleague is None or colleague.hotel != request.hotel:
        raise Refusal("STAFF_NOT_FOUND", "The hotel has no such member of staff.")
    return str(colleague.id), colleague.name
