"""Compares what a command prints with what the live AWS CLI prints: formats.py COMMAND. Every answer in every format, with queries."""
import http.server, json, subprocess, sys, threading

AWS = "/usr/bin/aws"
answer = {"body": b"{}"}


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers.get("content-length", 0)))
        self.send_response(200)
        self.send_header("content-type", "application/x-amz-json-1.1")
        self.send_header("content-length", str(len(answer["body"])))
        self.end_headers()
        self.wfile.write(answer["body"])

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
ENV = {"HOME": "/nonexistent", "PATH": "/usr/bin:/bin", "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b",
       "AWS_REGION": "us-east-1", "TZ": "America/New_York", "AWS_PAGER": ""}


def run(command, words):
    endpoint = ["--endpoint-url", f"http://127.0.0.1:{server.server_port}", "--no-paginate"]
    done = subprocess.run([command, "codepipeline", *words, *endpoint], capture_output=True, env=ENV)
    return done.returncode, done.stdout.decode()


PIPELINE = {"name": "first", "version": 1, "created": 1443034403.12, "updated": 1443034403}
LONG = "two\nlines and a very long text that must be folded near the column eighty, said someone"
ANSWERS = [
    (["list-pipelines"], {"pipelines": [PIPELINE, PIPELINE]}, ["pipelines[].name", "pipelines[0]", "pipelines[*].[name,version]",
                                                             "pipelines[].{v:version,n:name}", "nope", "length(pipelines)"]),
    (["list-pipelines"], {"pipelines": []}, ["pipelines"]),
    (["list-pipelines"], {"pipelines": [{"name": "日本語 name"}, {"name": "true", "version": 5}]}, ["pipelines[?version==`5`].[name]"]),
    (["get-pipeline-state", "--name", "x"],
     {"pipelineName": "p", "stageStates": [{"stageName": "Source", "inboundTransitionState": {"enabled": True, "disabledReason": "no: reason"},
                                            "actionStates": [{"actionName": "A", "entityUrl": "https://example.com/" + "x" * 80,
                                                              "latestExecution": {"summary": LONG, "percentComplete": 5}}]},
                                           {"stageName": "Deploy", "actionStates": []}], "created": 1.0}, ["stageStates[0]"]),
    (["list-tags-for-resource", "--resource-arn", "arn:aws:x"],
     {"tags": [{"key": key, "value": value} for key, value in
               [("k", ""), ("null", "~"), ("x", "0x1f"), (" lead", "trail "), ("- a", "# c"), ("a'b", 'q"q'), ("{a}", "[b]"), ("tab\there", "nl\n")]]},
     ["tags[0].key", "tags[].[key,value]"]),
]
count = wrong = 0
for words, body, queries in ANSWERS:
    answer["body"] = json.dumps(body).encode()
    for form in ["json", "text", "table", "yaml", "yaml-stream"]:
        for query in [None, *queries]:
            line = [*words, "--output", form, *(["--query", query] if query else [])]
            theirs, ours = run(AWS, line), run(sys.argv[1], line)
            count += 1
            if theirs != ours:
                wrong += 1
                print(f"--- {line}\ntheirs: {theirs}\nours:   {ours}")
print(f"{count - wrong}/{count} results are printed as the AWS CLI prints them")
sys.exit(bool(wrong))
