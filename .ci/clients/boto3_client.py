"""The life of a job, by boto3: continued once, then failed; and requests with a wrong signature."""

import datetime
import http.client
import time
import urllib.parse

import boto3
import botocore.auth
import botocore.exceptions

TOKEN = {"jobId": "boto3", "clientToken": "client-token"}


def refused(call, code):
    """The call is refused with the code."""
    try:
        call()
    except botocore.exceptions.ClientError as error:
        assert error.response["Error"]["Code"] == code, error
    else:
        raise AssertionError(f"not refused: {code} was expected")


def altered(request, **_):
    request.body = request.body.replace(b"Boto3", b"Other")


client = boto3.client("codepipeline")
action_type = {"category": "Test", "owner": "ThirdParty", "provider": "Boto3", "version": "1"}
assert [job["jobId"] for job in client.poll_for_third_party_jobs(actionTypeId=action_type)["jobs"]] == ["boto3"]
for result in ("success", "failure"):
    details = client.get_third_party_job_details(**TOKEN)["jobDetails"]
    taken = client.acknowledge_third_party_job(nonce=details["nonce"], **TOKEN)
    assert taken["status"] == "InProgress", taken
    if result == "success":
        client.put_third_party_job_success_result(continuationToken="more", **TOKEN)
    else:
        client.put_third_party_job_failure_result(failureDetails={"type": "JobFailed", "message": "no"}, **TOKEN)
refused(lambda: client.put_third_party_job_success_result(**TOKEN), "InvalidJobStateException")

wrong = boto3.client("codepipeline", aws_secret_access_key="wrong", aws_access_key_id="OPSMITHDEMO")
refused(lambda: wrong.list_pipelines(), "InvalidSignatureException")

# The body that is sent is not the one that was signed.
client.meta.events.register("before-send.codepipeline.PollForThirdPartyJobs", altered)
refused(lambda: client.poll_for_third_party_jobs(actionTypeId=action_type), "InvalidSignatureException")

# A request that was signed an hour ago, as one is that is sent again.
hour = datetime.timedelta(hours=1)
real = botocore.auth.get_current_datetime
botocore.auth.get_current_datetime = lambda *args, **more: real(*args, **more) - hour
old = boto3.client("codepipeline")
refused(lambda: old.list_pipelines(), "InvalidSignatureException")

# A request that is taken, and taken no more when it is sent again, byte for byte, after its fifteen minutes.
almost = datetime.timedelta(minutes=15) - datetime.timedelta(seconds=3)
botocore.auth.get_current_datetime = lambda *args, **more: real(*args, **more) - almost
sent = []
fresh = boto3.client("codepipeline")
fresh.meta.events.register("before-send", lambda request, **_: sent.append(request))
fresh.get_third_party_job_details(**TOKEN)
time.sleep(4)
url = urllib.parse.urlsplit(sent[0].url)
connection = http.client.HTTPConnection(url.netloc)
connection.request("POST", "/", sent[0].body, {name: value.decode() if isinstance(value, bytes) else value for name, value in sent[0].headers.items()})
answer = connection.getresponse()
text = answer.read()
assert answer.status == 400 and b"InvalidSignatureException" in text and b"Signature expired" in text, (answer.status, text)
print("boto3: a job is continued, and fails")
