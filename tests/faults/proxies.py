"""Runs the server behind nginx and Caddy, with the files of deploy/ and a throwaway certificate, and checks that it sees
the address of the client and that browsers see https. Proxies that are not installed are left out."""

import http.client
import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile

from support import ROOT, Fault, Server, expect, free_port, is_ok, wait

NAME = "login.example.org"
CLIENT = "127.0.0.2"


class Proxy:
    """A proxy in front of a server. `rewrite` adapts its file to unprivileged ports and to the certificate."""

    def __init__(self, folder, server):
        self.folder, self.server, self.port, self.plain_port = folder, server, free_port(), free_port()
        self.certificate, self.key = os.path.join(folder, "cert.pem"), os.path.join(folder, "key.pem")
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", f"/CN={NAME}",
             "-addext", f"subjectAltName=DNS:{NAME}", "-keyout", self.key, "-out", self.certificate],
            check=True, capture_output=True)
        self.process = subprocess.Popen(self.command(), cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                        env={**os.environ, "HOME": folder, "XDG_DATA_HOME": folder})

    def request(self, method, path, body=None, headers=None):
        context = ssl.create_default_context(cafile=self.certificate)
        # Connects to this machine, under the name of the certificate and from an address that is not the proxy's.
        connection = http.client.HTTPSConnection(NAME, self.port, context=context, timeout=10)
        connection._create_connection = lambda _, timeout, source: socket.create_connection(
            ("127.0.0.1", self.port), timeout, (CLIENT, 0))
        connection.request(method, path, body, {"Host": NAME, **(headers or {})})
        response = connection.getresponse()
        response.body = response.read()
        connection.close()
        return response

    def try_request(self, *arguments):
        try:
            return self.request(*arguments)
        except (OSError, http.client.HTTPException):
            return None


class Nginx(Proxy):
    program = "nginx"

    def command(self):
        text = open(os.path.join(ROOT, "deploy/nginx.conf")).read()
        text = text.replace("127.0.0.1:3000", f"127.0.0.1:{self.server.port}")
        text = text.replace("listen 80;", f"listen 127.0.0.1:{self.plain_port};")
        text = text.replace("listen 443 ssl http2;", f"listen 127.0.0.1:{self.port} ssl http2;")
        text = text.replace(f"/etc/ssl/{NAME}.pem", self.certificate).replace(f"/etc/ssl/{NAME}.key", self.key)
        path = os.path.join(self.folder, "nginx.conf")
        with open(path, "w") as file:
            file.write(f"daemon off; pid {self.folder}/pid; error_log {self.folder}/error.log;\n"
                       f"events {{}}\nhttp {{ access_log off; client_body_temp_path {self.folder}/body;\n{text}\n}}\n")
        return ["nginx", "-c", path, "-p", self.folder, "-e", f"{self.folder}/error.log"]


class Caddy(Proxy):
    program = "caddy"

    def command(self):
        text = open(os.path.join(ROOT, "deploy/Caddyfile")).read()
        text = text.replace("127.0.0.1:3000", f"127.0.0.1:{self.server.port}")
        text = text.replace(f"{NAME} {{", f"https://{NAME}:{self.port} {{\n\ttls {self.certificate} {self.key}")
        path = os.path.join(self.folder, "Caddyfile")
        with open(path, "w") as file:
            file.write(f"{{\n\tadmin off\n\thttp_port {self.plain_port}\n\tauto_https disable_redirects\n}}\n{text}")
        return ["caddy", "run", "--config", path, "--adapter", "caddyfile"]


def check(kind):
    folder = tempfile.mkdtemp()
    server = Server(folder, f"sqlite://{folder}/test.db", LEPTOS_ENV="PROD", PUBLIC_URL=f"https://{NAME}",
                    TRUSTED_PROXIES="127.0.0.1", RUST_LOG="info", LOG_FORMAT="json", MAIL_URL=f"file://{folder}/mail")
    proxy = None
    try:
        server.start()
        proxy = kind(folder, server)
        wait(lambda: is_ok(proxy.try_request("GET", "/readyz")), kind.program)
        page = proxy.request("GET", "/login", headers={"X-Forwarded-For": "6.6.6.6", "Accept-Encoding": "br"})
        expect(page.status == 200, f"status {page.status}")
        expect(page.headers["strict-transport-security"] == "max-age=63072000", "no HSTS")
        lines = [json.loads(line) for line in server.log().splitlines() if '"path":"/login"' in line]
        expect(lines[-1]["client.ip"] == CLIENT, f"the client has the address {lines[-1]['client.ip']}")
        form = "username=ada&email=ada%40example.org&password=tin+wolf+orbit+cave"
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"https://{NAME}", "Sec-Fetch-Site": "same-origin"}
        answer = proxy.request("POST", "/fn/register", form, headers)
        expect(answer.status == 200, f"registration: {answer.status}")
        cookies = " ".join(answer.headers.get_all("set-cookie"))
        expect(re.search(r"__Host-latchkey-session=[^;]+;[^,]*Secure", cookies), f"cookie: {cookies}")
        foreign = proxy.request("POST", "/fn/register", form, {**headers, "Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"})
        expect(foreign.status == 403, f"a form of another site: {foreign.status}")
        large = proxy.request("POST", "/fn/login", "x" * 9000, headers)
        expect(large.status == 413, f"a large body: {large.status}")
        return "https, cookies, address of the client, limits as without a proxy"
    finally:
        if proxy:
            proxy.process.send_signal(signal.SIGTERM)
            proxy.process.wait(10)
        Server.kill_all()
        shutil.rmtree(folder, ignore_errors=True)


def main():
    is_good = True
    for kind in [Nginx, Caddy]:
        if not shutil.which(kind.program):
            print(f"left out  {kind.program}: not installed")
            continue
        try:
            print(f"ok        {kind.program}: {check(kind)}")
        except Fault as fault:
            is_good = False
            print(f"FAILED    {kind.program}: {fault}")
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
