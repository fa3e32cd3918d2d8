"""Guests' tokens, which derive from secret keys. A token is never stored, only its hash."""

import base64
import hashlib
import hmac
from dataclasses import dataclass

from chassis.email_address import address_key


def derived_token(key: str, booking_id: str, generation: int) -> str:
    """The guest's token, derived from `key`, booking id and generation."""
    digest = hmac.new(key.encode(), f"guest-token/{booking_id}/{generation}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def hashed(secret: str) -> str:
    """The hash of a token or code. Only this hash is stored."""
    return hashlib.sha256(secret.encode()).hexdigest()


@dataclass(frozen=True, repr=False)
class GuestTokens:
    """The keys of guests' tokens: new tokens derive from the first, the newest key; a token of each key is valid."""

    keys: tuple[str, ...]

    @property
    def newest_key(self) -> str:
        """The key from which new tokens derive."""
        return self.keys[0]

    def new(self, booking_id: str, generation: int) -> str:
        """The token of the booking's guest, from the newest key."""
        return derived_token(self.newest_key, booking_id, generation)

    def verifies(self, token: str, booking_id: str, generation: int) -> bool:
        """Whether the token derives from one of the keys. Compares with every key, whichever matches."""
        own = [hmac.compare_digest(token.encode(), each.encode()) for each in self._all(booking_id, generation)]
        return any(own)

    def stored(self, booking_id: str, generation: int, token_hash: str) -> str:
        """The token with the stored hash; the newest token where no key's token has this hash."""
        tokens = self._all(booking_id, generation)
        return next((token for token in tokens if hashed(token) == token_hash), tokens[0])

    def email_hash(self, email: str) -> str:
        """The keyed hash of an e-mail address, the same for each spelling of the address."""
        text = f"email/{address_key(email)}"
        return hmac.new(self.newest_key.encode(), text.encode(), hashlib.sha256).hexdigest()[:32]

    def _all(self, booking_id: str, generation: int) -> list[str]:
        return [derived_token(key, booking_id, generation) for key in self.keys]
