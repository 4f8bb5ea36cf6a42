"""An SMTP server with TLS and authentication. It saves each email as a JSON file.

usage: smtp_server.py starttls|tls|plain PORT FOLDER   (FOLDER contains cert.pem and key.pem)
"""

import email
import email.policy
import json
import pathlib
import ssl
import sys
import threading
import uuid

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

mode, port, folder = sys.argv[1], int(sys.argv[2]), pathlib.Path(sys.argv[3])


class Keep:
    async def handle_DATA(self, server, session, envelope):
        mail = email.message_from_bytes(envelope.original_content, policy=email.policy.default)
        taken = {
            "recipients": envelope.rcpt_tos,
            "headers": [[name, str(value)] for name, value in mail.items()],
            "text": mail.get_body(["plain"]).get_content(),
            "html": mail.get_body(["html"]).get_content(),
            "defects": [str(defect) for part in mail.walk() for defect in part.defects],
        }
        draft = folder / f"{uuid.uuid4()}.draft"
        draft.write_text(json.dumps(taken))
        draft.rename(draft.with_suffix(".json"))
        return "250 taken"


def authenticate(server, session, envelope, mechanism, data):
    return AuthResult(success=data.login == b"latchkey" and data.password == b"p:w d", handled=False)


context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
options = {
    "starttls": {"tls_context": context, "require_starttls": True},
    # Encrypted from the first byte, which the library's rule about passwords does not recognise.
    "tls": {"ssl_context": context, "auth_require_tls": False},
    "plain": {"auth_require_tls": False},
}[mode]
Controller(Keep(), "127.0.0.1", port, authenticator=authenticate, auth_required=True, **options).start()
print("ready", flush=True)
threading.Event().wait()
