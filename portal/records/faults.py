"""What is wrong with a resource, and where. Pure."""


class Fault(Exception):
    """What is wrong, and where: the path grows while the fault travels outwards."""

    def __init__(self, problem: str, *inside: str) -> None:
        """`inside`: the steps of the path that are known already, the innermost first."""
        super().__init__(problem)
        self.path: list[str] = list(inside)

    def expression(self, root: str) -> str:
        """A FHIRPath such as `Observation.component[0].code`."""
        return root + "".join(reversed(self.path))
