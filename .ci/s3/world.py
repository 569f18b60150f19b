"""What commands run in: a folder, a server of Amazon S3, and a proxy before it that records requests and gives objects the times of the cases."""
import calendar, contextlib, hashlib, http.client, http.server, os, re, shutil, socket, subprocess, threading, time
import urllib.parse
import xml.etree.ElementTree as xml

from parse import content

# When objects and buckets were made, unless a case says otherwise.
MADE = "2024-06-01T12:00:00Z"
FORMAT = "%Y-%m-%dT%H:%M:%SZ"
# The server asks who calls, and doesn't check the signature.
SIGNED = {"Authorization": "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20240601/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0"}
# Headers that differ from run to run, that say how the connection is used, or that other tests look at.
UNSEEN = re.compile(r"host|user-agent|accept.*|connection|authorization|date|expect|content-length|transfer-encoding|amz-sdk-.*|x-amz-date"
                    r"|x-amz-content-sha256|x-amz-security-token|x-amz-user-agent|x-amzn-trace-id")
# What tells one object from another, of the headers with which it is served.
TOLD = re.compile(r"etag|content-(type|encoding|language|disposition|length)|cache-control|expires|x-amz-(meta-.*|storage-class|server-side-.*|website-.*)")


def seconds(text):
    return calendar.timegm(time.strptime(text, FORMAT))


def document(body):
    """The XML of a request, with the parts of each element in the order of their names."""
    try:
        tree = xml.fromstring(re.sub(rb' xmlns="[^"]*"', b"", body))
    except xml.ParseError:
        return []
    for element in tree.iter():
        element[:] = sorted(element, key=lambda part: part.tag)
    return [xml.tostring(tree, encoding="unicode")]


class Proxy(http.server.ThreadingHTTPServer):
    daemon_threads = True
    # Those of the commands, and a few that wait.
    request_queue_size = 64

    def __init__(self, port):
        super().__init__(("127.0.0.1", 0), Request)
        self.behind = port
        self.clear()

    def clear(self):
        self.seen, self.times, self.answers = [], {}, []

    def answer(self, method, path):
        """The answer that a case has for a request, if any: it stands for a server that fails."""
        for answer in self.answers:
            if answer["times"] and answer["method"] == method and re.fullmatch(answer["path"], path):
                answer["times"] -= 1
                return answer["status"], answer["code"]


class Request(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def body(self):
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        parts = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass
        return b"".join(parts)

    def note(self, body):
        path, _, query = self.path.partition("?")
        path += "?" * bool(query) + "&".join(sorted(query.split("&")))
        headers = sorted((name.lower(), value) for name, value in self.headers.items() if not UNSEEN.fullmatch(name.lower()))
        self.server.seen.append(" ".join([self.command, path, *(f"{name}:{value}" for name, value in headers), *document(body)]))

    def forward(self):
        body = self.body()
        self.note(body)
        path = urllib.parse.unquote(self.path.split("?")[0])
        if answer := self.server.answer(self.command, path):
            status, code = answer
            text = f"<Error><Code>{code}</Code><Message>{code} of the case</Message></Error>".encode()
            return self.reply(status, {"Content-Type": "application/xml", "Content-Length": str(len(text))}, text)
        connection = http.client.HTTPConnection("127.0.0.1", self.server.behind, timeout=60)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in ("expect", "transfer-encoding", "content-length")}
        connection.request(self.command, self.path, body or None, headers | {"Content-Length": str(len(body))})
        response = connection.getresponse()
        text = response.read()
        connection.close()
        self.reply(response.status, *self.dated(path, response, text))

    def dated(self, path, response, text):
        """Headers and body of an answer with the times of the case."""
        headers = {name.lower(): value for name, value in response.getheaders()}
        for name in ("connection", "transfer-encoding", "server", "date"):
            headers.pop(name, None)
        times = self.server.times
        if self.command in ("PUT", "POST", "DELETE"):
            times.pop(path, None)
        elif path in times and "last-modified" in headers:
            headers["last-modified"] = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(seconds(times[path])))
        elif self.command == "GET" and b"<ListBucketResult" in text[:200]:
            text = re.sub(rb"<Contents>.*?</Contents>", lambda found: self.dated_entry(path, found[0]), text, flags=re.S)
        elif self.command == "GET" and b"<ListAllMyBucketsResult" in text[:200]:
            text = re.sub(rb"(?<=<CreationDate>)[^<]*", MADE.encode(), text)
        if self.command != "HEAD":
            headers["content-length"] = str(len(text))
        return headers, text

    def dated_entry(self, path, entry):
        key = xml.fromstring(entry).findtext("Key")
        made = self.server.times.get(f"{path.rstrip('/')}/{urllib.parse.unquote_plus(key)}")
        return re.sub(rb"(?<=<LastModified>)[^<]*", made.encode(), entry) if made else entry

    def reply(self, status, headers, text):
        self.send_response_only(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(text)

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = forward


class World:
    def __init__(self, moto, space):
        self.space = space
        os.mkdir(space)
        # Folders whose names don't depend on the case, but for that of the world.
        self.here, self.home = os.path.join(space, "here"), os.path.join(space, "home")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        environment = dict(os.environ, AWS_ACCESS_KEY_ID="x", AWS_SECRET_ACCESS_KEY="x", AWS_DEFAULT_REGION="us-east-1")
        with open(os.path.join(space, "log"), "w") as log:
            self.moto = subprocess.Popen([moto, "-H", "127.0.0.1", "-p", str(self.port)], stdout=log, stderr=log, env=environment)
        self.proxy = Proxy(self.port)
        self.url = f"http://127.0.0.1:{self.proxy.server_port}"

    def __enter__(self):
        for _ in range(300):
            try:
                self.send("POST", "/moto-api/reset")
                break
            except OSError:
                time.sleep(0.1)
        else:
            raise RuntimeError(open(os.path.join(self.space, "log")).read())
        threading.Thread(target=self.proxy.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.proxy.shutdown()
        self.moto.terminate()
        self.moto.wait()

    def send(self, method, path, body=b"", headers={}, missing=False):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request(method, path, body, SIGNED | headers)
        response = connection.getresponse()
        text = response.read()
        connection.close()
        if response.status >= 400 and not missing:
            raise RuntimeError(f"{method} {path}: {response.status} {text[:300]}")
        return response.status, {name.lower(): value for name, value in response.getheaders()}, text

    def environment(self, case):
        own = {words[0]: words[1] for directive, words in case.setup if directive == "env"}
        kept = {name: os.environ[name] for name in ("PATH", "OPSMITH_HOME") if name in os.environ}
        return kept | {
            "HOME": self.home, "LC_ALL": "C.UTF-8", "TZ": "UTC", "AWS_PAGER": "", "AWS_EC2_METADATA_DISABLED": "true", "AWS_MAX_ATTEMPTS": "2",
            "AWS_CONFIG_FILE": os.path.join(self.home, "config"), "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_DEFAULT_REGION": "us-east-1", "AWS_ENDPOINT_URL": self.url,
        } | own

    @contextlib.contextmanager
    def of(self, case):
        """The world as it is before a case. Nothing of it is left after."""
        self.send("POST", "/moto-api/reset")
        self.proxy.clear()
        os.mkdir(self.here)
        os.mkdir(self.home)
        with open(os.path.join(self.home, "config"), "w") as config:
            config.write("[default]\ns3 =\n  preferred_transfer_client = classic\n")
        self.began = time.time()
        try:
            for directive, words in case.setup:
                getattr(self, f"set_{directive}")(*words)
            self.before = self.files(), self.objects()
            yield
        finally:
            shutil.rmtree(self.here)
            shutil.rmtree(self.home)

    def path(self, name):
        path = os.path.join(self.here, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        return path

    def set_file(self, name, word="", made=MADE):
        with open(self.path(name), "wb") as file:
            file.write(content(word))
        os.utime(self.path(name), (seconds(made),) * 2)

    def set_dir(self, name):
        os.makedirs(self.path(name))

    def set_link(self, name, target):
        os.symlink(target, self.path(name))

    def set_fifo(self, name):
        os.mkfifo(self.path(name))

    def set_socket(self, name):
        # The name of a socket may be as short as 108 bytes.
        folder = os.open(os.path.dirname(self.path(name)), os.O_RDONLY)
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(f"/proc/self/fd/{folder}/{os.path.basename(name)}")
        os.close(folder)

    def set_bucket(self, name):
        self.send("PUT", f"/{name}")

    def set_object(self, name, word="", *pairs):
        pairs = dict(pair.split("=", 1) for pair in pairs)
        made = pairs.pop("made", MADE)
        self.send("PUT", "/" + urllib.parse.quote(os.fsencode(name)), content(word), pairs)
        self.proxy.times["/" + name] = made

    def set_s3(self, *words):
        """A line of the block `s3` in the configuration."""
        with open(os.path.join(self.home, "config"), "a") as config:
            config.write(f"  {' '.join(words)}\n")

    def set_env(self, *_):
        pass

    def set_answer(self, method, path, status, code, times="1000"):
        self.proxy.answers.append({"method": method, "path": path, "status": int(status), "code": code, "times": int(times)})

    def files(self):
        found = {}
        for folder, folders, names in os.walk(self.here):
            for name in folders + names:
                path = os.path.join(folder, name)
                found[os.fsencode(os.path.relpath(path, self.here)).decode(errors="backslashreplace")] = self.file(path)
        return found

    def file(self, path):
        if os.path.islink(path):
            return f"link to {self.plain(os.readlink(path))}"
        if os.path.isdir(path):
            return "folder"
        if not os.path.isfile(path):
            return "special"
        with open(path, "rb") as file:
            data = file.read()
        made = os.path.getmtime(path)
        # When it was made in the case, the time says nothing.
        made = time.strftime(FORMAT, time.gmtime(made)) if made < self.began - 1 else "now"
        return f"{len(data)} bytes, {hashlib.md5(data).hexdigest()[:8]}, {made}"

    def objects(self):
        found = {}
        for bucket in re.findall(r"<Name>([^<]*)", self.send("GET", "/")[2].decode()):
            found[bucket] = {part: self.settings(f"/{bucket}?{part}") for part in ("tagging", "website", "location")}
            listed = xml.fromstring(re.sub(rb' xmlns="[^"]*"', b"", self.send("GET", f"/{bucket}?list-type=2&encoding-type=url")[2]))
            for key in listed.iterfind("Contents/Key"):
                path = f"/{bucket}/{urllib.parse.quote(urllib.parse.unquote_plus(key.text))}"
                found[urllib.parse.unquote_plus(path[1:])] = self.object(path)
        return found

    def settings(self, path):
        status, _, text = self.send("GET", path, missing=True)
        return re.sub(r"<\?.*?\?>|\s+xmlns(:\w+)?=\"[^\"]*\"|\s*\n\s*", "", text.decode()) if status == 200 else None

    def object(self, path):
        _, headers, _ = self.send("HEAD", path)
        told = {name: value for name, value in sorted(headers.items()) if TOLD.fullmatch(name)}
        tags = {tag.findtext("Key"): tag.findtext("Value") for tag in xml.fromstring(self.settings(f"{path}?tagging") or "<None/>").iter("Tag")}
        return told | {name: value for name, value in (("grants", self.grants(path)), ("tags", tags)) if value}

    def grants(self, path):
        """Who may do what with an object, but for its owner."""
        # moto has none of objects that were put in parts, and no tags of archived ones.
        text = re.sub(r"xsi:", "", self.settings(f"{path}?acl") or "<None/>")
        grants = [(grant.findtext("Permission"), grant.findtext("Grantee/URI") or grant.findtext("Grantee/ID")) for grant in xml.fromstring(text).iter("Grant")]
        owner = xml.fromstring(text).findtext("Owner/ID")
        return sorted(f"{permission} {grantee}" for permission, grantee in grants if grantee != owner)

    def changes(self):
        """What is other than before, and the requests."""
        files, objects = (
            {name: after.get(name) for name in sorted(before.keys() | after.keys()) if before.get(name) != after.get(name)}
            for before, after in zip(self.before, (self.files(), self.objects()))
        )
        return {"files": files, "objects": objects, "requests": sorted(map(self.plain, self.proxy.seen))}

    def plain(self, text):
        """A text without what differs from run to run."""
        for value, name in (self.here, "<here>"), (self.home, "<home>"), (f"127.0.0.1:{self.proxy.server_port}", "<server>"):
            text = text.replace(value, name)
        for pattern, name in (
            (r"(?<=uploadId=)[^& ]*", "<upload>"),
            (r"(?<=\.)[0-9A-Fa-f]{8}(?=')", "<random>"),
            (r"(?<=continuation-token=)[^& ]*", "<token>"),
            (r"\b20\d{6}T\d{6}Z", "<time>"),
            (r"(?<=Credential=AKIAIOSFODNN7EXAMPLE%2F)\d{8}", "<day>"),
            (r"(?<=Signature=)[0-9a-f]{64,}", "<signature>"),
        ):
            text = re.sub(pattern, name, text)
        return text
