#!/usr/bin/env python3
"""Answers ListObjectsV2 with pages that are made before: bench/pages.py PORT KEYS."""
import re, sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlparse

PORT, KEYS, PAGE = int(sys.argv[1]), int(sys.argv[2]), 1000


def page(start):
    end = min(start + PAGE, KEYS)
    objects = "".join(f'<Contents><Key>folder-{number // 100:05}/object-{number:07}.txt</Key><LastModified>2026-01-02T03:04:05.000Z</LastModified>'
                      f'<ETag>&quot;d41d8cd98f00b204e9800998ecf8427e&quot;</ETag><Size>{number}</Size><StorageClass>STANDARD</StorageClass></Contents>'
                      for number in range(start, end))
    more = f"<IsTruncated>true</IsTruncated><NextContinuationToken>{end}</NextContinuationToken>" if end < KEYS else "<IsTruncated>false</IsTruncated>"
    return (f'<?xml version="1.0" encoding="UTF-8"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>bench</Name><Prefix/>'
            f"<MaxKeys>{PAGE}</MaxKeys><KeyCount>{end - start}</KeyCount><EncodingType>url</EncodingType>{more}{objects}</ListBucketResult>").encode()


PAGES = {start: page(start) for start in range(0, KEYS, PAGE)}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1

    def do_GET(self):
        body = PAGES[int(parse_qs(urlparse(self.path).query).get("continuation-token", ["0"])[0])]
        self.send_response(200)
        self.send_header("Content-Type", "application/xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


HTTPServer(("127.0.0.1", PORT), Handler).serve_forever()
