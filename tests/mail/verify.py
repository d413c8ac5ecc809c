"""What PyPI `dkimpy` says of the signatures (RFC 6376) of all mails in a mailbox.

    python3 tests/mail/verify.py MAILDIR NAME TEXT

The one record that is published has this name and this text. Prints, for the file of each mail, whether its signature holds: as it came, with
one more `List-Unsubscribe`, with one more `List-Unsubscribe-Post`, with another text, and with no record published.
"""

import json
import mailbox
import sys

import dkim

name, text = (argument.encode() for argument in sys.argv[2:4])


def holds(mail: bytes, published: bytes | None = text) -> bool:
    return dkim.verify(mail, dnsfunc=lambda asked, timeout=5: published if asked == name + b"." else None)


def verdict(mail: bytes) -> list[bool]:
    more = [b"List-Unsubscribe: <https://attacker.example>\n", b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\n"]
    return [holds(mail), *(holds(header + mail) for header in more), holds(mail + b"PS\n"), holds(mail, None)]


box = mailbox.Maildir(sys.argv[1])
print(json.dumps({key: verdict(box.get_bytes(key)) for key in box.iterkeys()}))
