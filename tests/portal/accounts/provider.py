"""A small OpenID Connect provider on loopback: discovery, keys, token and userinfo endpoints, over real HTTP."""

import base64
import hashlib
import json
import secrets
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, parse_qsl, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT, SECRET = "portal", "client-secret"


class Provider:
    """Knows people by their claims; signs what it says about them."""

    def __init__(self):
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.signing_key = self.key
        self.grants, self.tokens, self.more_claims, self.userinfo = {}, {}, {}, {}
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                self._answer(*provider.get(urlsplit(self.path).path, self.headers.get("Authorization", "")))

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                self._answer(*provider.token(dict(parse_qsl(body))))

            def _answer(self, status, body):
                data = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_arguments):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def consent(self, address, claims):
        """The user signs in at `address`; the parameters with which the browser comes back."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert address.startswith(f"{self.issuer}/authorize?")
        assert (asked["client_id"], asked["response_type"]) == (CLIENT, "code")
        assert asked["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(12)
        self.grants[code] = (asked, claims)
        return {"code": code, "state": asked["state"]}

    def get(self, path, authorization):
        if path == "/.well-known/openid-configuration":
            names = {"authorization": "authorize", "token": "token", "userinfo": "userinfo"}
            found = {f"{name}_endpoint": f"{self.issuer}/{place}" for name, place in names.items()}
            methods = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
            return 200, {"issuer": self.issuer, "jwks_uri": f"{self.issuer}/keys", **found, **methods}
        if path == "/keys":
            key = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
            return 200, {"keys": [{**key, "kid": "one", "alg": "RS256", "use": "sig"}]}
        claims = self.tokens.get(authorization.removeprefix("Bearer "))
        return (200, {**claims, **self.userinfo}) if claims else (401, {"error": "invalid_token"})

    def token(self, form):
        asked, claims = self.grants.pop(form.get("code"), (None, None))
        proof = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        wanted = asked and (CLIENT, SECRET, asked["redirect_uri"], asked["code_challenge"])
        given = (form["client_id"], form["client_secret"], form["redirect_uri"], proof.decode().rstrip("="))
        if wanted != given:
            return 400, {"error": "invalid_grant"}
        token, now = secrets.token_urlsafe(12), int(time.time())
        self.tokens[token] = claims
        said = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 60, **claims, **self.more_claims}
        signed = jwt.encode(said, self.signing_key, algorithm="RS256", headers={"kid": "one"})
        return 200, {"access_token": token, "token_type": "Bearer", "id_token": signed}
