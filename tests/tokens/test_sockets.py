"""A socket is for the browser's session: no token opens it."""

import websocket

from portal.accounts import services
from tests import cast as people
from tests.cast import account_of
from tests.serving import Node
from tests.smart.app import bearer
from tests.tokens.table import BOUND, SOCKETS

LOGGED_OUT = 4401


def test_a_token_opens_no_socket(node: Node) -> None:
    cast = people.build()
    token = services.create_token(user=account_of(cast.amara), scopes="* sign emergency")
    for path in SOCKETS.values():
        there = path.format(place=cast.hospital.slug, person=cast.person)
        address = node.url.replace("http", "ws") + there
        for headers in (bearer(token), {}):
            socket = websocket.create_connection(address, timeout=10, header=headers, origin=node.url)
            if there == BOUND:  # its own kind of token is sent, no other
                socket.send(f"bind-with-token {token}")
            opcode, content = socket.recv_data()
            assert opcode == websocket.ABNF.OPCODE_CLOSE, there
            assert int.from_bytes(content[:2], "big") == LOGGED_OUT, there
            socket.shutdown()  # type: ignore[no-untyped-call]
