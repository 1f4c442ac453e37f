"""What sockets are addressed by. Neither name tells whose it is."""


def subject_group(subject: str) -> str:
    """All open pages of one person, by what one log calls the person."""
    return f"subject.{subject}"


def session_group(name: str) -> str:
    """All open pages of one browser session, by `sessions.session_name`."""
    return f"session.{name}"
