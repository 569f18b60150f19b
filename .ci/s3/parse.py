"""Reads the files of cases. README.md describes their format."""
import glob, os, re, shlex
from dataclasses import dataclass, field

ESCAPES = {b"n": b"\n", b"t": b"\t", b"r": b"\r", b"\\": b"\\"}


@dataclass
class Case:
    name: str
    group: str
    place: str
    # What is there before: a directive with its words each.
    setup: list = field(default_factory=list)
    commands: list = field(default_factory=list)
    input: bytes = b""


def escaped(word):
    """A word with its escapes replaced; bytes that are not UTF-8 become what Python uses for them in names of files."""
    bytes_ = re.sub(rb"\\(x[0-9a-f]{2}|[ntr\\])", lambda found: ESCAPES.get(found[1]) or bytes.fromhex(found[1][1:].decode()), word.encode())
    return os.fsdecode(bytes_)


def content(word):
    """The bytes of a file: a text, or `+9M` for numbered lines of that size."""
    size = re.fullmatch(r"\+(\d+)([KM]?)", word)
    if not size:
        return os.fsencode(word)
    length = int(size[1]) << {"": 0, "K": 10, "M": 20}[size[2]]
    return b"".join(b"%07d\n" % line for line in range(length // 8 + 1))[:length]


def read_file(path, cases):
    group = os.path.basename(path).removesuffix(".txt")
    case, setup, setups = None, None, {}
    for number, line in enumerate(open(path), 1):
        if not line.strip() or line.startswith("#"):
            continue
        if heading := re.fullmatch(r"\[(setup )?(.+)\]\n", line):
            setup = None
            if heading[1]:
                setup = setups[heading[2]] = []
                continue
            case = Case(heading[2], group, f"{os.path.basename(path)}:{number}")
            assert case.name not in cases, f"{case.place}: two cases are called [{case.name}]"
            cases[case.name] = case
            continue
        directive, *words = map(escaped, shlex.split(line))
        if setup is not None:
            setup.append((directive, words))
        elif directive == "use":
            case.setup += setups[words[0]]
        elif directive == "$":
            case.commands.append(words)
        elif directive == "input":
            case.input = content(words[0])
        else:
            case.setup.append((directive, words))


def read_cases(folder):
    cases = {}
    for path in sorted(glob.glob(os.path.join(folder, "*.txt"))):
        read_file(path, cases)
    return list(cases.values())
