"""Staff signing in and out."""

from starlette.responses import Response

from chassis.observability import logs
from chassis.refusal import Refusal, Unavailable
from contracts.notifier import DropUser
from gateway.api.access.requests import Credentials
from gateway.api.access.responses import StaffSession, staff_session
from gateway.http.fields import NoFields
from gateway.http.request import ApiRequest
from gateway.http.routing import Routes
from gateway.identity.admission import Audience, parse_authorization

routes = Routes("staff", audience=Audience.LOGIN, under="/api/staff")

log = logs.logger(__name__)


@routes.post("/login/", response=StaffSession, idempotency_key=False, refuses=("INVALID_CREDENTIALS",))
async def sign_in(request: ApiRequest, body: Credentials) -> Response:
    """Sign in. The token lives as long as it is used."""
    signed_in = await request.app_state.accounts.sign_in(body.email, body.password)
    if signed_in is None:
        raise Refusal("INVALID_CREDENTIALS", "E-mail or password is wrong.")
    return request.respond(staff_session(signed_in), headers={"Cache-Control": "no-store"})


@routes.post("/logout/", response=None, status=204, audience=Audience.STAFF, idempotency_key=False)
async def sign_out(request: ApiRequest, _: NoFields) -> Response:
    """End the token, and whatever its holder has open at the push provider."""
    _kind, token = parse_authorization(request.authorization)
    await request.app_state.accounts.sign_out(token)
    try:
        await request.ask(DropUser(staff_id=request.caller.staff_id))
    except (Refusal, Unavailable) as problem:
        log.warning("connections_left_open", staff_id=request.caller.staff_id, why=type(problem).__name__)
    return Response(status_code=204)
