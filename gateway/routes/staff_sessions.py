"""Staff signing in and out."""

from starlette.responses import Response

from chassis.refusal import Refusal
from gateway.bodies.access import Credentials
from gateway.bodies.fields import NoFields
from gateway.call import Call
from gateway.identity.admission import Audience, presented
from gateway.operations import Routes
from gateway.shapes.staff import StaffSession, staff_session

routes = Routes("staff", audience=Audience.LOGIN, under="/api/staff")


@routes.post("/login/", answers=StaffSession, keyed=False, refuses=("INVALID_CREDENTIALS",))
async def sign_in(call: Call, body: Credentials) -> Response:
    """Sign in. The token lives as long as it is used."""
    signed_in = await call.tools.accounts.sign_in(body.email, body.password)
    if signed_in is None:
        raise Refusal("INVALID_CREDENTIALS", "E-mail or password is wrong.")
    return call.answer(staff_session(signed_in), headers={"Cache-Control": "no-store"})


@routes.post("/logout/", answers=None, status=204, audience=Audience.STAFF, keyed=False)
async def sign_out(call: Call, _: NoFields) -> Response:
    """End the token."""
    _kind, token = presented(call.authorization)
    await call.tools.accounts.sign_out(token)
    return Response(status_code=204)
