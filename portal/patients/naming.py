"""What an entry of a record is called in an address: an id that another system drew may say whose it is."""

from uuid import UUID

from django.utils.crypto import salted_hmac

Place = tuple[UUID, str, str]  # who holds it, type, id


class Names(dict[Place, str]):
    """The names of the entries of one person's record, each drawn once. None can be told from a name."""

    def __init__(self, person: UUID) -> None:
        super().__init__()
        self._salt = f"patients.entry.{person}"

    def __missing__(self, place: Place) -> str:
        said = "|".join(map(str, place))
        name = self[place] = salted_hmac(self._salt, said).hexdigest()[:16]
        return name
