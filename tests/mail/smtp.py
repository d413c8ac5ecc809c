"""A mail server (PyPI `aiosmtpd`) that keeps what it takes in a mailbox, and does by a script what mail servers do besides.

    python3 tests/mail/smtp.py FOLDER '{"aigul@turkistan.example": ["RCPT 451 4.7.1 greylisted", "DATA hang"]}'

The script names, for an address, what becomes of each mail to it in turn; after the last turn, and without any, mail is taken. A turn is the
command in which it comes, and what is done:

    550 5.1.1 no such user    any reply; after 421 the connection is closed (RFC 5321 §3.8)
    hang                      no reply, for as long as the other side holds the connection
    cut                       the connection is reset, without a reply
    lose                      the mail is kept, and the connection reset before the reply (of DATA alone)

It prints where it listens. FOLDER/box is a Maildir; each line of FOLDER/attempts is an attempt to deliver a mail: to whom, its Message-ID
where its text came, and the turn, empty when it was taken.
"""

import asyncio
import json
import pathlib
import sys
from email import message_from_bytes

from aiosmtpd.handlers import Mailbox
from aiosmtpd.smtp import SMTP


class Scripted(Mailbox):
    """Plays the turns."""

    def __init__(self, folder: pathlib.Path, script: dict[str, list[str]]):
        super().__init__(folder / "box")
        self.script = script
        self.attempts = (folder / "attempts").open("a", buffering=1)

    def turn(self, command: str, address: str) -> str:
        """What is to be done now, taken out of the script; empty when nothing is."""
        turns = self.script.get(address, [])
        return turns.pop(0).removeprefix(command).strip() if turns and turns[0].startswith(command) else ""

    def note(self, address: str, message_id: str, turn: str) -> None:
        print(json.dumps({"to": address, "message_id": message_id, "turn": turn}), file=self.attempts)

    async def play(self, server: SMTP, turn: str) -> str:
        if turn in ("cut", "lose"):
            server.transport.abort()
        elif turn.startswith("421"):
            await server.push(turn)
            server.transport.close()
        elif turn != "hang":
            return turn
        # The end of the connection ends this.
        return await asyncio.get_running_loop().create_future()

    async def handle_RCPT(self, server, session, envelope, address, options):
        turn = self.turn("RCPT", address)
        if turn:
            self.note(address, "", f"RCPT {turn}")
            return await self.play(server, turn)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        # The city sends each mail to one address.
        [address] = envelope.rcpt_tos
        turn = self.turn("DATA", address)
        self.note(address, message_from_bytes(envelope.content)["Message-ID"], f"DATA {turn}" if turn else "")
        if turn in ("", "lose"):
            taken = await super().handle_DATA(server, session, envelope)
        return await self.play(server, turn) if turn else taken


async def main() -> None:
    handler = Scripted(pathlib.Path(sys.argv[1]), json.loads(sys.argv[2]))
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(handler, hostname="mx.turkistan.example", loop=loop), "127.0.0.1", 0)
    print(f"listening on smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


asyncio.run(main())
