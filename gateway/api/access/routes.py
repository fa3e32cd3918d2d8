"""Sign-in and sign-out of staff, the signed-in member of staff, and the exchange of mailed codes."""

from starlette.responses import Response

from chassis.observability import logs
from chassis.refusal import Refusal, Unavailable
from contracts.bookings.guest_access import ExchangeCode, GuestAccess
from contracts.notifier.channel_authorisation import DropUser
from gateway.api.access.requests import Credentials, MailedCode
from gateway.api.access.responses import Me, StaffProfile, StaffSession, Workplace, profile
from gateway.http.fields import NoFields
from gateway.http.request import ApiRequest
from gateway.http.routing import Routes, staff_routes
from gateway.http.views import view
from gateway.identity.admission import Audience, parse_authorization

codes = Routes("guest", audience=Audience.EXCHANGE, under="/api/guest")
sessions = Routes("staff", audience=Audience.LOGIN, under="/api/staff")
members = staff_routes("staff")

GUEST_ACCESS = view(GuestAccess)
log = logs.logger(__name__)


@codes.post("/exchange/", response=GUEST_ACCESS, idempotency_key=False, refuses=("INVALID_CODE",))
async def exchange_code(request: ApiRequest, body: MailedCode) -> Response:
    """Exchange a mailed code for a guest token. Each code works once."""
    access = await request.ask(ExchangeCode(code=body.code))
    return request.respond(GUEST_ACCESS.of(access))


@sessions.post("/login/", response=StaffSession, idempotency_key=False, refuses=("INVALID_CREDENTIALS",))
async def sign_in(request: ApiRequest, body: Credentials) -> Response:
    """Sign in. Returns a token. Use of the token extends its validity."""
    signed_in = await request.app_state.accounts.sign_in(body.email, body.password)
    if signed_in is None:
        raise Refusal("INVALID_CREDENTIALS", "E-mail address or password is wrong.")
    staff = StaffProfile(**profile(signed_in.staff), hotel=signed_in.staff.hotel)
    session = StaffSession(token=signed_in.token, expires_at=signed_in.expires_at, staff=staff)
    return request.respond(session)


@sessions.post("/logout/", response=None, status=204, audience=Audience.STAFF, idempotency_key=False)
async def sign_out(request: ApiRequest, _: NoFields) -> Response:
    """Sign out. Ends the token, and closes the push connections of the member of staff."""
    _kind, token = parse_authorization(request.authorization)
    await request.app_state.accounts.sign_out(token)
    try:
        await request.ask(DropUser(staff_id=request.caller.staff_id))
    except (Refusal, Unavailable) as problem:
        log.warning("connections_left_open", staff_id=request.caller.staff_id, why=type(problem).__name__)
    return Response(status_code=204)


@members.get("/me/", response=Me)
async def get_me(request: ApiRequest) -> Response:
    """Retrieve the signed-in member of staff. Returns profile, hotel, role, permissions and push channels."""
    if request.staff is None:
        raise Refusal("INVALID_TOKEN", "This operation needs a token.")
    hotel = Workplace.of((await request.app_state.hotels.get(request.hotel)).card)
    realtime = await request.app_state.realtime.for_staff(request.hotel)
    return request.respond({**profile(request.staff), "hotel": hotel, "realtime": realtime})
