"""Staff signing in and out."""

from starlette.responses import Response

from chassis.observability import logs
from chassis.refusal import Refusal, Unavailable
from contracts.notifier import DropUser
from gateway.bodies.access import Credentials
from gateway.bodies.fields import NoFields
from gateway.call import Call
from gateway.identity.admission import Audience, presented
from gateway.operations import Routes
from gateway.shapes.staff import StaffSession, staff_session

routes = Routes("staff", audience=Audience.LOGIN, under="/api/staff")

log = logs.logger(__name__)


@routes.post("/login/", answers=StaffSession, keyed=False, refuses=("INVALID_CREDENTIALS",))
async def sign_in(call: Call, body: Credentials) -> Response:
    """Sign in. The token lives as long as it is used."""
    signed_in = await call.tools.accounts.sign_in(body.email, body.password)
    if signed_in is None:
        raise Refusal("INVALID_CREDENTIALS", "E-mail or password is wrong.")
    return call.answer(staff_session(signed_in), headers={"Cache-Control": "no-store"})


@routes.post("/logout/", answers=None, status=204, audience=Audience.STAFF, keyed=False)
async def sign_out(call: Call, _: NoFields) -> Response:
    """End the token, and whatever its holder has open at the push provider."""
    _kind, token = presented(call.authorization)
    await call.tools.accounts.sign_out(token)
    try:
        await call.ask(DropUser(staff_id=call.caller.staff_id))
    except (Refusal, Unavailable) as problem:
        log.warning("connections_left_open", staff_id=call.caller.staff_id, why=type(problem).__name__)
    return Response(status_code=204)
