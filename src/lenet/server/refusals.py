"""What the service says no to: a status and one line for a person."""

from http import HTTPStatus

RETRY_AFTER = {"Retry-After": "1"}  # seconds


class Refusal(Exception):  # noqa: N818 - nothing went wrong here; the request is not taken
    """An answer other than 2xx.

    Parameters
    ----------
    status : HTTPStatus
    text : str
        One line: what is wrong, what was found, what to do next. It must not hold a path, an
        address in memory or a version.
    headers : dict of str to str, optional
        More headers of the answer.
    """

    def __init__(
        self, status: HTTPStatus, text: str, headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(text)
        self.status = status
        self.text = text
        self.headers = headers


def busy() -> Refusal:
    """Return the refusal of a request that would have to wait too long."""
    return Refusal(
        HTTPStatus.TOO_MANY_REQUESTS,
        "too many requests are waiting: try again in a second",
        RETRY_AFTER,
    )
