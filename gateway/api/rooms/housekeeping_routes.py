"""Blocks of rooms, and the cleaning tasks of housekeeping."""

from starlette.responses import Response

from chassis.refusal import Refusal
from contracts.rooms.blocks import BlockRoom, ListBlocks, RoomBlock, RoomBlocks, UnblockRoom
from contracts.rooms.tasks import AssignTask, FinishTask, ListTasks, StartTask
from contracts.values import Permission
from gateway.api.rooms.filters import TaskFilters
from gateway.api.rooms.requests import BlockedNights, NewBlock, TaskAssignment
from gateway.api.rooms.responses import Task
from gateway.http.fields import FromQuery, NoFields
from gateway.http.pages import page_of
from gateway.http.request import ApiRequest
from gateway.http.routing import staff_routes
from gateway.http.views import view

CLEAN, INSPECT, MANAGE = Permission.CLEAN, Permission.INSPECT, Permission.MANAGE_ROOMS
BLOCKS = view(RoomBlocks)
UNKNOWN_TASK = "TASK_NOT_FOUND"
STEP_REFUSES = (UNKNOWN_TASK, "TASK_DONE", "ILLEGAL_ROOM_TRANSITION")

blocks = staff_routes("rooms", "/rooms/{room_number}/blocks", response=BLOCKS)
tasks = staff_routes("housekeeping", "/housekeeping/tasks", response=Task)


@blocks.get("/")
async def list_blocks(request: ApiRequest) -> Response:
    """List the blocks of a room. Returns current and future blocks, ordered by date."""
    return request.respond(BLOCKS.of(await request.ask(request.for_path(ListBlocks))))


@blocks.post(
    "/", response=view(RoomBlock), status=201, needs=MANAGE, refuses=("ROOM_OVERLAP_CONFLICT", "WOULD_OVERSELL")
)
async def block_room(request: ApiRequest, body: NewBlock) -> Response:
    """Block a room. No booking gets the room on the blocked nights."""
    return await request.answer(request.for_path(BlockRoom, **body.model_dump()))


@blocks.delete("/", response=BLOCKS, status=200, needs=MANAGE)
async def lift_blocks(request: ApiRequest, nights: FromQuery[BlockedNights]) -> Response:
    """Delete the blocks of a room.

    Deletes the blocks that overlap the given nights; without nights, deletes all blocks. The block of an out-of-order
    room is not deleted. Returns the remaining blocks.
    """
    left = await request.ask(request.for_path(UnblockRoom, **nights.model_dump()))
    return request.respond(BLOCKS.of(left))


@blocks.delete(
    "/{block_id}/", response=BLOCKS, status=200, needs=MANAGE, refuses=("BLOCK_NOT_FOUND", "ROOM_OUT_OF_ORDER")
)
async def lift_block(request: ApiRequest) -> Response:
    """Delete a block. Returns the remaining blocks. Refused for the block that the status `OUT_OF_ORDER` sets."""
    block_id = request.path_number("block_id", missing="BLOCK_NOT_FOUND")
    left = await request.ask(request.for_path(UnblockRoom, block_id=block_id))
    return request.respond(BLOCKS.of(left))


def _task_id(request: ApiRequest) -> int:
    return request.path_number("task_id", missing=UNKNOWN_TASK)


@tasks.get("/", response=page_of(Task), refuses=("INVALID_FILTER",))
async def list_tasks(request: ApiRequest, filters: FromQuery[TaskFilters]) -> Response:
    """List housekeeping tasks.

    By default, returns the tasks that are not done, oldest first. With `status=DONE`, returns the done tasks, latest
    first.
    """
    values = filters.values_for(request.caller.staff_id or "")
    return await request.answer_page(request.for_path(ListTasks, **values), filters)


@tasks.post("/{task_id}/start/", needs=CLEAN, refuses=STEP_REFUSES)
async def start_task(request: ApiRequest, _: NoFields) -> Response:
    """Start a housekeeping task. Changes the room's status. A task without an assignee is assigned to the caller."""
    return await request.answer(request.for_path(StartTask, task_id=_task_id(request)))


@tasks.post("/{task_id}/done/", needs=CLEAN, refuses=STEP_REFUSES)
async def finish_task(request: ApiRequest, _: NoFields) -> Response:
    """Complete a housekeeping task. The room then needs an inspection."""
    return await request.answer(request.for_path(FinishTask, task_id=_task_id(request)))


@tasks.post(
    "/{task_id}/assign/", needs=(CLEAN, INSPECT, MANAGE), refuses=(UNKNOWN_TASK, "TASK_DONE", "STAFF_NOT_FOUND")
)
async def assign_task(request: ApiRequest, body: TaskAssignment) -> Response:
    """Assign a housekeeping task.

    Assigns the task to the caller, to a colleague or to nobody. An assignment to a colleague needs `can_inspect` or
    `can_manage_rooms`.
    """
    staff_id = await _assignee(request, body)
    return await request.answer(request.for_path(AssignTask, task_id=_task_id(request), staff_id=staff_id))


async def _assignee(request: ApiRequest, body: TaskAssignment) -> str | None:
    if "staff_id" not in body.model_fields_set:
        return request.caller.staff_id
    if body.staff_id is None:
        return None
    colleague = await request.app_state.accounts.get(body.staff_id)
    if colleague is None or colleague.hotel != request.hotel:
        raise Refusal("STAFF_NOT_FOUND", "The hotel has no such member of staff.")
    return str(colleague.id)
