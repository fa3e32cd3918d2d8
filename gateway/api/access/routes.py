"""Sign-in, sign-out and own password of staff, the signed-in member of staff, and the exchange of mailed codes."""

from starlette.responses import Response

from chassis.observability import logs
from chassis.refusal import Refusal, Unavailable
from contracts.bookings.guest_access import ExchangeCode, GuestAccess
from contracts.notifier.channel_authorisation import DropUser
from gateway.api.access.requests import Credentials, MailedCode, PasswordChange
from gateway.api.access.responses import Me, StaffProfile, StaffSession, Workplace, profile
from gateway.http.fields import NoFields
from gateway.http.request import ApiRequest
from gateway.http.routing import Routes, staff_routes
from gateway.http.views import view
from gateway.identity.accounts import Client, SignedIn, Staff
from gateway.identity.admission import Audience, parse_authorization

codes = Routes("guest", audience=Audience.EXCHANGE, under="/api/guest")
sessions = Routes("staff", audience=Audience.LOGIN, under="/api/staff")
members = staff_routes("staff")

GUEST_ACCESS = view(GuestAccess)
DEVICE_COOKIE = "hotelmate_device"
DEVICE_SECONDS = 180 * 86_400

log = logs.logger(__name__)


@codes.post("/exchange/", response=GUEST_ACCESS, idempotency_key=False, refuses=("INVALID_CODE",))
async def exchange_code(request: ApiRequest, body: MailedCode) -> Response:
    """Exchange a mailed code for a guest token. Each code works once."""
    access = await request.ask(ExchangeCode(code=body.code))
    return request.respond(GUEST_ACCESS.of(access))


@sessions.post("/login/", response=StaffSession, idempotency_key=False, refuses=("INVALID_CREDENTIALS",))
async def sign_in(request: ApiRequest, body: Credentials) -> Response:
    """Sign in. Returns a token. Use of the token extends its validity, up to some days after the sign-in.

    After ten failures within 15 minutes an account is closed to devices that have not signed in there before, which a
    cookie tells; the cookie proves no identity.
    """
    client = Client(network=request.network, device=request.cookies.get(DEVICE_COOKIE, ""))
    signed_in = await request.app_state.accounts.sign_in(body.email, body.password, client=client)
    if signed_in is None:
        raise Refusal("INVALID_CREDENTIALS", "E-mail address or password is wrong.")
    response = _session(request, signed_in)
    if signed_in.device:
        response.set_cookie(
            DEVICE_COOKIE,
            signed_in.device,
            max_age=DEVICE_SECONDS,
            path=request.operation.path,
            secure=True,
            httponly=True,
            samesite="strict",
        )
    return response


@sessions.post("/logout/", response=None, status=204, audience=Audience.STAFF, idempotency_key=False)
async def sign_out(request: ApiRequest, _: NoFields) -> Response:
    """Sign out. Ends the token, and closes the push connections of the member of staff."""
    _kind, token = parse_authorization(request.authorization)
    await request.app_state.accounts.sign_out(token)
    await _close_connections(request)
    return Response(status_code=204)


@sessions.post(
    "/password/change/",
    response=StaffSession,
    audience=Audience.STAFF,
    idempotency_key=False,
    refuses=("INVALID_CREDENTIALS", "RATE_LIMITED"),
)
async def change_password(request: ApiRequest, body: PasswordChange) -> Response:
    """Change the own password. Returns a new token; every other token of the account ends, streams and pushes, too."""
    staff = signed_in_staff(request)
    request.app_state.rate_limiter.take("login", request.network)
    client = Client(network=request.network)
    try:
        signed_in = await request.app_state.accounts.change_password(
            staff, old=body.old_password, new=body.new_password, client=client
        )
    except ValueError as problem:
        errors = [{"field": "new_password", "message": str(problem)}]
        raise Refusal("VALIDATION_ERROR", "The request has invalid fields.", errors=errors) from problem
    if signed_in is None:
        raise Refusal("INVALID_CREDENTIALS", "The old password is wrong.")
    await _close_connections(request)
    return _session(request, signed_in)


@members.get("/me/", response=Me)
async def get_me(request: ApiRequest) -> Response:
    """Retrieve the signed-in member of staff. Returns profile, hotel, role, permissions and push channels."""
    staff = signed_in_staff(request)
    hotel = Workplace.of((await request.app_state.hotels.get(request.hotel)).card)
    realtime = await request.app_state.realtime.for_staff(request.hotel)
    return request.respond({**profile(staff), "hotel": hotel, "realtime": realtime})


def signed_in_staff(request: ApiRequest) -> Staff:
    """The member of staff with the request's token; refused `INVALID_TOKEN` where there is none."""
    if request.staff is None:
        raise Refusal("INVALID_TOKEN", "This operation needs a token.")
    return request.staff


def _session(request: ApiRequest, signed_in: SignedIn) -> Response:
    staff = StaffProfile(**profile(signed_in.staff), hotel=signed_in.staff.hotel)
    session = StaffSession(token=signed_in.token, expires_at=signed_in.expires_at, staff=staff)
    return request.respond(session)


async def _close_connections(request: ApiRequest) -> None:
    try:
        await request.ask(DropUser(staff_id=request.caller.staff_id))
    except (Refusal, Unavailable) as problem:
        log.warning("connections_left_open", staff_id=request.caller.staff_id, why=type(problem).__name__)
